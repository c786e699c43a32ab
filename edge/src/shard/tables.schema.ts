/** The tables of a new object: where the steps lead. Written by edge/test/tables.test.ts. */
export const SHARD_TABLES = `
CREATE TABLE rules (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE customer (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  plan TEXT,
  header_plan TEXT,
  erased_ms INTEGER
, banned INTEGER NOT NULL DEFAULT 0, subscription TEXT, clock_ms INTEGER) WITHOUT ROWID;
CREATE TABLE meter (
  customer_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  used_units INTEGER NOT NULL,
  period_start_ms INTEGER NOT NULL,
  period_end_ms INTEGER NOT NULL,
  window_start_ms INTEGER NOT NULL,
  window_calls INTEGER NOT NULL, told INTEGER NOT NULL DEFAULT 0, over_units INTEGER NOT NULL DEFAULT 0, handed_units INTEGER NOT NULL DEFAULT 0, day TEXT NOT NULL DEFAULT '', day_end_ms INTEGER NOT NULL DEFAULT 0, day_units INTEGER NOT NULL DEFAULT 0, rolled_units INTEGER NOT NULL DEFAULT 0, answers TEXT NOT NULL DEFAULT '', drawn_units INTEGER NOT NULL DEFAULT 0, drawn_day TEXT NOT NULL DEFAULT '', drawn_ms INTEGER NOT NULL DEFAULT 0, granted_units INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (customer_id, feature)
) WITHOUT ROWID;
CREATE TABLE session (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  salt TEXT NOT NULL,
  generation INTEGER NOT NULL,
  rotated_ms INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  ended_ms INTEGER
, device TEXT) WITHOUT ROWID;
CREATE INDEX session_by_customer ON session(customer_id);
CREATE TABLE gone (id_hash TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE notice (id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE overage_due (
  customer_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  PRIMARY KEY (customer_id, feature)
) WITHOUT ROWID;
CREATE TABLE overage_report (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  units INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,
  first_sent_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX overage_report_due ON overage_report(due_ms);
CREATE TABLE day_over (
  customer_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  day TEXT NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (customer_id, feature, day)
) WITHOUT ROWID;
CREATE TABLE roll_up (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL,
  body TEXT,
  due_ms INTEGER
);
INSERT INTO roll_up (one, seq) VALUES (1, 0);
CREATE TABLE answer_chunk (
  hour INTEGER NOT NULL,
  customer_id TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (hour, customer_id, at_ms)
) WITHOUT ROWID;
CREATE TABLE hold (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  first_units INTEGER NOT NULL,
  granted TEXT,
  turn INTEGER NOT NULL,
  units INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  is_live INTEGER NOT NULL,
  closed TEXT,
  closed_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX hold_live ON hold(customer_id, feature) WHERE is_live = 1;
CREATE TABLE credit_account (
  customer_id TEXT PRIMARY KEY,
  period_start_ms INTEGER NOT NULL,
  period_end_ms INTEGER NOT NULL
, full_units INTEGER NOT NULL DEFAULT 0, full_ms INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0, balance_units INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
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
CREATE UNIQUE INDEX credit_use_of_day ON credit_entry(customer_id, day, feature) WHERE kind = 'use';
CREATE TABLE usage_sequence (
  customer_id TEXT NOT NULL,
  source TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (customer_id, source)
) WITHOUT ROWID;
CREATE INDEX credit_grant_next
  ON credit_grant(customer_id, ifnull(expires_ms, 9000000000000000), id <> 'roll_over', starts_ms, id)
  WHERE is_open = 1;
CREATE INDEX credit_grant_over ON credit_grant(customer_id, starts_ms) WHERE is_open = 0;
`;
