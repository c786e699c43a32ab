import { RpcTarget } from 'cloudflare:workers';
import type { OrderReceipt } from '@dream/contract/orders';
import { BillingRpc } from '../billing/billing.rpc.ts';
import { CustomersRpc } from '../customers/customers.rpc.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import type { NewOrderCheckout } from '../providers/stripe/orders.ts';
import { addedUp, type CartDecision, type CartItem, decideCart } from './cart.ts';
import { decideShipping } from './checkout-request.ts';
import { mayBegin } from './guests.rpc.ts';
import { LEFT_TO_BUYER_MS, type OrderToOpen, toOpen } from './opening.rpc.ts';
import {
  findOrder,
  insertOrder,
  noteEvent,
  type OrderRow,
  orderOfSession,
  orderOfToken,
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

/** An earlier order; its session is not known while it is being opened. */
export interface EarlierOrder {
  orderId: string;
  sessionId: string | null;
  stripeAccountId: string | null;
}

/** How long a buyer has to pay: what Stripe allows at least, and a minute for the way there. */
const SESSION_MS = 31 * 60_000;
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
        isCustomer: buyer.kind === 'customer',
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
    if (buyer.kind === 'guest' && !mayBegin(sql, buyer.visitor, nowMs))
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
}
