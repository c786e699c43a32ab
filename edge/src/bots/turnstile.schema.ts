/** The Turnstile widget that guards an environment: no row, or one. The secret key is sealed. */
export const TURNSTILE_SCHEMA = `
CREATE TABLE turnstile (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  site_key TEXT NOT NULL,
  sealed_secret_key TEXT NOT NULL,
  secret_key_hint TEXT NOT NULL,
  set_ms INTEGER NOT NULL
);`;
