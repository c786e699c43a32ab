-- Which project a keyed POST /api/projects made: a repeat within a day is answered with it.
CREATE TABLE creation (
  key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  project_id TEXT NOT NULL,
  created_ms INTEGER NOT NULL
);
CREATE INDEX creation_by_age ON creation(created_ms);
