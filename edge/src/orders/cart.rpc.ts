import { RpcTarget } from 'cloudflare:workers';
import type { OrderReceipt } from '@dream/contract/orders';
import { BillingRpc } from '../billing/billing.rpc.ts';
import { CustomersRpc } from '../customers/customers.rpc.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import type { NewOrderCheckout } from '../providers/stripe/orders.ts';
import { endUnopened } from './apply.rpc.ts';
import { addedUp, type CartDecision, type CartItem, decideCart } from './cart.ts';
import { decideShipping } from './checkout-request.ts';
import {
  findOrder,
  insertOrder,
  noteEvent,
  type OrderRow,
  orderOfSession,
  orderOfToken,
  ordersOfVisitor,
  pendingOrderOf,
  toReceipt,
  updateOrder,
} from './order.store.ts';
import { isPaid } from './order-state.ts';
import { readStore } from './settings.store.ts';
import { cartPrices, movePieces } from './stock.store.ts';

/** Who wants to buy. A guest is told apart by a hash of the address; a server speaks for whomever. */
export type CartBuyer =
  | { kind: 'guest'; visitor: string }
  | { kind: 'customer'; customerId: string; stripeCustomerId: string }
  | { kind: 'server' };

/** A cart that is to be ordered. */
export interface CartRequest {
  items: readonly CartItem[];
  buyer: CartBuyer;
  email: string | null;
  successUrl: string;
  cancelUrl: string | null;
  /** Tells the same request from another one. */
  fingerprint: string;
  /** The order that this page began before, and the hash of its token. */
  replaces: { orderId: string; tokenHash: string } | null;
  /** An earlier order of the buyer that was looked at for this request. */
  settledId: string | null;
}

/** What an order is written with besides. */
export interface CartIds {
  orderId: string;
  tokenHash: string;
  jobId: string;
}

/** An order whose session is to be opened at Stripe, or one that is in the way of it. */
export type CartBegun =
  | { kind: 'open'; toOpen: OrderToOpen; keepsToken: boolean }
  /** The same cart has an open session: to be handed out again. */
  | { kind: 'again'; order: EarlierOrder; keepsToken: boolean }
  /** An earlier order of the buyer has to be closed first. */
  | { kind: 'close'; order: EarlierOrder };

/** An order that waits for its session: what to ask Stripe for, in which account. */
export interface OrderToOpen {
  orderId: string;
  request: NewOrderCheckout;
  stripeAccountId: string | null;
  createdAtMs: number;
}

/** An earlier order; its session is not known while it is being opened. */
export interface EarlierOrder {
  orderId: string;
  sessionId: string | null;
  stripeAccountId: string | null;
}

/** How long a buyer has to pay: what Stripe allows at least, and a minute for the way there. */
const SESSION_MS = 31 * 60_000;
/** Whoever begins an order also opens its session; this long after, the alarm does it instead. */
const LEFT_TO_BUYER_MS = 60_000;
/** What one guest may begin: open at the same time, and unpaid within a day. */
export const GUEST_BOUNDS = { open: 3, unpaid: 10, windowMs: 86_400_000 } as const;

/** Carts of one environment on their way to being orders. Ids and times are given by the caller. */
export class CartRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /**
   * Orders a cart: decides it, keeps its pieces, writes the order and what Stripe is to be asked for, at
   * once. A buyer has one open order: the same cart again goes on with it, another one waits until it is
   * closed, and nothing is changed until then.
   */
  begin(request: CartRequest, ids: CartIds, nowMs: number): Outcome<CartBegun> {
    return this.#storage.transactionSync(() => {
      const { buyer } = request;
      const customers = new CustomersRpc(this.#storage);
      if (buyer.kind === 'customer' && !customers.buyer(buyer.customerId))
        return no('customer_not_found');
      const { saleBlock } = new BillingRpc(this.#storage).connection();
      if (saleBlock !== null) return no(saleBlock);
      const own = this.#ownOrder(request, ids);
      const paidId = this.#paidMeanwhile(own, request);
      if (paidId !== null) return no('cart_paid', { orderId: paidId });
      const earlier = this.#earlier(own, request);
      const decision = this.#decide(request, earlier?.id ?? '');
      if (decision.kind === 'refused') return no(decision.code, decision.details);
      if (earlier) return ok(this.#goOn(earlier, request, ids));
      return this.#write(request, decision, ids, nowMs);
    });
  }

  /**
   * Records the session that a buyer is about to be sent to. False when the order was given up
   * meanwhile: then nobody may be sent there.
   */
  opened(
    orderId: string,
    session: { id: string; expiresAtMs: number },
    jobId: string,
    nowMs: number,
  ): boolean {
    return this.#storage.transactionSync(() => {
      const order = findOrder(this.#storage.sql, orderId);
      if (!order || order.is_abandoned === 1 || order.status !== 'pending') return false;
      if (order.session_id !== null) return order.session_id === session.id;
      this.#record(orderId, session, jobId, nowMs);
      return true;
    });
  }

  /**
   * Records the session of an order whose buyer did not wait for it, so that it can be closed. False
   * when the buyer was sent to it after all.
   */
  openedForNobody(
    orderId: string,
    session: { id: string; expiresAtMs: number },
    jobId: string,
    nowMs: number,
  ): boolean {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const order = findOrder(sql, orderId);
      if (!order || order.status !== 'pending') return false;
      if (order.session_id !== null) return order.is_abandoned === 1;
      updateOrder(sql, orderId, { is_abandoned: 1 });
      this.#record(orderId, session, jobId, nowMs);
      return true;
    });
  }

  /** An order that waits for its session; null of one that does not, or not any more. */
  toOpen(orderId: string): OrderToOpen | null {
    const order = findOrder(this.#storage.sql, orderId);
    return order ? toOpen(order) : null;
  }

  /**
   * Gives up an order whose session is not known: nobody will be sent there, and the alarm closes it.
   * One whose session became known meanwhile stays as it is: answers that session.
   */
  abandon(orderId: string, jobId: string, nowMs: number): string | null {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const order = findOrder(sql, orderId);
      if (order?.status !== 'pending' || order.session_id !== null)
        return order?.session_id ?? null;
      updateOrder(sql, orderId, { is_abandoned: 1 });
      enqueue(sql, jobId, { kind: 'stripe.open_order', orderId }, nowMs);
      armAlarm(this.#storage);
      return null;
    });
  }

  /** Frees the pieces of an order that has no session and never will: nobody could pay it. */
  neverOpened(orderId: string, nowMs: number): void {
    this.#storage.transactionSync(() => {
      const isAsked = findOrder(this.#storage.sql, orderId)?.is_cancel_asked === 1;
      endUnopened(this.#storage, orderId, isAsked ? 'canceled' : 'expired', nowMs);
    });
  }

  /** Notes that an order is to be closed, because its buyer wants another one in its place. */
  replace(orderId: string): void {
    updateOrder(this.#storage.sql, orderId, { is_replaced: 1, is_cancel_asked: 1 });
  }

  /** The order a session was made for, as its buyer may see it. */
  receipt(sessionId: string): Outcome<OrderReceipt> {
    const { sql } = this.#storage;
    const order = orderOfSession(sql, sessionId);
    return order ? ok(toReceipt(sql, order)) : no('checkout_not_found');
  }

  /**
   * The order this page began before: the one it names, or one of the same guest with the same token,
   * which is made of the key of the request. Another's, or with a wrong token, is nobody's.
   */
  #ownOrder({ replaces, buyer }: CartRequest, { tokenHash }: CartIds): OrderRow | undefined {
    const { sql } = this.#storage;
    const named = replaces && findOrder(sql, replaces.orderId);
    if (named && named.token_hash === replaces.tokenHash) return named;
    return buyer.kind === 'guest' ? orderOfToken(sql, buyer.visitor, tokenHash) : undefined;
  }

  /** An order that the buyer paid since it was looked at, or since the page began it. */
  #paidMeanwhile(own: OrderRow | undefined, { settledId }: CartRequest): string | null {
    const settled = settledId === null ? null : findOrder(this.#storage.sql, settledId);
    const isBought = (order: OrderRow | null | undefined): order is OrderRow =>
      order != null && (isPaid(order.status) || order.status === 'processing');
    return [own, settled].find(isBought)?.id ?? null;
  }

  /** The buyer's order whose checkout may be open. */
  #earlier(own: OrderRow | undefined, { buyer }: CartRequest): OrderRow | null {
    const { sql } = this.#storage;
    const { stripeAccountId } = new BillingRpc(this.#storage).connection();
    const pending = buyer.kind === 'customer' ? pendingOrderOf(sql, buyer.customerId) : null;
    // What was sold through another account must not keep anybody from buying in this one.
    const isInTheWay = (order: OrderRow | null | undefined) =>
      order?.status === 'pending' && order.stripe_account_id === stripeAccountId;
    return [own, pending].find(isInTheWay) ?? null;
  }

  #decide({ items, buyer }: CartRequest, exceptId: string): CartDecision {
    const { sql } = this.#storage;
    const { minimumOrder, guestSharePercent } = readStore(sql);
    const priceIds = addedUp(items).map(({ priceId }) => priceId);
    return decideCart(
      {
        prices: cartPrices(sql, priceIds, exceptId),
        guestSharePercent: buyer.kind === 'guest' ? guestSharePercent : null,
        minimumOrder,
      },
      items,
    );
  }

  #goOn(earlier: OrderRow, { fingerprint, replaces }: CartRequest, ids: CartIds): CartBegun {
    const order = {
      orderId: earlier.id,
      sessionId: earlier.session_id,
      stripeAccountId: earlier.stripe_account_id,
    };
    const isSame = earlier.fingerprint === fingerprint && earlier.is_cancel_asked === 0;
    if (!isSame || earlier.is_abandoned === 1) return { kind: 'close', order };
    const keepsToken = replaces?.orderId === earlier.id;
    if (!keepsToken) updateOrder(this.#storage.sql, earlier.id, { token_hash: ids.tokenHash });
    const opening = toOpen(earlier);
    return opening
      ? { kind: 'open', toOpen: opening, keepsToken }
      : { kind: 'again', order, keepsToken };
  }

  #write(
    request: CartRequest,
    { lines, subtotalMinor, currency }: Extract<CartDecision, { kind: 'order' }>,
    { orderId, tokenHash, jobId }: CartIds,
    nowMs: number,
  ): Outcome<CartBegun> {
    const { sql } = this.#storage;
    const { buyer, successUrl, cancelUrl, fingerprint } = request;
    if (buyer.kind === 'guest' && !this.#mayBegin(buyer.visitor, nowMs))
      return { ok: false, code: 'too_many_attempts', retryAfterSeconds: SESSION_MS / 1000 };
    const store = readStore(sql);
    const shipped = decideShipping(store, lines, currency);
    if ('refused' in shipped) return no(shipped.refused, { currency });
    const customerId = buyer.kind === 'customer' ? buyer.customerId : null;
    const { stripeAccountId } = new BillingRpc(this.#storage).connection();
    const expiresAtMs = nowMs + SESSION_MS;
    const frozen: NewOrderCheckout = {
      orderId,
      currency,
      lines: lines.map(({ priceId, quantity }) => ({ priceId, quantity })),
      stripeCustomerId: buyer.kind === 'customer' ? buyer.stripeCustomerId : null,
      email: request.email,
      successUrl,
      cancelUrl,
      expiresAtMs,
      shipping: shipped.shipping,
      automaticTax: store.automaticTax,
      promotionCodes: store.promotionCodes,
      collectPhone: store.collectPhone,
    };
    const known = customerId === null ? null : new CustomersRpc(this.#storage).buyer(customerId);
    const row = {
      id: orderId,
      customer_id: customerId,
      held_for: buyer.kind,
      visitor: buyer.kind === 'guest' ? buyer.visitor : null,
      token_hash: tokenHash,
      fingerprint,
      stripe_account_id: stripeAccountId,
      request: JSON.stringify(frozen),
      currency,
      subtotal_minor: subtotalMinor,
      email: known?.email ?? request.email,
      session_expires_ms: expiresAtMs,
      created_ms: nowMs,
    };
    insertOrder(sql, row, lines);
    movePieces(sql, orderId, 'released', 'held');
    noteEvent(sql, orderId, 'created', { actor: buyer.kind, nowMs });
    const job = { kind: 'stripe.open_order', orderId } as const;
    enqueue(sql, jobId, job, nowMs, nowMs + LEFT_TO_BUYER_MS);
    armAlarm(this.#storage);
    const toBeOpened = { orderId, request: frozen, stripeAccountId, createdAtMs: nowMs };
    return ok({ kind: 'open', toOpen: toBeOpened, keepsToken: false });
  }

  #mayBegin(visitor: string, nowMs: number): boolean {
    const sinceMs = nowMs - GUEST_BOUNDS.windowMs;
    const { open, unpaid } = ordersOfVisitor(this.#storage.sql, visitor, sinceMs);
    return open < GUEST_BOUNDS.open && unpaid < GUEST_BOUNDS.unpaid;
  }

  /** Keeps a session, and queues looking at it when it should have expired. */
  #record(
    orderId: string,
    { id, expiresAtMs }: { id: string; expiresAtMs: number },
    jobId: string,
    nowMs: number,
  ): void {
    const { sql } = this.#storage;
    updateOrder(sql, orderId, { session_id: id, session_expires_ms: expiresAtMs, request: null });
    const dueMs = expiresAtMs + LEFT_TO_BUYER_MS;
    enqueue(sql, jobId, { kind: 'stripe.sync', objectId: id }, nowMs, dueMs);
    armAlarm(this.#storage);
  }
}

function toOpen(order: OrderRow): OrderToOpen | null {
  if (order.session_id !== null || order.status !== 'pending' || order.request === null)
    return null;
  return {
    orderId: order.id,
    request: JSON.parse(order.request) as NewOrderCheckout,
    stripeAccountId: order.stripe_account_id,
    createdAtMs: order.created_ms,
  };
}

/** Forgets from which addresses guests began orders, once that no longer limits them. */
export function forgetVisitors(sql: SqlStorage, nowMs: number): void {
  sql.exec(
    'UPDATE store_order SET visitor = NULL WHERE visitor IS NOT NULL AND created_ms <= ?',
    nowMs - GUEST_BOUNDS.windowMs,
  );
}
