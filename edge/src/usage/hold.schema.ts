/**
 * Units set aside. A row is a hold and what it was renewed to: `turn` counts the grants, `units` and
 * `expires_ms` are of the newest one, which is to be settled while `is_live`; `closed` is as JSON how
 * the last one that is not ended, for repeats. So a renewal writes one row, and no index.
 * `granted` is the first answer, where it was asked for with a key.
 */
export const HOLD_SCHEMA = `
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
CREATE INDEX hold_live ON hold(customer_id, feature) WHERE is_live = 1;`;
