/**
 * Orders, each with its lines and what happened to it. `held_for` is whom its pieces are held for:
 * `guest`, `customer` or `server`. `visitor` is a hash of a guest's address, kept for a day. `request`
 * is what Stripe was or is to be asked for, as JSON, until its session is known. `is_abandoned`: nobody
 * was or will be given the session. `hold` says where the pieces are. `restock` is what the last full
 * refund asked for, null where it said nothing. A refund is `asked`, `done` or `refused`.
 */
export const ORDERS_SCHEMA = `
CREATE TABLE store (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  settings TEXT NOT NULL
);
CREATE TABLE store_order (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  customer_id TEXT,
  held_for TEXT NOT NULL,
  visitor TEXT,
  token_hash TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  stripe_account_id TEXT,
  request TEXT,
  session_id TEXT UNIQUE,
  session_expires_ms INTEGER,
  is_abandoned INTEGER NOT NULL DEFAULT 0,
  is_replaced INTEGER NOT NULL DEFAULT 0,
  is_cancel_asked INTEGER NOT NULL DEFAULT 0,
  is_erased INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL,
  hold TEXT NOT NULL,
  restock INTEGER,
  currency TEXT NOT NULL,
  subtotal_minor INTEGER NOT NULL,
  discount_minor INTEGER NOT NULL DEFAULT 0,
  shipping_minor INTEGER NOT NULL DEFAULT 0,
  tax_minor INTEGER NOT NULL DEFAULT 0,
  total_minor INTEGER NOT NULL,
  refunded_minor INTEGER NOT NULL DEFAULT 0,
  payment_intent_id TEXT,
  charge_id TEXT,
  receipt_url TEXT,
  dispute TEXT,
  email TEXT,
  name TEXT,
  phone TEXT,
  address TEXT,
  fulfilled_ms INTEGER,
  carrier TEXT,
  tracking_url TEXT,
  created_ms INTEGER NOT NULL,
  paid_ms INTEGER
);
CREATE INDEX store_order_by_customer ON store_order(customer_id, number) WHERE customer_id IS NOT NULL;
CREATE INDEX store_order_by_visitor ON store_order(visitor) WHERE visitor IS NOT NULL;
CREATE INDEX store_order_by_status ON store_order(status, number);
CREATE INDEX store_order_by_intent ON store_order(payment_intent_id) WHERE payment_intent_id IS NOT NULL;
CREATE INDEX store_order_by_charge ON store_order(charge_id) WHERE charge_id IS NOT NULL;
CREATE TABLE store_order_line (
  order_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  product_id TEXT NOT NULL,
  variant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  price_minor INTEGER NOT NULL,
  PRIMARY KEY (order_id, position)
) WITHOUT ROWID;
CREATE TABLE store_order_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id TEXT NOT NULL,
  type TEXT NOT NULL,
  actor TEXT NOT NULL,
  details TEXT,
  at_ms INTEGER NOT NULL
);
CREATE INDEX store_order_event_by_order ON store_order_event(order_id, seq);
CREATE TABLE store_refund (
  id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  reason TEXT,
  state TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX store_refund_by_order ON store_refund(order_id);`;

/**
 * `is_unseen`: it was ended without asking Stripe, whose account let nobody look; connecting that account
 * again looks. `returned_ms`: its buyer came back from the page while nobody could look.
 */
export const UNSEEN_SCHEMA = `
ALTER TABLE store_order ADD COLUMN is_unseen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE store_order ADD COLUMN returned_ms INTEGER;
CREATE INDEX store_order_unseen ON store_order(session_id) WHERE is_unseen = 1;`;

/**
 * Credits that lines of an order give: `units` for the whole line, for `days` or for ever. `turn` is how
 * often they were taken back: an order that counts as paid once more gives new ones.
 */
export const ORDER_CREDITS_SCHEMA = `
CREATE TABLE store_order_credits (
  order_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  units INTEGER NOT NULL,
  days INTEGER,
  turn INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (order_id, position)
) WITHOUT ROWID;`;

/** Pieces of which lines a refund gave back, and whether they are for sale again. */
export const REFUND_LINES_SCHEMA = `
CREATE TABLE store_refund_line (
  order_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  refund_id TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  restock INTEGER NOT NULL,
  PRIMARY KEY (order_id, position, refund_id)
) WITHOUT ROWID;`;
