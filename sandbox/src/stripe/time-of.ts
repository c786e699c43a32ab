import { group, type Params, text } from './form.ts';
import type { Entity, Kind, Scope } from './scope.ts';
import { itemsOf } from './subscription-items.ts';

/** The kinds whose objects belong to a customer, by the prefix of their ids. */
const KINDS: Record<string, Kind> = {
  cus: 'customer',
  sub: 'subscription',
  sub_sched: 'subscription_schedule',
  in: 'invoice',
  cn: 'credit_note',
  ii: 'invoiceitem',
  inpay: 'invoice_payment',
  cs_test: 'checkout.session',
  bps: 'billing_portal.session',
  pm: 'payment_method',
  pi: 'payment_intent',
  ch: 'charge',
};

/** The parameters that name what a call is about. */
const NAMES = ['customer', 'subscription', 'from_subscription', 'invoice', 'test_clock'];

/**
 * The scope at the time of what a call is about: the frozen time of the test clock that its customer
 * lives by, else the sandbox's.
 */
export function inItsTime(scope: Scope, params: Params, id: string): Scope {
  const ids = [
    id,
    ...NAMES.map((name) => text(params, name) ?? ''),
    // A meter's event names its customer in a place the meter chooses.
    ...Object.values(group(params, 'payload') ?? {}).map(String),
  ];
  for (const one of ids) {
    const clock = clockOf(scope, one);
    if (clock) return scope.at(Number(clock.frozen_time));
  }
  return scope;
}

/** The test clock an object lives by, if it does. */
function clockOf(scope: Scope, id: string): Entity | undefined {
  if (id === '') return undefined;
  if (id.startsWith('clock_')) return scope.get('test_helpers.test_clock', id);
  const of = id.startsWith('si_') ? withItem(scope, id) : found(scope, id);
  const owner = of?.test_clock ? of : scope.get('customer', String(of?.customer));
  return owner?.test_clock
    ? scope.get('test_helpers.test_clock', String(owner.test_clock))
    : undefined;
}

function found(scope: Scope, id: string): Entity | undefined {
  const kind = KINDS[id.slice(0, id.lastIndexOf('_'))];
  return kind && scope.get(kind, id);
}

const withItem = (scope: Scope, id: string): Entity | undefined =>
  scope.list('subscription').find((one) => itemsOf(one).some((item) => item.id === id));
