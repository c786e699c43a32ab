import { faults } from './faults.ts';
import { metadata, type Params, text } from './form.ts';
import { givenPhases, phase } from './schedule-given.ts';
import { type Phase, phaseItem, phasesOf, fieldsOfPhase } from './schedule-phases.ts';
import { applyPhase } from './schedule-run.ts';
import { usualMethod } from './payment-methods.ts';
import { type Entity, newId, type Scope } from './scope.ts';
import { changeSubscription, isOver } from './subscription-end.ts';
import { type Item, itemsOf } from './subscription-items.ts';
import { begin, newSubscription } from './subscription-start.ts';

/** A schedule that takes over a subscription, or that begins one of its own at its time. */
export function createSchedule(scope: Scope, params: Params): Entity {
  const from = text(params, 'from_subscription');
  if (from === undefined) return createOwn(scope, params);
  const subscription = scope.must('subscription', from, 'from_subscription');
  if (subscription.schedule !== null)
    throw faults.invalidParam(
      'from_subscription',
      `You cannot migrate a subscription that is already attached to a schedule: ${String(subscription.schedule)}.`,
    );
  if (isOver(subscription))
    throw faults.invalidParam(
      'from_subscription',
      `You cannot migrate a subscription that is \`${String(subscription.status)}\`.`,
    );
  const schedule = scope.put(
    'subscription_schedule',
    newSchedule(scope, { of: subscription, phases: [runningPhase(subscription)], params }),
  );
  const active = scope.put('subscription_schedule', begun(schedule, subscription));
  scope.emit('subscription_schedule.created', active);
  changeSubscription(scope, subscription, { schedule: schedule.id });
  return active;
}

function createOwn(scope: Scope, params: Params): Entity {
  const customerId = text(params, 'customer');
  if (customerId === undefined) throw faults.required('customer');
  const customer = scope.must('customer', customerId, 'customer');
  const phases = givenPhases(scope, null, params);
  const of = { billing_mode: flexible(scope), default_payment_method: null };
  const made = newSchedule(scope, {
    of: { ...of, customer: customer.id, test_clock: customer.test_clock },
    phases,
    params,
  });
  const schedule = scope.put('subscription_schedule', made);
  scope.emit('subscription_schedule.created', schedule);
  const [first] = phases;
  return first && first.start_date <= scope.nowSeconds()
    ? beginSchedule(scope, schedule)
    : schedule;
}

const flexible = (scope: Scope) => ({
  flexible: { proration_discounts: 'included' },
  type: 'flexible',
  updated_at: scope.nowSeconds(),
});

/** Begins the subscription of a schedule whose first phase starts now. */
export function beginSchedule(scope: Scope, schedule: Entity): Entity {
  const customer = scope.must('customer', String(schedule.customer));
  const [first] = phasesOf(schedule);
  if (!first) throw new Error('A schedule has a phase.');
  const started = newSubscription(scope, {
    customer,
    items: first.items.map(({ price, quantity, metadata, tax_rates: taxRates }) => ({
      price: scope.must('price', price),
      quantity,
      metadata,
      taxRates,
    })),
    trialEnd: (first.trial_end as number | null) ?? null,
    metadata: first.metadata ?? {},
    more: {
      schedule: schedule.id,
      default_payment_method: usualMethod(scope, customer.id)?.id ?? null,
    },
  });
  const next = scope.put('subscription_schedule', begun(schedule, started));
  begin(scope, started);
  scope.emit('subscription_schedule.updated', next, { status: schedule.status });
  return next;
}

/** When a schedule begins its subscription; undefined once it has, or when it was cancelled. */
export const beginsAt = (schedule: Entity): number | undefined =>
  schedule.status === 'not_started' ? phasesOf(schedule)[0]?.start_date : undefined;

/** A schedule that runs: its first phase is that of a subscription. */
function begun(schedule: Entity, subscription: Entity): Entity {
  const [first] = phasesOf(schedule);
  return {
    ...schedule,
    current_phase: first && { start_date: first.start_date, end_date: first.end_date },
    status: 'active',
    subscription: subscription.id,
  };
}

/** The running period of a subscription, as it is. */
function runningPhase(subscription: Entity): Phase {
  const items = itemsOf(subscription);
  return phase({
    currency: String(subscription.currency),
    start_date: Math.min(...items.map((item) => item.current_period_start)),
    end_date: Math.min(...items.map((item) => item.current_period_end)),
    items: items.map(phaseItem),
    metadata: {},
    trial_end: subscription.status === 'trialing' ? Number(subscription.trial_end) : null,
  });
}

/** Replaces the phases of a schedule, and what happens after the last. */
export function updateSchedule(scope: Scope, old: Entity, params: Params): Entity {
  const subscription = scope.must('subscription', String(old.subscription));
  const end = text(params, 'end_behavior');
  if (end !== undefined && end !== 'release' && end !== 'cancel')
    throw faults.invalidParam(
      'end_behavior',
      'Invalid end_behavior: must be one of release or cancel',
    );
  const phases =
    'phases' in params ? givenPhases(scope, String(subscription.currency), params) : phasesOf(old);
  const nowSeconds = scope.nowSeconds();
  const current = phases.find((one) => one.start_date <= nowSeconds && nowSeconds < one.end_date);
  if (!current) throw faults.invalidParam('phases', 'One of the phases must be the current one.');
  const next = scope.put('subscription_schedule', {
    ...old,
    current_phase: { start_date: current.start_date, end_date: current.end_date },
    end_behavior: end ?? old.end_behavior,
    ...('metadata' in params && { metadata: metadata(params, old.metadata) }),
    phases,
  });
  scope.emit('subscription_schedule.updated', next, {
    current_phase: old.current_phase,
    end_behavior: old.end_behavior,
    phases: old.phases,
  });
  enterChanged(scope, subscription, { current, params, schedule: next });
  return next;
}

/** What the running phase says now is so at once. */
function enterChanged(
  scope: Scope,
  subscription: Entity,
  { current, params, schedule }: { current: Phase; params: Params; schedule: Entity },
): void {
  const fields = fieldsOfPhase(scope, subscription, {
    phase: current,
    atSeconds: scope.nowSeconds(),
  });
  const wanted = (fields.items as { data: Item[] }).data;
  const isSame = (one: Item, other: Item | undefined) =>
    one.price.id === other?.price.id && one.quantity === other.quantity;
  const items = itemsOf(subscription);
  const differs =
    items.length !== wanted.length ||
    items.some(
      (item) =>
        !isSame(
          item,
          wanted.find(({ id }) => id === item.id),
        ),
    );
  const lastEnd = phasesOf(schedule).at(-1)?.end_date ?? null;
  const ended = changeSubscription(scope, subscription, {
    cancel_at: schedule.end_behavior === 'cancel' ? lastEnd : null,
  });
  if (!differs) return;
  const proration_behavior = text(params, 'proration_behavior') ?? current.proration_behavior;
  applyPhase(scope, ended, { ...current, proration_behavior }, wanted);
}

/** A schedule that has not begun, for the customer and in the ways of something. */
function newSchedule(
  scope: Scope,
  { of, phases, params }: { of: Record<string, unknown>; phases: Phase[]; params: Params },
): Entity {
  return {
    id: newId('sub_sched'),
    object: 'subscription_schedule',
    application: null,
    billing_mode: of.billing_mode,
    canceled_at: null,
    completed_at: null,
    created: scope.nowSeconds(),
    current_phase: null,
    customer: of.customer,
    customer_account: null,
    default_settings: {
      application_fee_percent: null,
      automatic_tax: { disabled_reason: null, enabled: false, liability: null },
      billing_cycle_anchor: 'automatic',
      billing_thresholds: null,
      collection_method: 'charge_automatically',
      default_payment_method: of.default_payment_method,
      description: null,
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: 'self' },
      },
      on_behalf_of: null,
      transfer_data: null,
    },
    end_behavior: text(params, 'end_behavior') ?? 'release',
    livemode: scope.livemode,
    metadata: metadata(params),
    pause_schedules: [],
    phases,
    released_at: null,
    released_subscription: null,
    status: 'not_started',
    subscription: null,
    test_clock: of.test_clock,
  };
}

/** Cancels a schedule that has not begun. */
export function cancelSchedule(scope: Scope, schedule: Entity): Entity {
  const canceled = scope.put('subscription_schedule', {
    ...schedule,
    canceled_at: scope.nowSeconds(),
    status: 'canceled',
  });
  scope.emit('subscription_schedule.canceled', canceled);
  return canceled;
}
