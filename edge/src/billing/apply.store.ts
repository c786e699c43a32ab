import { featureOfOverage } from '../catalog/overage.rpc.ts';
import { CustomersRpc } from '../customers/customers.rpc.ts';
import { emit } from '../outgoing/emit.rpc.ts';
import { connectAccount } from './connect.store.ts';
import { dropOnboarding, putFacts, readConnection } from './connection.store.ts';
import { letGo } from './let-go.store.ts';
import { applyOrderCharge, applyOrderGone, applyOrderSession } from '../orders/apply.rpc.ts';
import { writeAudit } from '../projects/audit.rpc.ts';
import type { PaymentState } from '../providers/stripe/payments.ts';
import type {
  AccountState,
  CheckoutState,
  StripeState,
  SubscriptionState,
} from '../providers/stripe/state.ts';
import { bookCharge, bookSubscription, isBooked } from '../metrics/book.rpc.ts';
import { timeOf } from '../test-clock/now.rpc.ts';
import { chooseSubscription, countFrom, isLive, planFromSubscription } from './subscription.ts';
import {
  findSubscription,
  putSubscription,
  type SubscriptionRecord,
  subscriptionsOf,
} from './subscription.store.ts';
import { noteGoneCustomer, ownerOf } from './stripe-customer.store.ts';
import { newsOf } from './payment.ts';
import { findPayment, putPayment } from './payment.store.ts';
import { markDirty } from './sync.store.ts';
import { tellPlan } from './tell-plan.store.ts';
import { isUpgradeUnfinished } from './upgrade.store.ts';

/** What an applied state asks for: outbox rows to do now, and whether to end the object. */
export interface Applied {
  jobIds: string[];
  surplus: Surplus | null;
  /** A change at once is in force, and what it takes back is still to be taken back. */
  isUnfinished: boolean;
}

/**
 * A subscription beside the one that counts: to be cancelled at Stripe, and to be refunded, too, when
 * it is running. One that is not running was of use in its time.
 */
export interface Surplus {
  isRunning: boolean;
  /** The subscription that counts, as far as we know. */
  besideId: string;
}

/** What asks for nothing. */
export const NOTHING: Applied = { jobIds: [], surplus: null, isUnfinished: false };

/** Notes something of an object in the audit, once. */
export function auditOnce(sql: SqlStorage, action: string, subject: string, nowMs: number): void {
  const noted = sql.exec('SELECT 1 FROM audit WHERE action = ? AND subject = ?', action, subject);
  if (noted.toArray().length === 0) writeAudit(sql, { actor: 'system', nowMs }, action, subject);
}

/** Applies the whole of what Stripe has under an id. Objects that are not ours change nothing. */
export function applyState(
  storage: DurableObjectStorage,
  state: StripeState,
  jobId: string,
  nowMs: number,
): Applied {
  if (state.kind === 'subscription') return applySubscription(storage, state, jobId, nowMs);
  if (state.kind === 'payment') return applyPayment(storage, state, nowMs);
  if (state.kind === 'gone') return applyGone(storage, state.id, jobId, nowMs);
  if (state.kind === 'checkout') return applyCheckout(storage, state, jobId, nowMs);
  if (state.kind === 'account') return applyAccount(storage, state, jobId, nowMs);
  return NOTHING;
}

/** A checkout is of a tier or of an order. The charge that paid an order is looked at by itself. */
function applyCheckout(
  storage: DurableObjectStorage,
  state: CheckoutState,
  jobId: string,
  nowMs: number,
): Applied {
  const order = applyOrderSession(storage, state, nowMs);
  if (order === null)
    storage.sql.exec('UPDATE checkout SET status = ? WHERE id = ?', state.status, state.id);
  if (!order?.newChargeId) return NOTHING;
  markDirty(storage, order.newChargeId, `${jobId}_charge`, nowMs);
  return { ...NOTHING, jobIds: [`${jobId}_charge`] };
}

/** An account we made is connected as soon as it can take money; until then nothing else changes. */
function applyAccount(
  storage: DurableObjectStorage,
  state: AccountState,
  jobId: string,
  nowMs: number,
): Applied {
  const { sql } = storage;
  const { kind: _, ...account } = state;
  const before = readConnection(sql);
  if (account.chargesEnabled && before.onboarding?.id === account.id) {
    const act = { actor: 'stripe', nowMs };
    return { ...NOTHING, jobIds: connectAccount(storage, account, jobId, act).jobIds };
  }
  putFacts(sql, account);
  // What admits calls knows whether something can be sold.
  if (readConnection(sql).saleBlock !== before.saleBlock)
    sql.exec('UPDATE environment SET version = version + 1');
  return NOTHING;
}

/** Ours is a subscription of a customer we made, to a price we made, now or before. */
function applySubscription(
  storage: DurableObjectStorage,
  state: SubscriptionState,
  jobId: string,
  nowMs: number,
): Applied {
  const { sql } = storage;
  const customerId = ownerOf(sql, state.stripeCustomerId);
  const known = findSubscription(sql, state.id);
  const plan = planFromSubscription(state.items, (priceId) => tierOfPrice(sql, priceId));
  const tier = plan?.tier ?? known?.tier;
  if (customerId === null || tier === undefined) return NOTHING;
  const period = {
    priceId: plan?.priceId ?? known?.priceId ?? '',
    periodStartMs: plan?.periodStartMs ?? known?.periodStartMs ?? null,
    periodEndMs: plan?.renewsAtMs ?? known?.periodEndMs ?? null,
  };
  const record = {
    id: state.id,
    customerId,
    tier,
    ...period,
    status: state.status,
    renewsAtMs: state.endsAtMs === null ? (plan?.renewsAtMs ?? known?.renewsAtMs ?? null) : null,
    endsAtMs: state.endsAtMs,
    interval: plan?.interval ?? known?.interval ?? null,
    countFromMs: countFrom(known, period),
    billed: billedIn(sql, state),
    createdAtMs: state.createdAtMs,
    trialEndsAtMs: state.trialEndsAtMs,
    pastDueSinceMs: state.pastDueSinceMs,
    ...nextOf(sql, state),
  };
  putSubscription(sql, record);
  bookSubscriptions(sql, customerId, nowMs);
  const isSeen = known?.toldPlan != null && isSeenAnew(known, record);
  const jobIds = tellPlan(storage, customerId, `${jobId}_plan`, nowMs, isSeen);
  const timeMs = timeOf(sql, customerId, nowMs);
  const { live, surplus } = chooseSubscription(subscriptionsOf(sql, customerId), timeMs);
  const itself = surplus.find(({ id }) => id === state.id);
  if (live && itself) {
    const surplusState = { isRunning: isLive(itself, timeMs), besideId: live.id };
    return { ...NOTHING, jobIds, surplus: surplusState };
  }
  if (live?.id !== state.id) return { ...NOTHING, jobIds };
  for (const { id } of surplus) {
    markDirty(storage, id, `${jobId}_${id}`, nowMs);
    jobIds.push(`${jobId}_${id}`);
  }
  return { jobIds, surplus: null, isUnfinished: isUpgradeUnfinished(sql, state) };
}

/** Whether a page that shows the subscription has to show it anew. */
const isSeenAnew = (was: Shown, is: Shown): boolean =>
  SHOWN.some((field) => was[field] !== is[field]);

const SHOWN = [
  'status',
  'priceId',
  'renewsAtMs',
  'endsAtMs',
  'trialEndsAtMs',
  'pastDueSinceMs',
  'nextPriceId',
] as const;
type Shown = Pick<SubscriptionRecord, (typeof SHOWN)[number]>;

/**
 * Ours is a payment of a customer we made. What became of it is noted once in the audit, and told by
 * webhooks when it differs from what was known.
 */
function applyPayment(storage: DurableObjectStorage, state: PaymentState, nowMs: number): Applied {
  const { sql } = storage;
  const {
    kind: _,
    stripeCustomerId,
    paymentIntentId: _intent,
    receiptUrl: _receipt,
    ...payment
  } = state;
  const isOfOrder = applyOrderCharge(storage, state, nowMs);
  const customerId = stripeCustomerId === null ? null : ownerOf(sql, stripeCustomerId);
  if (customerId !== null || isOfOrder || isBooked(sql, state.id))
    bookCharge(sql, { ...payment, isOfOrder }, nowMs);
  if (customerId === null) return NOTHING;
  const known = findPayment(sql, state.id);
  putPayment(sql, customerId, payment);
  if (state.refundedMinor > 0) auditOnce(sql, 'payment.refunded', state.id, nowMs);
  if (state.dispute !== null) auditOnce(sql, 'payment.disputed', state.id, nowMs);
  const data = { customer: new CustomersRpc(storage).about(customerId), payment };
  for (const type of newsOf(known, payment)) emit(storage, { type, data, customerId }, nowMs);
  return NOTHING;
}

/**
 * Something is not at Stripe any more. An id names one thing, so the others do not match. What was
 * bought in another account is not in this one, either, and lasts to its end all the same.
 */
function applyGone(
  storage: DurableObjectStorage,
  id: string,
  jobId: string,
  nowMs: number,
): Applied {
  const { sql } = storage;
  applyOrderGone(storage, id, nowMs);
  sql.exec("UPDATE checkout SET status = 'expired' WHERE id = ?", id);
  dropOnboarding(sql, id);
  letGo(storage, id, { actor: 'stripe', nowMs });
  const customerId = ownerOf(sql, id) ?? findSubscription(sql, id)?.customerId;
  if (customerId === undefined) return NOTHING;
  sql.exec(
    `UPDATE subscription SET status = 'canceled'
     WHERE (id = ?1 OR (customer_id = ?2 AND EXISTS (SELECT 1 FROM customer WHERE stripe_customer_id = ?1)))
       AND (coalesce(ends_ms, 0) <= ?3 OR stripe_price_id IN (SELECT stripe_price_id FROM price))`,
    id,
    customerId,
    timeOf(sql, customerId, nowMs),
  );
  bookSubscriptions(sql, customerId, nowMs);
  noteGoneCustomer(sql, id);
  return { ...NOTHING, jobIds: tellPlan(storage, customerId, `${jobId}_plan`, nowMs) };
}

function bookSubscriptions(sql: SqlStorage, customerId: string, nowMs: number): void {
  for (const subscription of subscriptionsOf(sql, customerId))
    bookSubscription(sql, subscription, nowMs);
}

/** What follows counts as far as it is a price of ours. */
function nextOf(
  sql: SqlStorage,
  { next }: SubscriptionState,
): { nextPriceId: string | null; nextAtMs: number | null } {
  const priceId = next?.priceIds.find((id) => tierOfPrice(sql, id) !== null);
  return next && priceId !== undefined
    ? { nextPriceId: priceId, nextAtMs: next.atMs }
    : { nextPriceId: null, nextAtMs: null };
}

/** The features whose overage a subscription pays for. */
function billedIn(sql: SqlStorage, { items }: SubscriptionState): string[] {
  const features = items.map(({ priceId }) => featureOfOverage(sql, priceId));
  return [...new Set(features.filter((feature) => feature !== null))].sort();
}

/** The tier of one of our prices, also one that is no longer sold. */
function tierOfPrice(sql: SqlStorage, priceId: string): string | null {
  return (
    sql
      .exec<{ tier: string }>('SELECT tier FROM price WHERE stripe_price_id = ?', priceId)
      .toArray()[0]?.tier ?? null
  );
}
