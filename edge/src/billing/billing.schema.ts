/**
 * The Stripe account of an environment, and what is known of its customers' subscriptions.
 * `connection.last_account_id` outlives a disconnection: ids made in that account are still good
 * when it comes back. `subscription.told_plan` is the plan the customer's shard was told because of
 * it. `synced` counts, for each object at Stripe, how often it was marked dirty, the mark that the
 * last applied answer covers, and the fences handed out and applied.
 */
export const BILLING_SCHEMA = `
CREATE TABLE connection (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  stripe_account_id TEXT,
  last_account_id TEXT,
  account_name TEXT,
  connected_ms INTEGER,
  state_hash TEXT,
  state_expires_ms INTEGER
);
INSERT INTO connection (one) VALUES (1);
CREATE TABLE subscription (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  tier TEXT NOT NULL,
  stripe_price_id TEXT NOT NULL,
  status TEXT NOT NULL,
  renews_ms INTEGER,
  ends_ms INTEGER,
  told_plan TEXT,
  created_ms INTEGER NOT NULL
);
CREATE INDEX subscription_by_customer ON subscription(customer_id);
CREATE TABLE checkout (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  tier TEXT NOT NULL,
  turn INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  status TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  UNIQUE (customer_id, turn)
);
CREATE TABLE inbox (
  event_id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  received_ms INTEGER NOT NULL
);
CREATE INDEX inbox_by_age ON inbox(received_ms);
CREATE TABLE synced (
  object_id TEXT PRIMARY KEY,
  marked INTEGER NOT NULL,
  clean INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  applied INTEGER NOT NULL
);`;

/**
 * What a subscription is about to become: the end of a trial, a payment that is missing since, and
 * the price that follows. An environment of before gets the grace it had: none was set, so a week.
 */
export const CHANGES_SCHEMA = `
ALTER TABLE subscription ADD COLUMN trial_ends_ms INTEGER;
ALTER TABLE subscription ADD COLUMN past_due_ms INTEGER;
ALTER TABLE subscription ADD COLUMN next_price_id TEXT;
ALTER TABLE subscription ADD COLUMN next_ms INTEGER;
UPDATE environment SET settings = json_insert(settings, '$.pastDueGraceDays', 7);`;

/** Charges of customers, and up to when Stripe's own list of events was gone through. */
export const PAYMENT_SCHEMA = `
CREATE TABLE payment (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  status TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  refunded_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  failure TEXT,
  dispute TEXT,
  created_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX payment_by_customer ON payment(customer_id, created_ms, id);
ALTER TABLE connection ADD COLUMN events_since_ms INTEGER;
ALTER TABLE connection ADD COLUMN events_until_ms INTEGER;
ALTER TABLE connection ADD COLUMN events_after_id TEXT;`;

/**
 * The period of a subscription that runs, and the features whose overage it pays for. `count_from_ms`
 * is when it was renewed last, `told_terms` what the shard was told of all this.
 */
export const TERMS_SCHEMA = `
ALTER TABLE subscription ADD COLUMN period_start_ms INTEGER;
ALTER TABLE subscription ADD COLUMN period_end_ms INTEGER;
ALTER TABLE subscription ADD COLUMN interval TEXT;
ALTER TABLE subscription ADD COLUMN count_from_ms INTEGER;
ALTER TABLE subscription ADD COLUMN billed TEXT NOT NULL DEFAULT '[]';
ALTER TABLE subscription ADD COLUMN told_terms TEXT;`;

/** Stripe customers of erased customers, until they are deleted in the account they were made in. */
export const ERASURE_SCHEMA = `
CREATE TABLE erasure (
  stripe_customer_id TEXT PRIMARY KEY,
  stripe_account_id TEXT
);`;

/**
 * What an actor is about to connect: first a state to come back with, then the account that came
 * back, to be confirmed. One attempt an actor; nobody else can go on with it.
 */
export const CONNECTING_SCHEMA = `
CREATE TABLE connecting (
  actor TEXT PRIMARY KEY,
  state_hash TEXT,
  account_id TEXT,
  expires_ms INTEGER NOT NULL
);
ALTER TABLE connection DROP COLUMN state_hash;
ALTER TABLE connection DROP COLUMN state_expires_ms;`;

/**
 * Who the Stripe customers of accounts used before are; no account is the platform's. With it
 * environments began to sell through that one: a tier without Stripe prices is published again.
 */
export const FORMER_ACCOUNT_SCHEMA = `
CREATE TABLE former_stripe_customer (
  stripe_customer_id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  stripe_account_id TEXT
);
CREATE INDEX former_stripe_customer_by_customer ON former_stripe_customer(customer_id);
INSERT INTO outbox (id, kind, body, state, tries, fence, due_ms, created_ms)
SELECT DISTINCT 'job_publish_' || tier, 'stripe.publish_tier',
  json_object('kind', 'stripe.publish_tier', 'tier', tier), 'open', 0, 0, 0, 0
FROM price WHERE stripe_price_id IS NULL AND archived_ms IS NULL;`;

/**
 * What Stripe says of the connected account, and of one we made whose owner is not done (`onboarding`),
 * as JSON. `onboarding_key` makes an account once, whoever asks at the same time.
 */
export const ONBOARDING_SCHEMA = `
ALTER TABLE connection ADD COLUMN facts TEXT;
ALTER TABLE connection ADD COLUMN onboarding TEXT;
ALTER TABLE connection ADD COLUMN onboarding_key TEXT;
ALTER TABLE connection ADD COLUMN onboarding_key_ms INTEGER;`;
/** Every Stripe customer that was ever made for a customer, also one that is gone. */
export const STRIPE_CUSTOMER_SCHEMA = `
CREATE TABLE stripe_customer (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX stripe_customer_by_customer ON stripe_customer(customer_id);
INSERT INTO stripe_customer SELECT stripe_customer_id, id FROM customer
  WHERE stripe_customer_id IS NOT NULL;`;

/**
 * The price that a change at once was to lead to, and since when, in the customer's time. While it is
 * there, what was to end or change the subscription is taken back as soon as that price is in force.
 */
export const UPGRADE_SCHEMA = `
ALTER TABLE subscription ADD COLUMN changing_price_id TEXT;
ALTER TABLE subscription ADD COLUMN changing_ms INTEGER;`;

/**
 * One table of all Stripe customers: also where each was made, null in the platform's account, and
 * whether it is gone there. Those of accounts used before were in a table of their own.
 */
export const ONE_STRIPE_CUSTOMER_SCHEMA = `
ALTER TABLE stripe_customer ADD COLUMN stripe_account_id TEXT;
ALTER TABLE stripe_customer ADD COLUMN is_gone INTEGER NOT NULL DEFAULT 0;
UPDATE stripe_customer SET stripe_account_id = (SELECT last_account_id FROM connection),
  is_gone = id NOT IN (SELECT stripe_customer_id FROM customer WHERE stripe_customer_id IS NOT NULL);
INSERT INTO stripe_customer SELECT stripe_customer_id, customer_id, stripe_account_id, 0
  FROM former_stripe_customer WHERE true
  ON CONFLICT (id) DO UPDATE SET stripe_account_id = excluded.stripe_account_id, is_gone = 0;
DROP TABLE former_stripe_customer;`;

/**
 * What an event is about and where it came from. `mark` is the object's count of marks with this one;
 * an event that marked nothing has neither. `via` is null for what is not shown: events of before, and
 * of others in an account that is shared.
 */
export const INBOX_SCHEMA = `
ALTER TABLE inbox ADD COLUMN via TEXT;
ALTER TABLE inbox ADD COLUMN stripe_account_id TEXT;
ALTER TABLE inbox ADD COLUMN object_id TEXT;
ALTER TABLE inbox ADD COLUMN mark INTEGER;`;
