/** Since when an environment is suspended: one row, or none. */
export const SUSPENSION_SCHEMA = `
CREATE TABLE suspension (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  since_ms INTEGER NOT NULL
);`;
