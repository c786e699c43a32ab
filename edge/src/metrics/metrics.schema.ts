/**
 * What metrics are read from. `metric_day` has what a day added to or took from a number, by the name of
 * the number and a key (a currency, else empty): a sum over the days before a day is the number then.
 * `standing` is what each subscription adds to the numbers of now: a year of its price, and whether it is
 * `active`, `trialing`, `past_due` or `none` of them, until `until_ms` at the latest. It outlives its
 * customer, without the id. `revenue` has each charge that was booked. `near_limit` are those who used
 * 80 % or more of a feature's limit.
 *
 * An environment of before gets what its tables still know: a subscription as if its price had never
 * changed, a refund on the day of its charge, days in UTC.
 */
export const METRICS_SCHEMA = `
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
  resets_ms INTEGER NOT NULL,
  PRIMARY KEY (customer_id, feature)
) WITHOUT ROWID;
CREATE INDEX near_limit_by_percent ON near_limit(percent);
CREATE INDEX near_limit_by_end ON near_limit(resets_ms);
CREATE INDEX customer_by_plan ON customer(announced_plan);
CREATE INDEX customer_by_clock ON customer(clock_ms) WHERE clock_ms IS NOT NULL;
CREATE INDEX payment_by_time ON payment(created_ms) WHERE status = 'succeeded';
CREATE INDEX store_order_by_paid ON store_order(paid_ms) WHERE paid_ms IS NOT NULL;

INSERT INTO standing
SELECT NULL, s.id,
  CASE WHEN s.status IN ('active', 'trialing', 'past_due') THEN s.status ELSE 'none' END,
  s.ends_ms IS NOT NULL AND s.status IN ('active', 'trialing', 'past_due'),
  coalesce(p.price_minor * iif(p.interval = 'month', 12, 1), 0), coalesce(p.currency, ''),
  min(coalesce(s.ends_ms, 1e18), coalesce(s.past_due_ms + 604800000, 1e18)),
  date(s.created_ms / 1000, 'unixepoch'),
  CASE WHEN s.status <> 'trialing' AND s.status <> 'incomplete' AND s.status <> 'incomplete_expired'
    THEN date(s.created_ms / 1000, 'unixepoch') END,
  CASE WHEN s.status <> 'trialing' AND s.status <> 'incomplete' AND s.status <> 'incomplete_expired'
    THEN s.created_ms END,
  NULL, NULL
FROM subscription s LEFT JOIN price p ON p.stripe_price_id = s.stripe_price_id;
UPDATE standing SET until_ms = NULL WHERE until_ms >= 1e18;
UPDATE standing SET ended_ms = (
    SELECT max(created_ms, coalesce(ends_ms, period_end_ms, created_ms))
    FROM subscription WHERE id = subscription_id
  ) WHERE state = 'none' AND began_ms IS NOT NULL;
UPDATE standing SET ended_day = date(ended_ms / 1000, 'unixepoch'),
  changed_day = date(ended_ms / 1000, 'unixepoch') WHERE ended_ms IS NOT NULL;
INSERT INTO metric_day
SELECT state, '', changed_day, sum(1) FROM standing WHERE state <> 'none' GROUP BY 1, 2, 3
ON CONFLICT DO UPDATE SET value = value + excluded.value;
INSERT INTO metric_day
SELECT 'cancelling', '', changed_day, sum(1) FROM standing WHERE is_cancelling = 1 GROUP BY 1, 2, 3
ON CONFLICT DO UPDATE SET value = value + excluded.value;
INSERT INTO metric_day
SELECT 'active', '', began_day, sum(1) FROM standing WHERE ended_day IS NOT NULL GROUP BY 1, 2, 3
ON CONFLICT DO UPDATE SET value = value + excluded.value;
INSERT INTO metric_day
SELECT 'active', '', ended_day, sum(-1) FROM standing WHERE ended_day IS NOT NULL GROUP BY 1, 2, 3
ON CONFLICT DO UPDATE SET value = value + excluded.value;
INSERT INTO metric_day
SELECT 'year', currency, began_day, sum(year_minor) FROM standing WHERE began_day IS NOT NULL AND currency <> '' GROUP BY 1, 2, 3
ON CONFLICT DO UPDATE SET value = value + excluded.value;
INSERT INTO metric_day
SELECT 'year', currency, ended_day, sum(-year_minor) FROM standing WHERE ended_day IS NOT NULL AND currency <> '' GROUP BY 1, 2, 3
ON CONFLICT DO UPDATE SET value = value + excluded.value;
INSERT INTO metric_day
SELECT 'customers', '', date(created_ms / 1000, 'unixepoch'), sum(1) FROM customer WHERE true GROUP BY 1, 2, 3
ON CONFLICT DO UPDATE SET value = value + excluded.value;

INSERT INTO revenue
SELECT NULL, id, 'orders', currency, total_minor, refunded_minor, day FROM (
  SELECT charge_id AS id, currency, total_minor, refunded_minor,
    date(paid_ms / 1000, 'unixepoch') AS day
  FROM store_order WHERE charge_id IS NOT NULL AND paid_ms IS NOT NULL GROUP BY charge_id
);
INSERT INTO revenue
SELECT NULL, id, 'subscriptions', currency, amount_minor, refunded_minor,
  date(created_ms / 1000, 'unixepoch')
FROM payment WHERE status = 'succeeded' AND id NOT IN (SELECT charge_id FROM revenue);
INSERT INTO metric_day
SELECT source, currency, day, sum(paid_minor) FROM revenue GROUP BY source, currency, day;
INSERT INTO metric_day
SELECT 'refunded', currency, day, sum(refunded_minor) FROM revenue
  WHERE refunded_minor > 0 GROUP BY currency, day;`;

/** What is granted on top of the limit that somebody is near, for its period. */
export const GRANTED_SCHEMA = `
ALTER TABLE near_limit ADD COLUMN granted_units INTEGER NOT NULL DEFAULT 0;`;

/** Those who used most of a feature in a month, in units; of before, by what is known of them. */
export const TOP_SCHEMA = `
CREATE TABLE usage_top (
  month TEXT NOT NULL,
  feature TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (month, feature, customer_id)
) WITHOUT ROWID;
INSERT INTO usage_top
SELECT month, feature, customer_id, units FROM (
  SELECT *, row_number() OVER (PARTITION BY month, feature ORDER BY units DESC) AS place FROM (
    SELECT substr(day, 1, 7) AS month, feature, customer_id, sum(units) AS units
    FROM usage_day GROUP BY 1, 2, 3))
WHERE place <= 30;`;
