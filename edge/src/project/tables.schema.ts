/** The tables of a new object: where the steps lead. Written by edge/test/tables.test.ts. */
export const PROJECT_TABLES = `
CREATE TABLE environment (
  project_id TEXT PRIMARY KEY,
  mode TEXT NOT NULL,
  version INTEGER NOT NULL,
  settings TEXT NOT NULL,
  origins TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  deleted_ms INTEGER
);
CREATE TABLE secret_key (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER,
  revoked_ms INTEGER
, used_ms INTEGER);
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT
, details TEXT);
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
, retired INTEGER NOT NULL DEFAULT 0, tax_behavior TEXT NOT NULL DEFAULT 'unspecified');
CREATE INDEX price_by_tier ON price(tier);
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
, passwords INTEGER NOT NULL DEFAULT 0, banned INTEGER NOT NULL DEFAULT 0, had_trial INTEGER NOT NULL DEFAULT 0, announced_plan TEXT, clock_ms INTEGER, clock_to TEXT, clock_target_ms INTEGER, taken_back_ms INTEGER, active_month TEXT);
CREATE UNIQUE INDEX customer_by_email ON customer(email) WHERE email IS NOT NULL;
CREATE TABLE identity (
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  customer_id TEXT NOT NULL, clerk_user_id TEXT,
  PRIMARY KEY (provider, subject)
) WITHOUT ROWID;
CREATE TABLE proof (
  clerk_session_id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  proved_ms INTEGER NOT NULL
, email TEXT) WITHOUT ROWID;
CREATE TABLE connection (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  stripe_account_id TEXT,
  last_account_id TEXT,
  account_name TEXT,
  connected_ms INTEGER,
  events_since_ms INTEGER, events_until_ms INTEGER, events_after_id TEXT, facts TEXT, onboarding TEXT, onboarding_key TEXT, onboarding_key_ms INTEGER);
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
, trial_ends_ms INTEGER, past_due_ms INTEGER, next_price_id TEXT, next_ms INTEGER, period_start_ms INTEGER, period_end_ms INTEGER, interval TEXT, count_from_ms INTEGER, billed TEXT NOT NULL DEFAULT '[]', told_terms TEXT, changing_price_id TEXT, changing_ms INTEGER);
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
, via TEXT, stripe_account_id TEXT, object_id TEXT, mark INTEGER);
CREATE INDEX inbox_by_age ON inbox(received_ms);
CREATE TABLE synced (
  object_id TEXT PRIMARY KEY,
  marked INTEGER NOT NULL,
  clean INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  applied INTEGER NOT NULL
);
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  last_error TEXT
);
CREATE INDEX outbox_due ON outbox(due_ms) WHERE state = 'open';
CREATE TABLE reply (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  status INTEGER,
  answer TEXT,
  PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX reply_by_age ON reply(created_ms);
CREATE INDEX outbox_done ON outbox(due_ms) WHERE state = 'done';
CREATE TABLE erasure (
  stripe_customer_id TEXT PRIMARY KEY,
  stripe_account_id TEXT
);
CREATE TABLE oauth_attempt (
  state_hash TEXT PRIMARY KEY,
  request TEXT NOT NULL UNIQUE,
  challenge TEXT NOT NULL,
  origin TEXT NOT NULL,
  provider TEXT NOT NULL,
  sign_in_id TEXT NOT NULL,
  sealed_token TEXT NOT NULL,
  begun_ms INTEGER NOT NULL,
  trips INTEGER NOT NULL,
  landed_ms INTEGER,
  settled_ms INTEGER,
  error TEXT
) WITHOUT ROWID;
CREATE TABLE kept_usage (
  hash TEXT NOT NULL,
  feature TEXT NOT NULL,
  used_units INTEGER NOT NULL,
  period_start_ms INTEGER NOT NULL,
  period_end_ms INTEGER NOT NULL,
  PRIMARY KEY (hash, feature)
) WITHOUT ROWID;
CREATE INDEX kept_usage_by_end ON kept_usage(period_end_ms);
CREATE TABLE kept_trial (hash TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX identity_by_customer ON identity(customer_id);
CREATE TABLE clerk_app (
  instance_id TEXT PRIMARY KEY,
  frontend_url TEXT NOT NULL,
  publishable_key TEXT NOT NULL,
  secret_key TEXT NOT NULL,
  secret_key_last4 TEXT NOT NULL,
  webhook_secret TEXT,
  webhook_secret_last4 TEXT,
  connected_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX identity_by_clerk_user ON identity(clerk_user_id) WHERE clerk_user_id IS NOT NULL;
CREATE TABLE clerk_heard (
  id TEXT PRIMARY KEY,
  heard_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX clerk_heard_by_age ON clerk_heard(heard_ms);
CREATE TABLE sign_ups (
  day INTEGER PRIMARY KEY,
  count INTEGER NOT NULL
);
CREATE TABLE turnstile (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  site_key TEXT NOT NULL,
  sealed_secret_key TEXT NOT NULL,
  secret_key_hint TEXT NOT NULL,
  set_ms INTEGER NOT NULL
);
CREATE TABLE former_identity (
  customer_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  PRIMARY KEY (customer_id, provider, subject)
) WITHOUT ROWID;
CREATE TABLE kept_ban (hash TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX proof_by_age ON proof(proved_ms);
CREATE INDEX oauth_attempt_by_age ON oauth_attempt(begun_ms);
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
CREATE TABLE connecting (
  actor TEXT PRIMARY KEY,
  state_hash TEXT,
  account_id TEXT,
  expires_ms INTEGER NOT NULL
);
CREATE TABLE webhook (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  events TEXT,
  secret TEXT NOT NULL,
  old_secret TEXT,
  old_secret_until_ms INTEGER,
  disabled_reason TEXT,
  disabled_ms INTEGER,
  failing_since_ms INTEGER,
  busy_until_ms INTEGER NOT NULL DEFAULT 0,
  created_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE webhook_event (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  customer_id TEXT,
  body TEXT,
  created_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX webhook_event_by_age ON webhook_event(created_ms);
CREATE INDEX webhook_event_by_customer ON webhook_event(customer_id) WHERE customer_id IS NOT NULL;
CREATE TABLE webhook_delivery (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  webhook_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  fence INTEGER NOT NULL DEFAULT 0,
  due_ms INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  last_try_ms INTEGER,
  response_status INTEGER,
  response_body TEXT,
  error TEXT
);
CREATE INDEX webhook_delivery_due ON webhook_delivery(webhook_id, due_ms) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_log ON webhook_delivery(webhook_id, seq);
CREATE INDEX webhook_delivery_by_event ON webhook_delivery(event_id);
CREATE INDEX webhook_delivery_by_age ON webhook_delivery(created_ms);
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
, tax_behavior TEXT NOT NULL DEFAULT 'unspecified');
CREATE INDEX overage_price_by_tier ON overage_price(tier);
CREATE TABLE stripe_customer (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL
, stripe_account_id TEXT, is_gone INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX stripe_customer_by_customer ON stripe_customer(customer_id);
CREATE TABLE image (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  source_hash TEXT NOT NULL UNIQUE,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
);
CREATE INDEX image_by_age ON image(created_ms, id);
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
, credits TEXT);
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
);
CREATE TABLE store (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  settings TEXT NOT NULL
);
CREATE TABLE store_order (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  customer_id TEXT,
  held_for TEXT NOT NULL,
  visitor TEXT,
  token_hash TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  stripe_account_id TEXT,
  request TEXT,
  session_id TEXT UNIQUE,
  session_expires_ms INTEGER,
  is_abandoned INTEGER NOT NULL DEFAULT 0,
  is_replaced INTEGER NOT NULL DEFAULT 0,
  is_cancel_asked INTEGER NOT NULL DEFAULT 0,
  is_erased INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL,
  hold TEXT NOT NULL,
  restock INTEGER,
  currency TEXT NOT NULL,
  subtotal_minor INTEGER NOT NULL,
  discount_minor INTEGER NOT NULL DEFAULT 0,
  shipping_minor INTEGER NOT NULL DEFAULT 0,
  tax_minor INTEGER NOT NULL DEFAULT 0,
  total_minor INTEGER NOT NULL,
  refunded_minor INTEGER NOT NULL DEFAULT 0,
  payment_intent_id TEXT,
  charge_id TEXT,
  receipt_url TEXT,
  dispute TEXT,
  email TEXT,
  name TEXT,
  phone TEXT,
  address TEXT,
  fulfilled_ms INTEGER,
  carrier TEXT,
  tracking_url TEXT,
  created_ms INTEGER NOT NULL,
  paid_ms INTEGER
, is_unseen INTEGER NOT NULL DEFAULT 0, returned_ms INTEGER);
CREATE INDEX store_order_by_customer ON store_order(customer_id, number) WHERE customer_id IS NOT NULL;
CREATE INDEX store_order_by_visitor ON store_order(visitor) WHERE visitor IS NOT NULL;
CREATE INDEX store_order_by_status ON store_order(status, number);
CREATE INDEX store_order_by_intent ON store_order(payment_intent_id) WHERE payment_intent_id IS NOT NULL;
CREATE INDEX store_order_by_charge ON store_order(charge_id) WHERE charge_id IS NOT NULL;
CREATE TABLE store_order_line (
  order_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  product_id TEXT NOT NULL,
  variant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  price_minor INTEGER NOT NULL,
  PRIMARY KEY (order_id, position)
) WITHOUT ROWID;
CREATE TABLE store_order_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id TEXT NOT NULL,
  type TEXT NOT NULL,
  actor TEXT NOT NULL,
  details TEXT,
  at_ms INTEGER NOT NULL
);
CREATE INDEX store_order_event_by_order ON store_order_event(order_id, seq);
CREATE TABLE store_refund (
  id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  reason TEXT,
  state TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX store_refund_by_order ON store_refund(order_id);
CREATE TABLE default_change (
  id TEXT PRIMARY KEY,
  from_plan TEXT NOT NULL,
  to_plan TEXT NOT NULL,
  after_seq INTEGER NOT NULL,
  until_seq INTEGER NOT NULL
);
CREATE TABLE usage_day (
  customer_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  day TEXT NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (customer_id, feature, day)
) WITHOUT ROWID;
CREATE INDEX usage_day_by_day ON usage_day(day, feature);
CREATE TABLE usage_total (
  day TEXT NOT NULL,
  feature TEXT NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (day, feature)
) WITHOUT ROWID;
CREATE TABLE roll_up (shard TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX audit_by_subject ON audit(subject) WHERE subject IS NOT NULL;
CREATE INDEX store_order_unseen ON store_order(session_id) WHERE is_unseen = 1;
CREATE TABLE metric_day (
  metric TEXT NOT NULL,
  key TEXT NOT NULL,
  day TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (metric, key, day)
) WITHOUT ROWID;
CREATE TABLE standing (
  seq INTEGER PRIMARY KEY,
  subscription_id TEXT UNIQUE,
  state TEXT NOT NULL,
  is_cancelling INTEGER NOT NULL,
  year_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  until_ms INTEGER,
  changed_day TEXT NOT NULL,
  began_day TEXT,
  began_ms INTEGER,
  ended_day TEXT,
  ended_ms INTEGER
);
CREATE INDEX standing_by_until ON standing(until_ms) WHERE until_ms IS NOT NULL AND state <> 'none';
CREATE INDEX standing_by_began ON standing(began_day) WHERE began_day IS NOT NULL;
CREATE INDEX standing_by_ended ON standing(ended_day, began_day) WHERE ended_day IS NOT NULL;
CREATE TABLE revenue (
  seq INTEGER PRIMARY KEY,
  charge_id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  currency TEXT NOT NULL,
  paid_minor INTEGER NOT NULL,
  refunded_minor INTEGER NOT NULL,
  day TEXT NOT NULL
);
CREATE TABLE near_limit (
  customer_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  used_units INTEGER NOT NULL,
  percent INTEGER NOT NULL,
  resets_ms INTEGER NOT NULL, granted_units INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (customer_id, feature)
) WITHOUT ROWID;
CREATE INDEX near_limit_by_percent ON near_limit(percent);
CREATE INDEX near_limit_by_end ON near_limit(resets_ms);
CREATE INDEX customer_by_plan ON customer(announced_plan);
CREATE INDEX customer_by_clock ON customer(clock_ms) WHERE clock_ms IS NOT NULL;
CREATE INDEX payment_by_time ON payment(created_ms) WHERE status = 'succeeded';
CREATE INDEX store_order_by_paid ON store_order(paid_ms) WHERE paid_ms IS NOT NULL;
CREATE TABLE platform_plan (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  facts TEXT,
  test_customers INTEGER
);
CREATE TABLE active_count (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  waiting_units INTEGER NOT NULL,
  batch_units INTEGER NOT NULL
);
CREATE TABLE suspension (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  since_ms INTEGER NOT NULL
);
CREATE TABLE store_order_credits (
  order_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  units INTEGER NOT NULL,
  days INTEGER,
  turn INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (order_id, position)
) WITHOUT ROWID;
CREATE TABLE store_refund_line (
  order_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  refund_id TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  restock INTEGER NOT NULL,
  PRIMARY KEY (order_id, position, refund_id)
) WITHOUT ROWID;
CREATE TABLE usage_top (
  month TEXT NOT NULL,
  feature TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (month, feature, customer_id)
) WITHOUT ROWID;
`;
