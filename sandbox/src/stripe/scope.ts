import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Store, Value } from '../core/store.ts';
import { faults } from './faults.ts';

/** A Stripe object as it goes over the wire. */
export type Entity = { id: string; object: string; [field: string]: unknown };

/** The name in ids and messages of each kind of object. */
export type Kind =
  | 'product'
  | 'price'
  | 'tax_rate'
  | 'customer'
  | 'customer_balance_transaction'
  | 'payment_method'
  | 'card'
  | 'bank_account'
  | 'bank_debit'
  | 'payment_intent'
  | 'charge'
  | 'checkout.session'
  | 'checkout.offer'
  | 'credit_note'
  | 'coupon'
  | 'promotion_code'
  | 'discount'
  | 'discount_use'
  | 'shipping_rate'
  | 'subscription'
  | 'subscription_schedule'
  | 'billing.pending_update'
  | 'billing.trial_notice'
  | 'test_helpers.test_clock'
  | 'billing.meter'
  | 'billing.meter_event'
  | 'invoice'
  | 'invoiceitem'
  | 'invoice_payment'
  | 'refund'
  | 'setup_intent'
  | 'dispute'
  | 'webhook_endpoint'
  | 'account_link'
  | 'billing_portal.session'
  | 'billing_portal.configuration'
  | 'event';

/** What one account has in one mode. */
export interface Scope {
  account: string;
  livemode: boolean;
  /** Whether this is the platform's own account. */
  isPlatform: boolean;
  nowSeconds(): number;
  /** The address of one of the sandbox's own pages. */
  pageUrl(path: string): string;
  /** The same objects at another instant, as those have them that live by a test clock. */
  at(seconds: number): Scope;
  get(kind: Kind, id: string): Entity | undefined;
  /** Like `get`; throws `resource_missing`, also for one that was deleted. */
  must(kind: Kind, id: string, param?: string): Entity;
  put(kind: Kind, entity: Entity): Entity;
  /** Oldest first. */
  list(kind: Kind): Entity[];
  /** A setting of the whole sandbox. */
  setting<T>(name: string, usual: T): Value<T>;
  /** Tells the endpoints; `previous` are the fields that changed, as they were. */
  emit(type: string, object: Entity, previous?: Record<string, unknown>): void;
}

/** Writes an event of a scope and sends it. */
export type Emit = (
  scope: Scope,
  type: string,
  object: Entity,
  previous?: Record<string, unknown>,
) => void;

/** The platform's own account. */
export const PLATFORM = 'acct_platform';

/** An id like Stripe's: prefix and 24 characters. */
export const newId = (prefix: string): string =>
  `${prefix}_${randomBytes(18).toString('base64').replace(/[+/]/g, '0').slice(0, 24)}`;

/** What the scopes of one sandbox share. */
export interface Ground {
  store: Store;
  clock: Clock;
  /** Where the sandbox is. */
  baseUrl: () => string;
  emit: Emit;
}

/** The objects of an account and mode. */
export function openScope(
  { store, clock, baseUrl, emit }: Ground,
  account: string,
  livemode: boolean,
): Scope {
  const of = (kind: Kind) =>
    store.collection<Entity>(`${account}:${livemode ? 'live' : 'test'}:${kind}`);
  const opened = (nowSeconds: () => number): Scope => ({
    account,
    livemode,
    isPlatform: account === PLATFORM,
    nowSeconds,
    pageUrl: (path) => `${baseUrl()}${path}`,
    at: (seconds) => opened(() => seconds),
    get: (kind, id) => of(kind).get(id),
    must(kind, id, param) {
      const found = of(kind).get(id);
      if (!found || found.deleted === true)
        throw faults.missing(kind, id, param, param === undefined ? 404 : 400);
      return found;
    },
    put: (kind, entity) => of(kind).put(entity),
    list: (kind) => of(kind).list(),
    setting: (name, usual) => store.value(name, usual),
    emit(type, object, previous) {
      emit(this, type, object, previous);
    },
  });
  return opened(() => Math.floor(clock.nowMs() / 1000));
}
