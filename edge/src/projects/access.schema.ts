/** Who may use an environment and how it behaves. `version` rises with every change of it. */
export const ACCESS_SCHEMA = `
CREATE TABLE environment (
  project_id TEXT PRIMARY KEY,
  mode TEXT NOT NULL,
  version INTEGER NOT NULL,
  settings TEXT NOT NULL,
  origins TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  deleted_ms INTEGER
);
CREATE TABLE secret_key (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER,
  revoked_ms INTEGER
);
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT
);`;

/** Finds what was done to one thing. */
export const AUDIT_SUBJECT_INDEX = `
CREATE INDEX audit_by_subject ON audit(subject) WHERE subject IS NOT NULL;`;

/** Whether limits refuse: environments of before do. */
export const ENFORCEMENT_SCHEMA = `
UPDATE environment SET settings = json_insert(settings, '$.enforcement', 'enforce');`;

/** What else is chosen of the look: environments of before left it to the page. */
export const LOOK_SCHEMA = `
UPDATE environment SET settings = json_insert(settings,
  '$.surfaceColor', NULL, '$.textColor', NULL, '$.corners', NULL, '$.font', NULL);`;

/** When a secret key was last used, as far as it was noted. */
export const KEY_USE_SCHEMA = 'ALTER TABLE secret_key ADD COLUMN used_ms INTEGER;';

/** What an entry of the log changed, in JSON; null where that is not kept. */
export const AUDIT_DETAILS_SCHEMA = `
ALTER TABLE audit ADD COLUMN details TEXT;`;
