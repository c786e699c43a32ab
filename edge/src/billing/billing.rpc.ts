import { RpcTarget } from 'cloudflare:workers';
import { CatalogRpc } from '../catalog/catalog.rpc.ts';
import { knownOveragePrices } from '../catalog/overage.rpc.ts';
import { type Buyer, CustomersRpc } from '../customers/customers.rpc.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { accountOfOrder, orderDueMs } from '../orders/apply.rpc.ts';
import type { StripeState } from '../providers/stripe/state.ts';
import { applyState, type Applied, auditOnce, NOTHING } from './apply.store.ts';
import type { CheckoutFacts } from './checkout.ts';
import type { ConnectionRecord } from './connection.ts';
import { readConnection } from './connection.store.ts';
import { dropErasure } from './erasure.store.ts';
import { type OpenCheckout, openCheckouts } from './open-checkouts.rpc.ts';
import { keepStripeCustomer } from './stripe-customer.store.ts';
import { soldHere } from './sold.store.ts';
import { timeOf } from '../test-clock/now.rpc.ts';
import { billsAt, chooseSubscription } from './subscription.ts';
import {
  findSubscription,
  type PricedSubscription,
  subscriptionsOf,
} from './subscription.store.ts';
import {
  isDirtyAgain,
  lookAgainAt,
  markDirty,
  marksOf,
  appliesTurn,
  takeTurn,
  type Turn,
} from './sync.store.ts';
import { tellPlan } from './tell-plan.store.ts';
import { forgetUpgrade, noteUpgrade } from './upgrade.store.ts';

/** Everything a checkout is decided by, read at once. */
export interface Checkouting extends CheckoutFacts {
  connection: ConnectionRecord;
  email: string | null;
  name: string | null;
  stripeCustomerId: string | null;
  /** Every price of ours that bills use above limits. */
  knownMeteredPriceIds: string[];
  /** The customer's checkout that may still be paid. */
  open: { id: string; fingerprint: string } | null;
  /** The place of the next checkout in the customer's order of them. */
  turn: number;
  /** How often the live subscription was to be looked at: more after each change of it. */
  looks: number;
  /** What time it is for the customer, and what its test clock says, if it has one. */
  timeMs: number;
  clockMs: number | null;
}

/** A checkout made at Stripe, in the turn that was read before. */
export interface NewCheckoutRow {
  id: string;
  customerId: string;
  tier: string;
  turn: number;
  fingerprint: string;
}

/** A turn at an object, and what became due meanwhile. */
export interface SyncTurn {
  turn: Turn;
  connection: ConnectionRecord;
  /** The account an order was sold through, null for the platform's; undefined of anything else. */
  orderAccountId: string | null | undefined;
  jobIds: string[];
}

/** What applying an answer asks the Worker to do: jobs, ending a surplus, fetching once more. */
export interface Synced extends Applied {
  again: boolean;
}

/** The Stripe account of one environment, its checkouts and subscriptions. */
export class BillingRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  connection(): ConnectionRecord {
    return readConnection(this.#storage.sql);
  }

  /** What a checkout of this customer is decided by. */
  checkouting(customerId: string, nowMs: number): Outcome<Checkouting> {
    const { sql } = this.#storage;
    const customer = this.#customer(customerId);
    if (!customer) return no('customer_not_found');
    const subscriptions = subscriptionsOf(sql, customer.id);
    const timeMs = timeOf(sql, customer.id, nowMs);
    const { live } = chooseSubscription(subscriptions, timeMs);
    const connection = readConnection(sql);
    const open = sql
      .exec<{ id: string; fingerprint: string }>(
        "SELECT id, fingerprint FROM checkout WHERE customer_id = ? AND status = 'open' ORDER BY turn DESC LIMIT 1",
        customer.id,
      )
      .toArray()[0];
    return ok({
      tiers: new CatalogRpc(this.#storage).tiers(),
      live,
      hadSubscription: subscriptions.length > 0 || customer.hadTrial,
      connection,
      saleBlock: connection.saleBlock,
      email: customer.email,
      name: customer.name,
      stripeCustomerId: customer.stripeCustomerId,
      knownMeteredPriceIds: knownOveragePrices(sql),
      open: open ?? null,
      turn: this.#nextTurn(customer.id),
      looks: live ? marksOf(sql, live.id) : 0,
      timeMs,
      clockMs: customer.clockMs,
    });
  }

  /** What lies ahead of a customer: the live subscription, and all that may still change. */
  ahead(
    customerId: string,
    nowMs: number,
  ): {
    live: PricedSubscription | null;
    all: PricedSubscription[];
    stripeAccountId: string | null;
  } {
    const { sql } = this.#storage;
    const all = subscriptionsOf(sql, customerId).filter(({ status }) => status !== 'canceled');
    const { live } = chooseSubscription(all, timeOf(sql, customerId, nowMs));
    return { live, all, stripeAccountId: readConnection(sql).stripeAccountId };
  }

  /** Queues telling the shard what the moved time made of a customer. Answers the outbox rows. */
  timeMoved(customerId: string, jobId: string, nowMs: number): string[] {
    return tellPlan(this.#storage, customerId, jobId, nowMs, true);
  }

  /** Records the Stripe customer; the first one stays. Answers the one that counts. */
  setStripeCustomer(customerId: string, stripeCustomerId: string): Outcome<string> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      sql.exec(
        'UPDATE customer SET stripe_customer_id = coalesce(stripe_customer_id, ?) WHERE id = ?',
        stripeCustomerId,
        customerId,
      );
      const customer = this.#customer(customerId);
      if (!customer) return no('customer_not_found');
      const kept = customer.stripeCustomerId ?? stripeCustomerId;
      keepStripeCustomer(sql, kept, customer.id);
      return ok(kept);
    });
  }

  /** Whether a Stripe customer is the one that somebody buys as now. */
  hasStripeCustomer(stripeCustomerId: string): boolean {
    const found = this.#storage.sql.exec(
      'SELECT 1 FROM customer WHERE stripe_customer_id = ?',
      stripeCustomerId,
    );
    return found.toArray().length > 0;
  }

  /** Notes that a Stripe customer is deleted. */
  erased(stripeCustomerId: string): void {
    dropErasure(this.#storage.sql, stripeCustomerId);
  }

  /**
   * Records a checkout. False when another one took its turn first: this one must be closed at
   * Stripe, and nobody may be sent to it. Recording the same one again is a success.
   */
  recordCheckout(checkout: NewCheckoutRow, nowMs: number): boolean {
    const { sql } = this.#storage;
    const { id, customerId, tier, turn, fingerprint } = checkout;
    return this.#storage.transactionSync(() => {
      const known = sql.exec<{ status: string }>('SELECT status FROM checkout WHERE id = ?', id);
      for (const { status } of known) return status === 'open';
      if (!this.#customer(customerId) || this.#nextTurn(customerId) !== turn) return false;
      sql.exec(
        "INSERT INTO checkout VALUES (?, ?, ?, ?, ?, 'open', ?)",
        id,
        customerId,
        tier,
        turn,
        fingerprint,
        nowMs,
      );
      return true;
    });
  }

  /** Notes that a checkout can no longer be paid. */
  closeCheckout(id: string): void {
    this.#storage.sql.exec(
      "UPDATE checkout SET status = 'expired' WHERE id = ? AND status = 'open'",
      id,
    );
  }

  /** The checkouts in an account that may still be paid. */
  openCheckouts(accountId: string): OpenCheckout[] {
    return openCheckouts(this.#storage.sql).filter(
      ({ stripeAccountId }) => stripeAccountId === accountId,
    );
  }

  /** What is known of a customer's own checkout. Another customer's is not found. */
  checkoutStatus(customerId: string, checkoutId: string): Outcome<'open' | 'complete' | 'expired'> {
    const row = this.#storage.sql
      .exec<{ status: 'open' | 'complete' | 'expired' }>(
        'SELECT status FROM checkout WHERE id = ? AND customer_id = ?',
        checkoutId,
        customerId,
      )
      .toArray()[0];
    return row ? ok(row.status) : no('checkout_not_found');
  }

  /** Notes which price a change at once leads to, before Stripe is asked for it. */
  beginUpgrade(upgrade: { id: string; customerId: string; priceId: string }, nowMs: number): void {
    this.#storage.transactionSync(() => noteUpgrade(this.#storage, upgrade, nowMs));
  }

  /** Forgets a change at once: declined, replaced by what is asked for now, or all done. */
  endUpgrade(subscriptionId: string): void {
    forgetUpgrade(this.#storage.sql, subscriptionId);
  }

  /** Notes that an object may have changed; `jobId` is the outbox row that looks at it. */
  mark(objectId: string, jobId: string, nowMs: number): void {
    this.#storage.transactionSync(() => markDirty(this.#storage, objectId, jobId, nowMs));
  }

  /**
   * Marks what was sold and may still change, in the order of ids after `afterId`, at most `limit`.
   * Answers the outbox rows that look at it.
   */
  markSold(
    afterId: string,
    limit: number,
    jobId: string,
    nowMs: number,
  ): { objectId: string; jobId: string }[] {
    return this.#storage.transactionSync(() =>
      soldHere(this.#storage.sql, afterId, limit).map((objectId) => {
        markDirty(this.#storage, objectId, `${jobId}_${objectId}`, nowMs);
        return { objectId, jobId: `${jobId}_${objectId}` };
      }),
    );
  }

  /**
   * Takes a turn at an object, before Stripe is asked. A subscription that ended meanwhile gives
   * no plan from here on, whatever Stripe will answer or not.
   */
  beginSync(objectId: string, jobId: string, nowMs: number): SyncTurn {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const known = findSubscription(sql, objectId);
      const jobIds =
        known && this.#customer(known.customerId)
          ? tellPlan(this.#storage, known.customerId, jobId, nowMs)
          : [];
      const orderAccountId = accountOfOrder(sql, objectId);
      const connection = readConnection(sql);
      return { turn: takeTurn(sql, objectId), connection, orderAccountId, jobIds };
    });
  }

  /** Applies the whole of what Stripe answered, unless the answer of a later turn was applied. */
  applySync(turn: Turn, state: StripeState, jobId: string, nowMs: number): Synced {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      if (!appliesTurn(sql, turn)) return { ...NOTHING, again: false };
      const applied = applyState(this.#storage, state, jobId, nowMs);
      const known = findSubscription(sql, turn.objectId);
      const dueMs =
        known && known.status !== 'canceled'
          ? dueOf(known, nowMs)
          : orderDueMs(sql, turn.objectId, nowMs);
      if (dueMs !== null) lookAgainAt(this.#storage, turn.objectId, dueMs, nowMs);
      return { ...applied, again: isDirtyAgain(sql, turn) };
    });
  }

  /**
   * Who pays for overage of an instant: the Stripe customer with a subscription, in force then, that
   * bills the feature. Null: nobody does.
   */
  payerOfOverage(
    customerId: string,
    feature: string,
    atMs: number,
  ): { stripeCustomerId: string; stripeAccountId: string | null } | null {
    const { sql } = this.#storage;
    const stripeCustomerId = this.#customer(customerId)?.stripeCustomerId ?? null;
    const isPaid = subscriptionsOf(sql, customerId).some((one) => billsAt(one, feature, atMs));
    if (stripeCustomerId === null || !isPaid) return null;
    return { stripeCustomerId, stripeAccountId: readConnection(sql).stripeAccountId };
  }

  /** Notes what was done about a surplus subscription; once, whatever is repeated. */
  noteSurplus(
    subscriptionId: string,
    done: 'surplus' | 'refunded' | 'refund_refused',
    nowMs: number,
  ): void {
    auditOnce(this.#storage.sql, `subscription.${done}`, subscriptionId, nowMs);
  }

  #customer(id: string): Buyer | null {
    return new CustomersRpc(this.#storage).buyer(id);
  }

  #nextTurn(customerId: string): number {
    return this.#storage.sql
      .exec<{ turn: number }>(
        'SELECT coalesce(max(turn), 0) + 1 AS turn FROM checkout WHERE customer_id = ?',
        customerId,
      )
      .one().turn;
  }
}

/** An event of a renewal may be lost; this long after it was due, we look ourselves. */
const RENEWAL_GRACE_MS = 2 * 3_600_000;

/** When a subscription is looked at without being asked: at an end of it, or after its renewal. */
function dueOf(
  { endsAtMs, graceEndsAtMs, renewsAtMs }: PricedSubscription,
  nowMs: number,
): number | null {
  const renewedMs = renewsAtMs === null ? null : renewsAtMs + RENEWAL_GRACE_MS;
  const dues = [endsAtMs, graceEndsAtMs, renewedMs].filter(
    (dueMs): dueMs is number => dueMs !== null && dueMs > nowMs,
  );
  return dues.length > 0 ? Math.min(...dues) : null;
}
