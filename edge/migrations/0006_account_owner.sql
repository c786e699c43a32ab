-- An account belongs to a customer of the platform's own project, to whom it is bound once. Until then
-- it is found by the e-mail it was made for; one whose owner has another e-mail by now may have none.
-- The rows are put into the new table, not the table renamed: only that satisfies projects' references.
PRAGMA defer_foreign_keys = on;
CREATE TABLE account_before AS SELECT * FROM account;
DROP TABLE account;
CREATE TABLE account (
  id TEXT PRIMARY KEY,
  owner_email TEXT UNIQUE,
  customer_id TEXT UNIQUE,
  created_ms INTEGER NOT NULL
);
INSERT INTO account (id, owner_email, created_ms)
SELECT id, owner_email, created_ms FROM account_before;
DROP TABLE account_before;
CREATE INDEX project_by_account ON project(account_id);
