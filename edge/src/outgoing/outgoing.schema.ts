/**
 * Endpoints of the developer's, what happened (`body` is the text that is sent, null once erased), and
 * each event on its way to each endpoint. An endpoint is a lane: whoever sends to it has it until
 * `busy_until_ms`, so that a slow one has no more than one sender. A delivery is `waiting`,
 * `delivered` or `failed`; only the sender with the newest `fence` may record.
 */
export const OUTGOING_SCHEMA = `
CREATE TABLE webhook (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  events TEXT,
  secret TEXT NOT NULL,
  old_secret TEXT,
  old_secret_until_ms INTEGER,
  disabled_reason TEXT,
  disabled_ms INTEGER,
  failing_since_ms INTEGER,
  busy_until_ms INTEGER NOT NULL DEFAULT 0,
  created_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE webhook_event (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  customer_id TEXT,
  body TEXT,
  created_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX webhook_event_by_age ON webhook_event(created_ms);
CREATE INDEX webhook_event_by_customer ON webhook_event(customer_id) WHERE customer_id IS NOT NULL;
CREATE TABLE webhook_delivery (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  webhook_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  fence INTEGER NOT NULL DEFAULT 0,
  due_ms INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  last_try_ms INTEGER,
  response_status INTEGER,
  response_body TEXT,
  error TEXT
);
CREATE INDEX webhook_delivery_due ON webhook_delivery(webhook_id, due_ms) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_log ON webhook_delivery(webhook_id, seq);
CREATE INDEX webhook_delivery_by_event ON webhook_delivery(event_id);
CREATE INDEX webhook_delivery_by_age ON webhook_delivery(created_ms);`;

/**
 * The plan a customer's webhooks last told of, null for the default one: what has changed since is
 * told next. Who had a plan before there were webhooks begins with that one.
 */
export const ANNOUNCED_PLAN_SCHEMA = `
ALTER TABLE customer ADD COLUMN announced_plan TEXT;
UPDATE customer SET announced_plan = coalesce(
  (SELECT told_plan FROM subscription WHERE customer_id = customer.id AND told_plan IS NOT NULL),
  set_plan,
  header_plan
);`;

/**
 * A change of the default tier of which webhooks are being told: of the customers after `after_seq`, up
 * to the last one there was. Those it has not come to were told of the default before it.
 */
export const DEFAULT_CHANGE_SCHEMA = `
CREATE TABLE default_change (
  id TEXT PRIMARY KEY,
  from_plan TEXT NOT NULL,
  to_plan TEXT NOT NULL,
  after_seq INTEGER NOT NULL,
  until_seq INTEGER NOT NULL
);`;
