/** Pictures of one environment. Addresses are made of `name`, so that the domain can change. */
export const IMAGE_SCHEMA = `
CREATE TABLE image (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  source_hash TEXT NOT NULL UNIQUE,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
);
CREATE INDEX image_by_age ON image(created_ms, id);`;
