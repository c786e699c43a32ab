/** End users of one environment. `version` rises with each change of the plan in force. */
export const CUSTOMERS_SCHEMA = `
CREATE TABLE customer (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL UNIQUE,
  email TEXT,
  email_verified INTEGER NOT NULL DEFAULT 0,
  first_name TEXT,
  last_name TEXT,
  external_id TEXT UNIQUE,
  set_plan TEXT,
  header_plan TEXT,
  version INTEGER NOT NULL,
  clerk_password_user_id TEXT,
  stripe_customer_id TEXT UNIQUE,
  created_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX customer_by_email ON customer(email) WHERE email IS NOT NULL;`;

/**
 * `passwords` counts how often a customer's password was set. `kept_usage` and `kept_trial` hold what
 * stays of who was erased, by a keyed hash of what was proved.
 */
export const ACCOUNT_SCHEMA = `
ALTER TABLE customer ADD COLUMN passwords INTEGER NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN banned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN had_trial INTEGER NOT NULL DEFAULT 0;
CREATE TABLE kept_usage (
  hash TEXT NOT NULL,
  feature TEXT NOT NULL,
  used_units INTEGER NOT NULL,
  period_start_ms INTEGER NOT NULL,
  period_end_ms INTEGER NOT NULL,
  PRIMARY KEY (hash, feature)
) WITHOUT ROWID;
CREATE INDEX kept_usage_by_end ON kept_usage(period_end_ms);
CREATE TABLE kept_trial (hash TEXT PRIMARY KEY) WITHOUT ROWID;`;

/** Who was banned when erased, by the same hashes: whoever comes back is still banned. */
export const KEPT_BAN_SCHEMA = `
CREATE TABLE kept_ban (hash TEXT PRIMARY KEY) WITHOUT ROWID;`;
