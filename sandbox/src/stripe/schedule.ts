import { periodEnd, type Recurring } from './billing/period.ts';
import { faults } from './faults.ts';
import { group, integer, list, metadata, type Params, text } from './form.ts';
import { type Phase, phaseItem, phasesOf, fieldsOfPhase } from './schedule-phases.ts';
import { applyPhase } from './schedule-run.ts';
import { type Entity, newId, type Scope } from './scope.ts';
import { givenPrice, givenTaxRates } from './subscription-given.ts';
import { changeSubscription, isOver } from './subscription-end.ts';
import { type Item, itemsOf } from './subscription-items.ts';

/** A schedule that takes over a subscription: its one phase is the running period, as it is. */
export function createSchedule(scope: Scope, params: Params): Entity {
  const from = text(params, 'from_subscription');
  if (from === undefined)
    throw faults.invalidParam(
      'from_subscription',
      'This sandbox schedules subscriptions that exist.',
    );
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
  const schedule = scope.put('subscription_schedule', newSchedule(scope, subscription, params));
  scope.emit('subscription_schedule.created', schedule);
  changeSubscription(scope, subscription, { schedule: schedule.id });
  return schedule;
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
  const phases = 'phases' in params ? givenPhases(scope, subscription, params) : phasesOf(old);
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

function newSchedule(scope: Scope, subscription: Entity, params: Params): Entity {
  const items = itemsOf(subscription);
  const start = Math.min(...items.map((item) => item.current_period_start));
  const end = Math.min(...items.map((item) => item.current_period_end));
  return {
    id: newId('sub_sched'),
    object: 'subscription_schedule',
    application: null,
    billing_mode: subscription.billing_mode,
    canceled_at: null,
    completed_at: null,
    created: scope.nowSeconds(),
    current_phase: { start_date: start, end_date: end },
    customer: subscription.customer,
    customer_account: null,
    default_settings: {
      application_fee_percent: null,
      automatic_tax: { disabled_reason: null, enabled: false, liability: null },
      billing_cycle_anchor: 'automatic',
      billing_thresholds: null,
      collection_method: 'charge_automatically',
      default_payment_method: subscription.default_payment_method,
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
    end_behavior: 'release',
    livemode: scope.livemode,
    metadata: metadata(params),
    pause_schedules: [],
    phases: [
      phase({
        currency: String(subscription.currency),
        start_date: start,
        end_date: end,
        items: items.map(phaseItem),
        metadata: {},
        trial_end: subscription.status === 'trialing' ? Number(subscription.trial_end) : null,
      }),
    ],
    released_at: null,
    released_subscription: null,
    status: 'active',
    subscription: subscription.id,
    test_clock: subscription.test_clock,
  };
}

/** A phase with its usual fields. */
const phase = (given: Record<string, unknown>): Phase =>
  ({
    add_invoice_items: [],
    application_fee_percent: null,
    billing_cycle_anchor: null,
    billing_thresholds: null,
    collection_method: null,
    default_payment_method: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    invoice_settings: null,
    on_behalf_of: null,
    proration_behavior: 'create_prorations',
    transfer_data: null,
    trial_end: null,
    ...given,
  }) as unknown as Phase;

/** The phases a call lists: each begins where the one before it ends. */
function givenPhases(scope: Scope, subscription: Entity, params: Params): Phase[] {
  const given = list(params, 'phases');
  if (given.length === 0) throw faults.required('phases');
  const phases: Phase[] = [];
  for (const [index, one] of given.entries()) {
    const name = `phases[${index}]`;
    const start = startOf(scope, { params: one, name, before: phases.at(-1) });
    const items = givenItems(scope, subscription, { params: one, name });
    const end = endOf(scope, { params: one, start, items });
    if (end <= start)
      throw faults.invalidParam(`${name}[end_date]`, 'The phase must end after it starts.');
    phases.push(
      phase({
        billing_cycle_anchor: text(one, 'billing_cycle_anchor') ?? null,
        currency: String(subscription.currency),
        start_date: start,
        end_date: end,
        items,
        metadata: metadata(one),
        proration_behavior: text(one, 'proration_behavior') ?? 'create_prorations',
        trial_end: integer(one, 'trial_end') ?? null,
      }),
    );
  }
  return phases;
}

function startOf(
  scope: Scope,
  { params, name, before }: { params: Params; name: string; before: Phase | undefined },
): number {
  const given = text(params, 'start_date');
  const start = given === 'now' ? scope.nowSeconds() : integer(params, 'start_date');
  if (before === undefined) {
    if (start === undefined) throw faults.required(`${name}[start_date]`);
    return start;
  }
  if (start !== undefined && start !== before.end_date)
    throw faults.invalidParam(
      `${name}[start_date]`,
      'The start date of a phase must be the end date of the phase before it.',
    );
  return before.end_date;
}

/** The end a phase is given, or that its duration makes; else it lasts one interval of its price. */
function endOf(
  scope: Scope,
  { params, start, items }: { params: Params; start: number; items: Phase['items'] },
): number {
  const given = text(params, 'end_date');
  if (given === 'now') return scope.nowSeconds();
  const end = integer(params, 'end_date');
  if (end !== undefined) return end;
  const duration = group(params, 'duration');
  if (duration)
    return periodEnd(start, start, {
      interval: text(duration, 'interval') ?? 'month',
      interval_count: integer(duration, 'interval_count') ?? 1,
    });
  const price = scope.must('price', String(items[0]?.price));
  return periodEnd(start, start, price.recurring as Recurring);
}

function givenItems(
  scope: Scope,
  subscription: Entity,
  { params, name }: { params: Params; name: string },
): Phase['items'] {
  const given = list(params, 'items');
  if (given.length === 0) throw faults.required(`${name}[items]`);
  return given.map((one, index) => {
    const at = `${name}[items][${index}]`;
    const price = givenPrice(scope, { params: one, name: at }, String(subscription.currency));
    if (!price) throw faults.required(`${at}[price]`);
    const isMetered = (price.recurring as { usage_type: string }).usage_type === 'metered';
    return {
      billing_thresholds: null,
      discounts: [],
      metadata: metadata(one),
      plan: price.id,
      price: price.id,
      ...(!isMetered && { quantity: integer(one, 'quantity') ?? 1 }),
      tax_rates: givenTaxRates(scope, one, 'tax_rates'),
    };
  });
}
