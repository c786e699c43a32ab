/**
 * `platform_plan` has one row at most: what the platform told of the developer of this environment, at
 * which version of it. `taken_back_ms` is when a plan that was given to a customer was taken back.
 */
export const PLATFORM_SCHEMA = `
CREATE TABLE platform_plan (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  facts TEXT,
  test_customers INTEGER
);
ALTER TABLE customer ADD COLUMN taken_back_ms INTEGER;`;

/** The last month a customer was active in, and how many such first times are still to be counted. */
export const ACTIVE_SCHEMA = `
ALTER TABLE customer ADD COLUMN active_month TEXT;
CREATE TABLE active_count (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  waiting_units INTEGER NOT NULL,
  batch_units INTEGER NOT NULL
);`;
