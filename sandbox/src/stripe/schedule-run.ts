import type { Params } from './form.ts';
import { type Phase, phaseFields, phasesOf, scheduleOf } from './schedule-phases.ts';
import type { Entity, Scope } from './scope.ts';
import { decideChange } from './subscription-change.ts';
import { endWithUsage } from './subscription-cycle.ts';
import { changeSubscription } from './subscription-end.ts';
import { type Item, itemsOf } from './subscription-items.ts';
import { applyChange } from './subscription-update.ts';

/** Moves a subscription into the next phase of its schedule, in the middle of a period. */
export function enterPhase(scope: Scope, old: Entity): Entity {
  const nowSeconds = scope.nowSeconds();
  const fields = phaseFields(scope, old, nowSeconds);
  if (fields.status === 'canceled') return endWithUsage(scope, old, nowSeconds);
  const { items, billing_cycle_anchor: anchor, ...rest } = fields;
  if (items === undefined) return changeSubscription(scope, old, rest);
  const schedule = scheduleOf(scope, old);
  const phase = schedule && phasesOf(schedule).find(({ start_date }) => start_date === nowSeconds);
  const wanted = (items as { data: Item[] }).data;
  return takeOn(scope, changeSubscription(scope, old, rest), {
    wanted,
    proration: phase?.proration_behavior ?? 'create_prorations',
    isReset: anchor !== undefined && phase?.billing_cycle_anchor === 'phase_start',
  });
}

/** Gives a subscription the items of a phase that has begun already. */
export function applyPhase(scope: Scope, old: Entity, phase: Phase, wanted: Item[]): Entity {
  return takeOn(scope, old, { wanted, proration: phase.proration_behavior, isReset: false });
}

/** A phase changes items as a call would. */
function takeOn(
  scope: Scope,
  old: Entity,
  { wanted, proration, isReset }: { wanted: Item[]; proration: string; isReset: boolean },
): Entity {
  const kept = new Set(wanted.map(({ id }) => id));
  const known = new Set(itemsOf(old).map(({ id }) => id));
  const items: Params[] = [
    ...wanted.map((item) => ({
      ...(known.has(item.id) && { id: item.id }),
      price: item.price.id,
      ...(item.quantity !== undefined && { quantity: String(item.quantity) }),
    })),
    ...itemsOf(old)
      .filter(({ id }) => !kept.has(id))
      .map(({ id }) => ({ id, deleted: 'true' })),
  ];
  const change = decideChange(scope, old, {
    items,
    proration_behavior: proration,
    ...(isReset && { billing_cycle_anchor: 'now' }),
  });
  return applyChange(scope, old, { change, behavior: 'allow_incomplete' });
}
