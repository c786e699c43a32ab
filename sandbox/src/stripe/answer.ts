import { brokenDown, lineItems } from './checkout-session.ts';
import { faults } from './faults.ts';
import { integer, type Params, strings, text } from './form.ts';
import type { Answer } from './resource.ts';
import type { Entity, Kind, Scope } from './scope.ts';

/** A page of objects. */
export interface List {
  object: 'list';
  data: Entity[];
  has_more: boolean;
  url: string;
}

/** Where the objects behind ids are, for `expand`. */
const EXPANDABLE: Record<string, Kind> = {
  customer: 'customer',
  product: 'product',
  price: 'price',
  subscription: 'subscription',
  latest_invoice: 'invoice',
  invoice: 'invoice',
  payment_intent: 'payment_intent',
  default_payment_method: 'payment_method',
  payment_method: 'payment_method',
  charge: 'charge',
  latest_charge: 'charge',
  schedule: 'subscription_schedule',
  setup_intent: 'setup_intent',
  coupon: 'coupon',
  promotion_code: 'promotion_code',
  discount: 'discount',
  discounts: 'discount',
  dispute: 'dispute',
  shipping_rate: 'shipping_rate',
  test_clock: 'test_helpers.test_clock',
};

/** Fields that are there only when `expand` asks for them, by the object and their name. */
const LEFT_OUT: Record<string, (scope: Scope, holder: Entity) => unknown> = {
  'checkout.session line_items': (scope, session) =>
    page(
      lineItems(scope, session).toReversed(),
      {},
      `/v1/checkout/sessions/${session.id}/line_items`,
    ),
  // By itself it cannot be expanded: its breakdown is what was asked for.
  'checkout.session total_details': brokenDown,
};

/** A page of objects, newest first, with Stripe's cursors. */
export function page(all: Entity[], params: Params, url: string): List {
  const limit = integer(params, 'limit') ?? 10;
  if (limit < 1 || limit > 100)
    throw faults.invalidParam('limit', 'This value must be between 1 and 100.');
  const newest = all.toReversed();
  const position = (name: string) => {
    const id = text(params, name);
    if (id === undefined) return undefined;
    const index = newest.findIndex((entity) => entity.id === id);
    if (index === -1) throw faults.missing('object', id, name, 400);
    return index;
  };
  const after = position('starting_after');
  const before = position('ending_before');
  const rest = newest.slice((after ?? -1) + 1, before);
  const data = before === undefined ? rest.slice(0, limit) : rest.slice(-limit);
  return { object: 'list', data, has_more: rest.length > limit, url };
}

/** The answer with what `expand[]` asks for put in place of ids. */
export function expanded(scope: Scope, answer: Answer, params: Params): object {
  const copy = structuredClone(answer);
  for (const path of strings(params, 'expand')) expandPath(scope, copy, path.split('.'));
  return copy;
}

function expandPath(scope: Scope, at: unknown, path: string[]): void {
  const [head, ...rest] = path;
  if (head === undefined || typeof at !== 'object' || at === null) return;
  if (Array.isArray(at)) return at.forEach((item) => expandPath(scope, item, path));
  const holder = at as Record<string, unknown>;
  const leftOut = LEFT_OUT[`${String(holder.object)} ${head}`];
  if (leftOut) holder[head] = leftOut(scope, holder as Entity);
  // A coupon has these always, if at all.
  if (holder.object === 'coupon' && ['applies_to', 'currency_options'].includes(head)) return;
  if (!(head in holder)) throw faults.notExpandable(path.join('.'));
  const kind = EXPANDABLE[head];
  const behind = (id: unknown) =>
    typeof id === 'string' && kind ? (structuredClone(scope.get(kind, id)) ?? id) : id;
  const value = holder[head];
  holder[head] = Array.isArray(value) ? value.map(behind) : behind(value);
  expandPath(scope, holder[head], rest);
}
