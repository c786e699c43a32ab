-- Since when a project is suspended. Its environments decide; this is for lists.
ALTER TABLE project ADD COLUMN suspended_ms INTEGER;
-- Environments in which a job was given up: operators look at them.
CREATE TABLE dead_work (
  project_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  noted_ms INTEGER NOT NULL,
  PRIMARY KEY (project_id, mode)
);
