/** First answers of POSTs with an Idempotency-Key, for 24 h. `answer` is null while it runs. */
export const REPLIES_SCHEMA = `
CREATE TABLE reply (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  status INTEGER,
  answer TEXT,
  PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX reply_by_age ON reply(created_ms);`;
