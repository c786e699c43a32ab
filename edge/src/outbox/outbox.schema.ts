/**
 * Work to be done outside the object, written with the change that caused it. `state` is `open`,
 * `done` or `dead`; a row is claimed by raising its `fence`, and only the newest claim may record.
 */
export const OUTBOX_SCHEMA = `
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  last_error TEXT
);
CREATE INDEX outbox_due ON outbox(due_ms) WHERE state = 'open';`;

/** Finds what was done long ago: `due_ms` of a done row is when it was done. */
export const OUTBOX_DONE_INDEX = `
CREATE INDEX outbox_done ON outbox(due_ms) WHERE state = 'done';`;

/** An erasure that was queued before hashes were kept keeps none. */
export const ERASURES_OF_BEFORE = `
UPDATE outbox SET body = json_insert(body, '$.keptAs', json('[]')) WHERE kind = 'shard.erase';`;
