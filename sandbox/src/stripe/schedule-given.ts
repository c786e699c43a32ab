import { periodEnd, type Recurring } from './billing/period.ts';
import { faults } from './faults.ts';
import { group, integer, list, metadata, type Params, text } from './form.ts';
import type { Phase } from './schedule-phases.ts';
import type { Scope } from './scope.ts';
import { givenPrice, givenTaxRates } from './subscription-given.ts';

/** A phase with its usual fields. */
export const phase = (given: Record<string, unknown>): Phase =>
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
export function givenPhases(scope: Scope, known: string | null, params: Params): Phase[] {
  let currency = known;
  const given = list(params, 'phases');
  if (given.length === 0) throw faults.required('phases');
  const phases: Phase[] = [];
  for (const [index, one] of given.entries()) {
    const name = `phases[${index}]`;
    const start = startOf(scope, {
      params: index === 0 ? { ...params, ...one } : one,
      name,
      before: phases.at(-1),
    });
    const items = givenItems(scope, currency, { params: one, name });
    currency ??= String(scope.must('price', String(items[0]?.price)).currency);
    const end = endOf(scope, { params: one, start, items });
    if (end <= start)
      throw faults.invalidParam(`${name}[end_date]`, 'The phase must end after it starts.');
    phases.push(
      phase({
        billing_cycle_anchor: text(one, 'billing_cycle_anchor') ?? null,
        currency,
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
  const { interval, interval_count: count } = price.recurring as Recurring;
  // Versions before this one said how often a phase renews.
  const times = integer(params, 'iterations') ?? 1;
  return periodEnd(start, start, { interval, interval_count: count * times });
}

function givenItems(
  scope: Scope,
  currency: string | null,
  { params, name }: { params: Params; name: string },
): Phase['items'] {
  const given = list(params, 'items');
  if (given.length === 0) throw faults.required(`${name}[items]`);
  return given.map((one, index) => {
    const at = `${name}[items][${index}]`;
    const price = givenPrice(scope, { params: one, name: at }, currency);
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
