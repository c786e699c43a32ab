/** Tiers as the developer wrote them, and the prices made of them in Stripe. */
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
