-- Well-signed events of Stripe accounts that no environment holds, until one connects the account.
CREATE TABLE waiting_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  subjects TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  UNIQUE (account_id, mode, event_id)
);
CREATE INDEX waiting_event_by_age ON waiting_event(received_ms);
CREATE INDEX waiting_event_by_account ON waiting_event(account_id, mode);

-- When an environment's subscriptions and checkouts are looked at next, and from which id on.
CREATE TABLE reconciliation (
  project_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  after_id TEXT NOT NULL,
  due_ms INTEGER NOT NULL,
  PRIMARY KEY (project_id, mode)
);
