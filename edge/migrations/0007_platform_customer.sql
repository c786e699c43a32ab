-- Which environment a Stripe customer of the platform's account was made for, so that an event that
-- names nothing but the customer finds its way. Older ones are found by metadata, or every hour.
CREATE TABLE platform_customer (
  stripe_customer_id TEXT PRIMARY KEY,
  mode TEXT NOT NULL,
  project_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX platform_customer_by_project ON platform_customer(project_id);
