import { faults } from './faults.ts';
import { number, type Params, strings, text } from './form.ts';
import type { Entity, Kind, Scope } from './scope.ts';

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
  latest_charge: 'charge',
};

/** A page of objects, newest first, with Stripe's cursors. */
export function page(all: Entity[], params: Params, url: string): Entity {
  const limit = number(params, 'limit') ?? 10;
  if (!(limit >= 1 && limit <= 100))
    throw faults.invalidParam('limit', 'This value must be between 1 and 100.');
  const newest = all.toReversed();
  const after = text(params, 'starting_after');
  const before = text(params, 'ending_before');
  const position = (id: string) => newest.findIndex((entity) => entity.id === id);
  const rest = after === undefined ? newest : newest.slice(position(after) + 1);
  const upTo = before === undefined ? rest : rest.slice(0, position(before)).slice(-limit);
  return { id: '', object: 'list', data: upTo.slice(0, limit), has_more: upTo.length > limit, url };
}

/** The answer with what `expand[]` asks for put in place of ids. */
export function expanded(scope: Scope, answer: Entity, params: Params): unknown {
  const copy = structuredClone(answer) as Record<string, unknown>;
  if (copy.object === 'list') delete copy.id;
  for (const path of strings(params, 'expand')) expandPath(scope, copy, path.split('.'));
  return copy;
}

function expandPath(scope: Scope, at: unknown, path: string[]): void {
  const [head, ...rest] = path;
  if (head === undefined || typeof at !== 'object' || at === null) return;
  if (Array.isArray(at)) return at.forEach((item) => expandPath(scope, item, path));
  const holder = at as Record<string, unknown>;
  const kind = EXPANDABLE[head];
  const value = holder[head];
  if (typeof value === 'string' && kind)
    holder[head] = structuredClone(scope.get(kind, value)) ?? value;
  expandPath(scope, holder[head], rest);
}
