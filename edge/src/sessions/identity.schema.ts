/** What was proved of people, and the customers it belongs to. Proofs are used once. */
export const IDENTITY_SCHEMA = `
CREATE TABLE identity (
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  PRIMARY KEY (provider, subject)
) WITHOUT ROWID;
CREATE TABLE proof (
  clerk_session_id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  proved_ms INTEGER NOT NULL
) WITHOUT ROWID;`;

/** Finds what was proved of a customer, to erase it or to know it again. */
export const IDENTITY_INDEX = `
CREATE INDEX identity_by_customer ON identity(customer_id);`;

/** Finds the proofs that are too old to be used. */
export const PROOF_AGE_INDEX = `
CREATE INDEX proof_by_age ON proof(proved_ms);`;

/** How many new customers signed themselves up on a UTC day. An environment of before gets its cap. */
export const SIGN_UPS_SCHEMA = `
CREATE TABLE sign_ups (
  day INTEGER PRIMARY KEY,
  count INTEGER NOT NULL
);
UPDATE environment SET settings = json_insert(
  settings, '$.signUpsPerDay', CASE mode WHEN 'live' THEN 1000 ELSE 200 END
);`;

/**
 * What a customer proved before and no longer has: it opens nothing, and is known again like the rest
 * when the customer was erased.
 */
export const FORMER_IDENTITY_SCHEMA = `
CREATE TABLE former_identity (
  customer_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  PRIMARY KEY (customer_id, provider, subject)
) WITHOUT ROWID;`;
