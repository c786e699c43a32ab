import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Store } from '../core/store.ts';
import { faults } from './faults.ts';

/** A Stripe object as it goes over the wire. */
export type Entity = { id: string; object: string; [field: string]: unknown };

/** The name in ids and messages of each kind of object. */
export type Kind =
  | 'product'
  | 'price'
  | 'customer'
  | 'payment_method'
  | 'card'
  | 'payment_intent'
  | 'charge'
  | 'checkout.session'
  | 'checkout.offer'
  | 'subscription'
  | 'invoice'
  | 'invoice_payment'
  | 'refund'
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
  get(kind: Kind, id: string): Entity | undefined;
  /** Like `get`; throws `resource_missing`, also for one that was deleted. */
  must(kind: Kind, id: string, param?: string): Entity;
  put(kind: Kind, entity: Entity): Entity;
  /** Oldest first. */
  list(kind: Kind): Entity[];
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

/** The objects of an account and mode. */
export function openScope(
  store: Store,
  clock: Clock,
  account: string,
  livemode: boolean,
  emit: Emit,
): Scope {
  const of = (kind: Kind) =>
    store.collection<Entity>(`${account}:${livemode ? 'live' : 'test'}:${kind}`);
  const scope: Scope = {
    account,
    livemode,
    isPlatform: account === PLATFORM,
    nowSeconds: () => Math.floor(clock.nowMs() / 1000),
    get: (kind, id) => of(kind).get(id),
    must(kind, id, param) {
      const found = of(kind).get(id);
      if (!found || found.deleted === true)
        throw faults.missing(kind, id, param, param === undefined ? 404 : 400);
      return found;
    },
    put: (kind, entity) => of(kind).put(entity),
    list: (kind) => of(kind).list(),
    emit: (type, object, previous) => emit(scope, type, object, previous),
  };
  return scope;
}
