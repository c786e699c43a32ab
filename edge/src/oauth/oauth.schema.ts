/**
 * Sign-ins at a provider that were begun: open, landed (once), then settled with a sealed token or
 * an error, until it is collected. And the address a provider vouched for, beside its proof.
 */
export const OAUTH_SCHEMA = `
CREATE TABLE oauth_attempt (
  state_hash TEXT PRIMARY KEY,
  request TEXT NOT NULL UNIQUE,
  challenge TEXT NOT NULL,
  origin TEXT NOT NULL,
  provider TEXT NOT NULL,
  sign_in_id TEXT NOT NULL,
  sealed_token TEXT NOT NULL,
  begun_ms INTEGER NOT NULL,
  trips INTEGER NOT NULL,
  landed_ms INTEGER,
  settled_ms INTEGER,
  error TEXT
) WITHOUT ROWID;
ALTER TABLE proof ADD COLUMN email TEXT;
UPDATE environment SET settings = json_insert(settings, '$.oauth', json('["google","github"]'));`;

/** Finds the sign-ins that are over. */
export const OAUTH_AGE_INDEX = `
CREATE INDEX oauth_attempt_by_age ON oauth_attempt(begun_ms);`;
