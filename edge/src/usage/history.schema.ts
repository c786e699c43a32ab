/**
 * Units by day: of each customer and feature, and of all customers together. `roll_up` is the number
 * of the last batch that each shard handed over.
 */
export const USAGE_HISTORY_SCHEMA = `
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
CREATE TABLE roll_up (shard TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;`;
