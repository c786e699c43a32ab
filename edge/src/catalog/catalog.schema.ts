/**
 * Tiers as the developer wrote them, and the prices made of them in Stripe. A price stays when it is
 * no longer sold: those who bought it keep it, and it says which tier they have.
 */
export const CATALOG_SCHEMA = `
CREATE TABLE tier (
  name TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  is_default INTEGER NOT NULL,
  position INTEGER NOT NULL,
  stripe_product_id TEXT,
  archived_ms INTEGER
);
CREATE TABLE price (
  id TEXT PRIMARY KEY,
  tier TEXT NOT NULL REFERENCES tier(name),
  price_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  interval TEXT NOT NULL,
  stripe_price_id TEXT UNIQUE,
  archived_ms INTEGER
);
CREATE INDEX price_by_tier ON price(tier);`;

/** Whether Stripe was told that a price is no longer sold: to tell it again, each time, never ends. */
export const RETIRED_SCHEMA = `
ALTER TABLE price ADD COLUMN retired INTEGER NOT NULL DEFAULT 0;`;

/**
 * What units above the limit of a feature cost, as prices in Stripe: a row for each currency and
 * interval its tier is sold in. Like a price, it stays when it is no longer sold.
 */
export const OVERAGE_SCHEMA = `
CREATE TABLE overage_price (
  id TEXT PRIMARY KEY,
  tier TEXT NOT NULL REFERENCES tier(name),
  feature TEXT NOT NULL,
  per_units INTEGER NOT NULL,
  price_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  interval TEXT NOT NULL,
  stripe_price_id TEXT UNIQUE,
  archived_ms INTEGER,
  retired INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX overage_price_by_tier ON overage_price(tier);`;

/** Whether tax is inside a price, as Stripe calls it: to change that takes a new price, too. */
export const TAX_BEHAVIOR_SCHEMA = `
ALTER TABLE price ADD COLUMN tax_behavior TEXT NOT NULL DEFAULT 'unspecified';
ALTER TABLE overage_price ADD COLUMN tax_behavior TEXT NOT NULL DEFAULT 'unspecified';`;
