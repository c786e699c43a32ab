/**
 * Products as the developer wrote them, their variants with their stock, and the prices made of them
 * in Stripe. `place` sorts products as they are shown. `stock_units` are the pieces there are, those of
 * open orders, `reserved_units`, included; null is not counted. A variant is a product in Stripe, and
 * is to be brought there while `published_revision` is behind `revision`; `stripe_body` is what Stripe
 * is to know of it. A price stays when it is no longer sold, and `known_price` keeps every id Stripe
 * ever gave it, in whatever account, so that an old one still says what it was of. `wanted_ms` is since
 * when the running account is to have it.
 */
export const PRODUCT_SCHEMA = `
CREATE TABLE product (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  place TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  archived_ms INTEGER
);
CREATE UNIQUE INDEX product_by_place ON product(place);
CREATE TABLE variant (
  id TEXT PRIMARY KEY,
  product TEXT NOT NULL REFERENCES product(id),
  name TEXT NOT NULL,
  sku TEXT,
  image TEXT,
  position INTEGER NOT NULL,
  stock_units INTEGER,
  reserved_units INTEGER NOT NULL DEFAULT 0,
  stripe_body TEXT NOT NULL,
  revision INTEGER NOT NULL DEFAULT 1,
  published_revision INTEGER NOT NULL DEFAULT 0,
  refusal TEXT,
  archived_ms INTEGER
);
CREATE INDEX variant_by_product ON variant(product);
CREATE INDEX variant_unpublished ON variant(product) WHERE published_revision < revision;
CREATE TABLE product_price (
  id TEXT PRIMARY KEY,
  variant TEXT NOT NULL REFERENCES variant(id),
  price_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  tax_behavior TEXT NOT NULL,
  position INTEGER NOT NULL,
  wanted_ms INTEGER NOT NULL,
  stripe_price_id TEXT UNIQUE,
  archived_ms INTEGER,
  retired INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX product_price_by_variant ON product_price(variant);
CREATE TABLE known_price (
  stripe_price_id TEXT PRIMARY KEY,
  price TEXT NOT NULL REFERENCES product_price(id)
);`;

/** Credits that a piece of a variant gives its buyer, as JSON; null for none. */
export const VARIANT_CREDITS_SCHEMA = `
ALTER TABLE variant ADD COLUMN credits TEXT;`;
