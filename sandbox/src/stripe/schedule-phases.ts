import { isSameInterval } from './billing/period.ts';
import { recurringOf } from './renewal.ts';
import type { Entity, Scope } from './scope.ts';
import { openItem, withQuantity } from './subscription-given.ts';
import { type Item, itemsOf, withItems } from './subscription-items.ts';

/** What of a phase decides. */
export interface Phase {
  start_date: number;
  end_date: number;
  items: {
    price: string;
    quantity?: number;
    metadata: Record<string, string>;
    tax_rates: Entity[];
  }[];
  metadata: Record<string, string> | null;
  proration_behavior: string;
  billing_cycle_anchor: string | null;
  [field: string]: unknown;
}

/** The phases of a schedule, in order. */
export const phasesOf = (schedule: Entity): Phase[] => schedule.phases as Phase[];

/** The phase of a schedule at an instant; undefined before the first and after the last. */
export const phaseAt = (schedule: Entity, seconds: number): Phase | undefined =>
  phasesOf(schedule).find((phase) => phase.start_date <= seconds && seconds < phase.end_date);

/** The schedule a subscription follows, if any. */
export const scheduleOf = (scope: Scope, subscription: Entity): Entity | undefined =>
  subscription.schedule === null
    ? undefined
    : scope.get('subscription_schedule', String(subscription.schedule));

/** When the phase a subscription is in ends. */
export function phaseEnd(scope: Scope, subscription: Entity): number {
  const current = scheduleOf(scope, subscription)?.current_phase as { end_date: number } | null;
  return current?.end_date ?? Number.POSITIVE_INFINITY;
}

/**
 * Ends the phase that ends by an instant, and tells what the next one makes of the subscription.
 * After the last phase the schedule lets go of it, or ends it: then `status` is `canceled`.
 */
export function phaseFields(
  scope: Scope,
  subscription: Entity,
  atSeconds: number,
): Record<string, unknown> {
  const schedule = scheduleOf(scope, subscription);
  if (!schedule || phaseEnd(scope, subscription) > atSeconds) return {};
  const next = phaseAt(schedule, atSeconds);
  if (!next) {
    if (schedule.end_behavior === 'cancel') return { status: 'canceled' };
    releaseSchedule(scope, schedule);
    return { schedule: null };
  }
  const { start_date, end_date } = next;
  const moved = scope.put('subscription_schedule', {
    ...schedule,
    current_phase: { start_date, end_date },
  });
  scope.emit('subscription_schedule.updated', moved, { current_phase: schedule.current_phase });
  return fieldsOfPhase(scope, subscription, { phase: next, atSeconds });
}

/** What a phase makes of a subscription. Items with the same price, or in the same place, go on. */
export function fieldsOfPhase(
  scope: Scope,
  subscription: Entity,
  { phase, atSeconds }: { phase: Phase; atSeconds: number },
): Record<string, unknown> {
  const old = itemsOf(subscription);
  const taken = new Set<string>();
  const take = (item: Item | undefined) => {
    if (item) taken.add(item.id);
    return item;
  };
  const isNamed = (item: Item) => phase.items.some(({ price }) => price === item.price.id);
  const items = phase.items.map((wanted) => {
    const price = scope.must('price', wanted.price);
    const before =
      take(old.find((item) => item.price.id === price.id && !taken.has(item.id))) ??
      take(old.find((item) => !taken.has(item.id) && !isNamed(item)));
    const opened = openItem(scope, {
      subscription: subscription.id,
      price,
      metadata: wanted.metadata,
      taxRates: wanted.tax_rates,
      period: {
        start: before?.current_period_start ?? old[0]?.current_period_start ?? atSeconds,
        end: before?.current_period_end ?? old[0]?.current_period_end ?? atSeconds,
      },
    });
    const kept = before ? { ...opened, id: before.id, created: before.created } : opened;
    return withQuantity(kept, wanted.quantity, { name: 'items', isGiven: false });
  });
  const hasMoved =
    phase.billing_cycle_anchor === 'phase_start' ||
    items.some((item) => {
      const before = old.find(({ id }) => id === item.id);
      return before && !isSameInterval(recurringOf(before), recurringOf(item));
    });
  return {
    items: withItems(subscription, items),
    ...(hasMoved && { billing_cycle_anchor: atSeconds }),
    ...(phase.metadata &&
      Object.keys(phase.metadata).length > 0 && {
        metadata: { ...(subscription.metadata as object), ...phase.metadata },
      }),
  };
}

/** Lets a subscription go its own way. The caller unties the subscription. */
export function releaseSchedule(scope: Scope, schedule: Entity): Entity {
  const released = scope.put('subscription_schedule', {
    ...schedule,
    current_phase: null,
    released_at: scope.nowSeconds(),
    released_subscription: schedule.subscription,
    status: 'released',
    subscription: null,
  });
  scope.emit('subscription_schedule.released', released);
  return released;
}

/** What was changed past the schedule is what its running phase has from then on. */
export function afterDirectChange(
  scope: Scope,
  subscription: Entity,
  fields: Record<string, unknown>,
): void {
  const schedule = scheduleOf(scope, subscription);
  const current = schedule?.current_phase as { start_date: number } | null | undefined;
  if (!schedule || !current || fields.items === undefined) return;
  const phases = phasesOf(schedule).map((phase) =>
    phase.start_date === current.start_date
      ? { ...phase, items: itemsOf(subscription).map(phaseItem) }
      : phase,
  );
  const changed = scope.put('subscription_schedule', { ...schedule, phases });
  scope.emit('subscription_schedule.updated', changed, { phases: schedule.phases });
}

/** Moves the end of a running phase, and the start of the next, with a period's end. */
export function bringForward(
  scope: Scope,
  subscription: Entity,
  { fromSeconds, toSeconds }: { fromSeconds: number; toSeconds: number },
): void {
  const schedule = scheduleOf(scope, subscription);
  if (!schedule || phaseEnd(scope, subscription) !== fromSeconds) return;
  const moved = (seconds: number) => (seconds === fromSeconds ? toSeconds : seconds);
  const current = schedule.current_phase as { start_date: number; end_date: number };
  scope.put('subscription_schedule', {
    ...schedule,
    current_phase: { ...current, end_date: moved(current.end_date) },
    phases: phasesOf(schedule).map((phase) => ({
      ...phase,
      start_date: moved(phase.start_date),
      end_date: moved(phase.end_date),
    })),
  });
}

/** An item of a subscription as a phase lists it. */
export const phaseItem = (item: Item) => ({
  billing_thresholds: null,
  discounts: [],
  metadata: item.metadata as Record<string, string>,
  plan: item.price.id,
  price: item.price.id,
  ...(item.quantity !== undefined && { quantity: item.quantity }),
  tax_rates: (item.tax_rates ?? []) as Entity[],
});
