/** Sessions of a shard's customers. `generation` rises with each refresh. */
export const SESSIONS_SCHEMA = `
CREATE TABLE session (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  salt TEXT NOT NULL,
  generation INTEGER NOT NULL,
  rotated_ms INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  ended_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX session_by_customer ON session(customer_id);`;

/** What a session was begun on, as a label for people. */
export const DEVICE_SCHEMA = `
ALTER TABLE session ADD COLUMN device TEXT;`;
