-- Why a project is suspended, as its developer is told.
ALTER TABLE project ADD COLUMN suspension_reason TEXT;
