-- When the cron last looked at a project. It goes round all of them, the one longest unseen first.
ALTER TABLE project ADD COLUMN touched_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX project_by_touch ON project(touched_ms) WHERE state = 'active';
