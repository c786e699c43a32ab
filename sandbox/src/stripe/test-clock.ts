import { longestSeconds } from './billing/period.ts';
import { runUntil } from './catch-up.ts';
import { faults } from './faults.ts';
import { recurringOf } from './renewal.ts';
import type { Entity, Scope } from './scope.ts';
import { endAt, isOver } from './subscription-end.ts';
import { itemsOf } from './subscription-items.ts';

/** How many customers may live by one test clock. */
const MOST_CUSTOMERS = 3;
const YEAR_SECONDS = 366 * 86_400;

/** Begins to move a test clock forward. What that brings happens after the answer. */
export function startAdvance(scope: Scope, clock: Entity, toSeconds: number): Entity {
  if (clock.status !== 'ready')
    throw faults.wrongState(`The test clock is \`${String(clock.status)}\`: try again later.`);
  if (toSeconds <= Number(clock.frozen_time))
    throw faults.invalidParam(
      'frozen_time',
      'You must advance the test clock to a time after its frozen time.',
    );
  if (toSeconds > Number(clock.frozen_time) + mostSeconds(scope, clock))
    throw faults.invalidParam(
      'frozen_time',
      'You cannot advance a test clock by more than two intervals of its shortest subscription.',
    );
  const moving = scope.put('test_helpers.test_clock', {
    ...clock,
    status: 'advancing',
    status_details: { advancing: { target_frozen_time: toSeconds } },
  });
  scope.emit('test_helpers.test_clock.advancing', moving);
  return moving;
}

/** Does what the moved time brings to all that lives by the clock, and tells when it is there. */
export function finishAdvance(scope: Scope, id: string): void {
  const clock = scope.get('test_helpers.test_clock', id);
  if (clock?.status !== 'advancing') return;
  const { advancing } = clock.status_details as { advancing: { target_frozen_time: number } };
  runUntil(scope, { clock: id, untilSeconds: advancing.target_frozen_time });
  const ready = scope.put('test_helpers.test_clock', {
    ...clock,
    frozen_time: advancing.target_frozen_time,
    status: 'ready',
    status_details: {},
  });
  scope.emit('test_helpers.test_clock.ready', ready);
}

/** Finishes what was on its way when nobody waited for it, as after a restart. */
export function finishAdvances(scope: Scope): void {
  for (const clock of scope.list('test_helpers.test_clock'))
    if (clock.status === 'advancing') finishAdvance(scope, clock.id);
}

/** Deletes a test clock with the customers that live by it, and ends what they pay for. */
export function deleteClock(scope: Scope, clock: Entity): Entity {
  const then = scope.at(Number(clock.frozen_time));
  for (const subscription of scope.list('subscription')) {
    if (subscription.test_clock === clock.id && !isOver(subscription))
      endAt(then, subscription, then.nowSeconds());
  }
  for (const { id } of customersOf(scope, clock.id))
    scope.put('customer', { id, object: 'customer', deleted: true });
  scope.emit('test_helpers.test_clock.deleted', clock);
  return scope.put('test_helpers.test_clock', {
    id: clock.id,
    object: clock.object,
    deleted: true,
  });
}

/** The test clock a new customer is to live by. Throws when it has as many as it may. */
export function clockForCustomer(scope: Scope, id: string): Entity {
  const clock = scope.must('test_helpers.test_clock', id, 'test_clock');
  if (customersOf(scope, id).length >= MOST_CUSTOMERS)
    throw faults.invalidParam(
      'test_clock',
      `A test clock has at most ${MOST_CUSTOMERS} customers.`,
    );
  return clock;
}

const customersOf = (scope: Scope, clock: string): Entity[] =>
  scope.list('customer').filter((one) => one.test_clock === clock);

function mostSeconds(scope: Scope, clock: Entity): number {
  const lengths = scope
    .list('subscription')
    .filter((one) => one.test_clock === clock.id && !isOver(one))
    .flatMap((one) => itemsOf(one).map((item) => longestSeconds(recurringOf(item))));
  return 2 * Math.min(YEAR_SECONDS, ...lengths);
}
