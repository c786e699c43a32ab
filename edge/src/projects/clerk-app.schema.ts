/** The environment's own Clerk application, if it has one: at most one row. Secrets are sealed. */
export const CLERK_APP_SCHEMA = `
CREATE TABLE clerk_app (
  instance_id TEXT PRIMARY KEY,
  frontend_url TEXT NOT NULL,
  publishable_key TEXT NOT NULL,
  secret_key TEXT NOT NULL,
  secret_key_last4 TEXT NOT NULL,
  webhook_secret TEXT,
  webhook_secret_last4 TEXT,
  connected_ms INTEGER NOT NULL
) WITHOUT ROWID;`;
