/**
 * Credits of customers. `credit_account` has the period the plan's credits are of; `credit_grant` what
 * came, with what was used of it, expired and was taken back. `fingerprint` is of the call that gave
 * it: the same again is a repeat. `credit_entry` is the ledger: use is one row for each feature and
 * day, which grows, what is old one row together, and all else a row each. Its units add up to what is left of the grants.
 */
export const CREDIT_SCHEMA = `
CREATE TABLE credit_account (
  customer_id TEXT PRIMARY KEY,
  period_start_ms INTEGER NOT NULL,
  period_end_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE credit_grant (
  customer_id TEXT NOT NULL,
  id TEXT NOT NULL,
  source TEXT NOT NULL,
  units INTEGER NOT NULL,
  used_units INTEGER NOT NULL,
  gone_units INTEGER NOT NULL,
  starts_ms INTEGER NOT NULL,
  expires_ms INTEGER,
  note TEXT,
  fingerprint TEXT,
  is_open INTEGER NOT NULL,
  PRIMARY KEY (customer_id, id)
) WITHOUT ROWID;
CREATE INDEX credit_grant_open ON credit_grant(customer_id) WHERE is_open = 1;
CREATE TABLE credit_entry (
  customer_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  units INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  feature TEXT,
  day TEXT,
  grant_id TEXT,
  PRIMARY KEY (customer_id, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX credit_use_of_day ON credit_entry(customer_id, day, feature) WHERE kind = 'use';`;

/**
 * What a feature drew on a day and is in no grant and no entry yet: in its meter's row, so that a call
 * writes no other.
 */
export const CREDIT_DRAW_SCHEMA = `
ALTER TABLE meter ADD COLUMN drawn_units INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meter ADD COLUMN drawn_day TEXT NOT NULL DEFAULT '';
ALTER TABLE meter ADD COLUMN drawn_ms INTEGER NOT NULL DEFAULT 0;`;

/** What the balance came to when it last rose, and when, and what webhooks were told of it since, as bits. */
export const CREDIT_LEVEL_SCHEMA = `
ALTER TABLE credit_account ADD COLUMN full_units INTEGER NOT NULL DEFAULT 0;
ALTER TABLE credit_account ADD COLUMN full_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE credit_account ADD COLUMN told INTEGER NOT NULL DEFAULT 0;`;

/**
 * The balance beside what it is made of: what the open grants have left, which is what the ledger adds
 * up to. `is_open` are those with something left, found in the order in which they are drawn, so that a
 * call reads as many as it draws on; the others are found by their age, to be forgotten.
 */
export const CREDIT_BALANCE_SCHEMA = `
DROP INDEX credit_grant_open;
UPDATE credit_grant SET is_open = (units > used_units + gone_units);
CREATE INDEX credit_grant_next
  ON credit_grant(customer_id, ifnull(expires_ms, 9000000000000000), id <> 'roll_over', starts_ms, id)
  WHERE is_open = 1;
CREATE INDEX credit_grant_over ON credit_grant(customer_id, starts_ms) WHERE is_open = 0;
ALTER TABLE credit_account ADD COLUMN balance_units INTEGER NOT NULL DEFAULT 0;
UPDATE credit_account SET balance_units = (
  SELECT ifnull(sum(units - used_units - gone_units), 0) FROM credit_grant
  WHERE credit_grant.customer_id = credit_account.customer_id AND is_open = 1);`;

/** The tables of which a customer that is erased leaves nothing. */
export const CREDIT_TABLES = ['credit_account', 'credit_grant', 'credit_entry'] as const;
