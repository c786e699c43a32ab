/**
 * What a shard keeps: the rules of the environment (one row), what it was told of each customer,
 * counts by customer and feature, and the answers of keyed calls for 24 h.
 */
export const METER_SCHEMA = `
CREATE TABLE rules (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE customer (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  plan TEXT,
  header_plan TEXT,
  erased_ms INTEGER
) WITHOUT ROWID;
CREATE TABLE meter (
  customer_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  used_units INTEGER NOT NULL,
  period_start_ms INTEGER NOT NULL,
  period_end_ms INTEGER NOT NULL,
  window_start_ms INTEGER NOT NULL,
  window_calls INTEGER NOT NULL,
  PRIMARY KEY (customer_id, feature)
) WITHOUT ROWID;
CREATE TABLE answer (
  customer_id TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (customer_id, key)
) WITHOUT ROWID;
CREATE INDEX answer_by_age ON answer(created_ms);`;

/**
 * Whether a customer is banned: nothing is counted for it, and no session begins. And who is gone, by
 * a hash of the id, so that what comes late finds nobody and writes nothing.
 */
export const STANDING_SCHEMA = `
ALTER TABLE customer ADD COLUMN banned INTEGER NOT NULL DEFAULT 0;
CREATE TABLE gone (id_hash TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;`;

/** What was told of a count in its period, as bits, and the notices that are still to be handed on. */
export const NOTICE_SCHEMA = `
ALTER TABLE meter ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
CREATE TABLE notice (id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;`;
/** What a customer's live subscription means for counting, as JSON; null without one. */
export const TERMS_SCHEMA = `
ALTER TABLE customer ADD COLUMN subscription TEXT;`;

/**
 * Units above a limit that are to be billed. `meter.over_units` are those of the period, of which
 * `handed_units` are in a report. `overage_due` has the customers and features with more than that,
 * and since when; `overage_report` what is to be sent, fixed, until it has arrived.
 */
export const OVERAGE_SCHEMA = `
ALTER TABLE meter ADD COLUMN over_units INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meter ADD COLUMN handed_units INTEGER NOT NULL DEFAULT 0;
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
CREATE INDEX overage_report_due ON overage_report(due_ms);`;

/**
 * Usage by day on its way to the Project. Of the meter's day, `rolled_units` are in a batch or arrived.
 * `day_over` has what was left of days that are over; `roll_up` the batch of the last sequence number
 * as JSON until it has arrived, and when the next one is due.
 */
export const ROLL_UP_SCHEMA = `
ALTER TABLE meter ADD COLUMN day TEXT NOT NULL DEFAULT '';
ALTER TABLE meter ADD COLUMN day_end_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meter ADD COLUMN day_units INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meter ADD COLUMN rolled_units INTEGER NOT NULL DEFAULT 0;
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
INSERT INTO roll_up VALUES (1, 0, NULL, NULL);`;

/** Units that were granted for the running period, on top of what the plan allows. */
export const GRANT_SCHEMA = `
ALTER TABLE meter ADD COLUMN granted_units INTEGER NOT NULL DEFAULT 0;`;

/**
 * First answers of keyed calls, by what `answer-log.ts` says: the newest in the meter's own row, so
 * that a keyed call writes no other, and older ones by the hour and instant they were moved here.
 */
export const ANSWER_LOG_SCHEMA = `
ALTER TABLE meter ADD COLUMN answers TEXT NOT NULL DEFAULT '';
CREATE TABLE answer_chunk (
  hour INTEGER NOT NULL,
  customer_id TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (hour, customer_id, at_ms)
) WITHOUT ROWID;
INSERT INTO answer_chunk
  SELECT created_ms / 3600000, customer_id, created_ms, group_concat(
    char(10) || key || char(9) || substr(fingerprint, 1, 32) || char(9) || created_ms || char(9) ||
    json_extract(body, '$.count') || char(9) || ifnull(json_extract(body, '$.overageUnits'), '') ||
    char(9) || json_remove(body, '$.count', '$.remaining', '$.overageUnits'), '')
  FROM answer GROUP BY customer_id, created_ms;
DROP TABLE answer;`;

/** The last batch of each source that was counted for a customer: a later try of it counts nothing. */
export const SEQUENCE_SCHEMA = `
CREATE TABLE usage_sequence (
  customer_id TEXT NOT NULL,
  source TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (customer_id, source)
) WITHOUT ROWID;`;
