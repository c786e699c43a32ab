-- An index of what exists. The Project objects are the truth; this can be rebuilt from them.
CREATE TABLE account (
  id TEXT PRIMARY KEY,
  owner_email TEXT NOT NULL UNIQUE,
  created_ms INTEGER NOT NULL
);

CREATE TABLE project (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account(id),
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('creating', 'active', 'deleting', 'deleted')),
  created_ms INTEGER NOT NULL,
  deleted_ms INTEGER
);

-- Which environments use which Stripe account: events are routed by this.
CREATE TABLE stripe_account (
  account_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  project_id TEXT NOT NULL,
  PRIMARY KEY (account_id, mode, project_id)
);

-- Environments that have work left to do; the cron wakes them.
CREATE TABLE open_work (
  project_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  noted_ms INTEGER NOT NULL,
  PRIMARY KEY (project_id, mode)
);
