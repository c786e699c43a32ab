/** Refused calls in the order they were heard of, and how many were only counted, by hour. */
export const REQUESTS_SCHEMA = `
CREATE TABLE refused (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  request_id TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  method TEXT NOT NULL,
  route TEXT NOT NULL,
  status INTEGER NOT NULL,
  code TEXT NOT NULL,
  customer_id TEXT,
  credential TEXT NOT NULL,
  key_hint TEXT,
  facts TEXT NOT NULL
);
CREATE INDEX refused_by_request ON refused(request_id);
CREATE INDEX refused_by_customer ON refused(customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX refused_by_age ON refused(at_ms);
CREATE TABLE dropped (hour_ms INTEGER PRIMARY KEY, calls INTEGER NOT NULL);`;
