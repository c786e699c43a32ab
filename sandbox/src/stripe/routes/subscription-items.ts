import { page } from '../answer.ts';
import { faults } from '../faults.ts';
import { type Params, text } from '../form.ts';
import type { Resource } from '../resource.ts';
import type { Entity, Scope } from '../scope.ts';
import { type Item, itemsOf } from '../subscription-items.ts';
import { updateSubscription } from '../subscription-update.ts';

/** What a call says of the change, and not of the item. */
const OF_CHANGE = new Set(['proration_behavior', 'proration_date', 'payment_behavior']);

/** `/v1/subscription_items`: each call is a change of the item's subscription. */
export const subscriptionItems: Resource = {
  'POST /v1/subscription_items': (scope, params) => {
    const id = text(params, 'subscription');
    if (id === undefined) throw faults.required('subscription');
    const old = scope.must('subscription', id, 'subscription');
    const { subscription: _, ...item } = params;
    const known = new Set(itemsOf(old).map((one) => one.id));
    const made = itemsOf(changed(scope, old, item)).find((one) => !known.has(one.id));
    if (!made) throw faults.wrongState('The item waits for its payment.');
    return made as unknown as Entity;
  },
  'GET /v1/subscription_items': (scope, params) => {
    const id = text(params, 'subscription');
    if (id === undefined) throw faults.required('subscription');
    const items = itemsOf(scope.must('subscription', id, 'subscription'));
    return page(items as unknown as Entity[], params, '/v1/subscription_items');
  },
  'GET /v1/subscription_items/:id': (scope, _params, id) =>
    itemOf(ownerOf(scope, id), id) as unknown as Entity,
  'POST /v1/subscription_items/:id': (scope, params, id) =>
    itemOf(changed(scope, ownerOf(scope, id), { ...params, id }), id) as unknown as Entity,
  'DELETE /v1/subscription_items/:id': (scope, params, id) => {
    changed(scope, ownerOf(scope, id), { ...params, id, deleted: 'true' });
    return { id, object: 'subscription_item', deleted: true };
  },
};

function changed(scope: Scope, subscription: Entity, params: Params): Entity {
  const entries = Object.entries(params);
  const how = entries.filter(([name]) => OF_CHANGE.has(name));
  const item = entries.filter(([name]) => !OF_CHANGE.has(name) && name !== 'expand');
  return updateSubscription(scope, subscription, {
    ...Object.fromEntries(how),
    items: [Object.fromEntries(item)],
  });
}

function ownerOf(scope: Scope, id: string): Entity {
  const owner = scope
    .list('subscription')
    .find((one) => itemsOf(one).some((item) => item.id === id));
  if (!owner) throw faults.missing('subscription_item', id);
  return owner;
}

function itemOf(subscription: Entity, id: string): Item {
  const item = itemsOf(subscription).find((one) => one.id === id);
  if (!item) throw faults.missing('subscription_item', id);
  return item;
}
