/**
 * Which user of the environment's own Clerk application proved an identity, and what of that
 * application need not be heard again: events taken in, and sessions that signed somebody in here.
 */
export const CLERK_USERS_SCHEMA = `
ALTER TABLE identity ADD COLUMN clerk_user_id TEXT;
CREATE INDEX identity_by_clerk_user ON identity(clerk_user_id) WHERE clerk_user_id IS NOT NULL;
CREATE TABLE clerk_heard (
  id TEXT PRIMARY KEY,
  heard_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX clerk_heard_by_age ON clerk_heard(heard_ms);`;
