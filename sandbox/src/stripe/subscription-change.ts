import { creditLines, isMetered, type Line, periodLine, prorationLines } from './billing/lines.ts';
import { isSameInterval, periodEnd } from './billing/period.ts';
import { discountsAt, givenDiscounts } from './discounts.ts';
import { faults } from './faults.ts';
import { flag, group, integer, list, metadata, type Params, text, unsettable } from './form.ts';
import type { Draft } from './invoice-draft.ts';
import { factsOf, nextEnd, periodOf, recurringOf, usageLine, waitingLines } from './renewal.ts';
import { givenItem, givenTaxRates, newItem } from './subscription-given.ts';
import type { Entity, Scope } from './scope.ts';
import { type Item, itemsOf, withItems } from './subscription-items.ts';

/** What a call changes of a subscription, decided but not done. */
export interface Change {
  /** The fields of the subscription after it. */
  fields: Record<string, unknown>;
  /** Credits and debits for the periods that were running. */
  prorations: Line[];
  /** The periods that start with it. */
  opens: Line[];
  /** Whether an invoice is made at once; else the prorations wait for the next one. */
  invoicesNow: boolean;
}

/** Decides what a call with such parameters changes. The same for a preview and for the real one. */
export function decideChange(scope: Scope, old: Entity, params: Params): Change {
  const nowSeconds = scope.nowSeconds();
  const behavior = text(params, 'proration_behavior') ?? 'create_prorations';
  const plain = plainFields(scope, old, params);
  const target = { ...old, ...plain, ...trialFields(scope, old, params) };
  const before = itemsOf(old);
  const after = restarted(target, {
    items: mergedItems(scope, target, params),
    before,
    nowSeconds,
    isReset: text(params, 'billing_cycle_anchor') === 'now' || endsTrial(old, target),
  });
  const next = { ...target, items: withItems(old, after) };
  const atSeconds = prorationDate(old, params, nowSeconds);
  const facts = factsOf(scope, next);
  const isBilled = old.status !== 'trialing' && old.status !== 'incomplete';
  const isLonger = target.status === 'trialing' && old.status !== 'trialing';
  const prorations =
    behavior === 'none' || !isBilled
      ? []
      : isLonger
        ? creditLines(before, atSeconds, facts)
        : [
            ...prorationLines({ before, after, atSeconds }, facts),
            ...cutUsage(scope, { old, after, params, nowSeconds }),
          ];
  const opens =
    target.status === 'trialing'
      ? []
      : openedLines(after, { before, wasTrial: endsTrial(old, target), nowSeconds }, facts);
  const isChanged = JSON.stringify(before) !== JSON.stringify(after);
  const anchor = opens.length > 0 ? nowSeconds : target.billing_cycle_anchor;
  return {
    fields: {
      ...plain,
      ...changedOf(old, target),
      ...(isChanged && { items: next.items }),
      ...(anchor !== old.billing_cycle_anchor && { billing_cycle_anchor: anchor }),
      ...endWith(next, plain, params, scope),
    },
    prorations,
    opens,
    invoicesNow: opens.length > 0 || (behavior === 'always_invoice' && prorations.length > 0),
  };
}

/** The invoice that a change makes at once. What waited for the next one is on it, too. */
export function changeDraft(scope: Scope, old: Entity, change: Change): Draft {
  const after = { ...old, ...change.fields };
  const nowSeconds = scope.nowSeconds();
  return {
    customer: scope.must('customer', String(old.customer)),
    subscription: after,
    currency: String(old.currency),
    lines: [...waitingLines(scope, old), ...change.prorations, ...change.opens],
    discounts: discountsAt(scope, after, nowSeconds),
    reason: old.status === 'trialing' ? 'subscription_cycle' : 'subscription_update',
    period: { start: nowSeconds, end: nowSeconds },
  };
}

/** The fields that make a subscription end with its period, or go on. */
export function scheduledEnd(scope: Scope, subscription: Entity, ends: boolean) {
  return {
    cancel_at: ends ? nextEnd(subscription) : null,
    canceled_at: ends ? scope.nowSeconds() : null,
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason: ends ? 'cancellation_requested' : null,
    },
  };
}

/** Fields that a call replaces and that have no price. */
function plainFields(scope: Scope, old: Entity, params: Params): Record<string, unknown> {
  const method = text(params, 'default_payment_method');
  if (method !== undefined) scope.must('payment_method', method, 'default_payment_method');
  const tax = group(params, 'automatic_tax');
  const pause = group(params, 'pause_collection');
  const trial = group(group(params, 'trial_settings') ?? {}, 'end_behavior');
  return {
    ...('metadata' in params && { metadata: metadata(params, old.metadata) }),
    ...('discounts' in params && {
      discounts: givenDiscounts(scope, params, {
        customer: scope.get('customer', String(old.customer)),
        currency: String(old.currency),
      }).map(({ id }) => id),
    }),
    ...('description' in params && { description: unsettable(params, 'description') }),
    ...(method !== undefined && { default_payment_method: method }),
    ...(text(params, 'collection_method') && {
      collection_method: text(params, 'collection_method'),
    }),
    ...('days_until_due' in params && { days_until_due: integer(params, 'days_until_due') }),
    ...('default_tax_rates' in params && {
      default_tax_rates: givenTaxRates(scope, params, 'default_tax_rates'),
    }),
    ...(tax && {
      automatic_tax: {
        disabled_reason: null,
        enabled: flag(tax, 'enabled') === true,
        liability: flag(tax, 'enabled') ? { type: 'self' } : null,
      },
    }),
    ...(params.pause_collection === '' && { pause_collection: null }),
    ...(pause && {
      pause_collection: {
        behavior: text(pause, 'behavior'),
        resumes_at: integer(pause, 'resumes_at') ?? null,
      },
    }),
    ...(trial && {
      trial_settings: {
        end_behavior: {
          billing_cycle_anchor: null,
          missing_payment_method: text(trial, 'missing_payment_method'),
        },
      },
    }),
  };
}

/** A trial that is given another end, or ends now. */
function trialFields(scope: Scope, old: Entity, params: Params): Record<string, unknown> {
  const given = text(params, 'trial_end');
  if (given === undefined) return {};
  const nowSeconds = scope.nowSeconds();
  if (given === 'now')
    return old.status === 'trialing' ? { status: 'active', trial_end: nowSeconds } : {};
  const trialEnd = integer(params, 'trial_end') ?? nowSeconds;
  if (trialEnd <= nowSeconds)
    throw faults.invalidParam('trial_end', 'Invalid timestamp: must be in the future.');
  return {
    status: 'trialing',
    trial_start: old.trial_start ?? nowSeconds,
    trial_end: trialEnd,
    billing_cycle_anchor: trialEnd,
  };
}

const endsTrial = (old: Entity, target: Entity) =>
  old.status === 'trialing' && target.status !== 'trialing';

function mergedItems(scope: Scope, target: Entity, params: Params): Item[] {
  const items = [...itemsOf(target)];
  for (const [index, given] of list(params, 'items').entries()) {
    const name = `items[${index}]`;
    const id = text(given, 'id');
    const at = items.findIndex((item) => item.id === id);
    if (id !== undefined && at === -1)
      throw faults.missing('subscription_item', id, `${name}[id]`, 400);
    if (id === undefined) items.push(newItem(scope, target, { params: given, name }));
    else if (flag(given, 'deleted') === true) items.splice(at, 1);
    else items[at] = givenItem(scope, items[at] as Item, { params: given, name, of: target });
  }
  if (items.length === 0)
    throw faults.wrongState('A subscription must have at least one active plan.');
  return items;
}

/** The items with their periods: a trial's run to its end; another interval starts one now. */
function restarted(
  target: Entity,
  given: { items: Item[]; before: Item[]; nowSeconds: number; isReset: boolean },
): Item[] {
  const { items, before, nowSeconds, isReset } = given;
  return items.map((item) => {
    if (target.status === 'trialing')
      return { ...item, current_period_end: Number(target.trial_end) };
    const was = before.find(({ id }) => id === item.id);
    const hasMoved = was && !isSameInterval(recurringOf(was), recurringOf(item));
    if (!isReset && !hasMoved) return item;
    return {
      ...item,
      current_period_start: nowSeconds,
      current_period_end: periodEnd(nowSeconds, nowSeconds, recurringOf(item)),
    };
  });
}

function openedLines(
  after: Item[],
  { before, wasTrial, nowSeconds }: { before: Item[]; wasTrial: boolean; nowSeconds: number },
  facts: ReturnType<typeof factsOf>,
): Line[] {
  const opened = after.filter((item) => {
    const was = before.find(({ id }) => id === item.id);
    const isNewPeriod = was
      ? was.current_period_start !== item.current_period_start ||
        was.current_period_end !== item.current_period_end
      : wasTrial;
    return isNewPeriod && item.current_period_start === nowSeconds && !isMetered(item);
  });
  return opened.map((item) =>
    periodLine(item, { period: periodOf(item), quantity: item.quantity ?? 1 }, facts),
  );
}

/** What was used of items that go, or get another price, is due with the change. */
function cutUsage(
  scope: Scope,
  {
    old,
    after,
    params,
    nowSeconds,
  }: { old: Entity; after: Item[]; params: Params; nowSeconds: number },
): Line[] {
  const cleared = new Set(
    list(params, 'items')
      .filter((given) => flag(given, 'clear_usage') === true)
      .map((given) => text(given, 'id')),
  );
  return itemsOf(old)
    .filter((item) => isMetered(item) && !cleared.has(item.id))
    .filter((item) => after.find(({ id }) => id === item.id)?.price.id !== item.price.id)
    .map((item) =>
      usageLine(scope, { subscription: old, item, untilSeconds: nowSeconds }, factsOf(scope, old)),
    )
    .filter((line) => line.quantity > 0);
}

function prorationDate(old: Entity, params: Params, nowSeconds: number): number {
  const given = integer(params, 'proration_date');
  if (given === undefined) return nowSeconds;
  const isWithin = itemsOf(old).some(
    (item) => item.current_period_start <= given && given <= item.current_period_end,
  );
  if (!isWithin)
    throw faults.invalidParam(
      'proration_date',
      'Cannot specify `proration_date` outside of current billing period.',
    );
  return given;
}

/** What a call says of the end of a subscription. */
function endWith(
  next: Entity,
  plain: Record<string, unknown>,
  params: Params,
  scope: Scope,
): Record<string, unknown> {
  const subscription = { ...next, ...plain };
  if ('cancel_at_period_end' in params) {
    const ends = flag(params, 'cancel_at_period_end') === true;
    return { ...scheduledEnd(scope, subscription, ends), cancel_at_period_end: ends };
  }
  if (!('cancel_at' in params)) return {};
  const atSeconds = cancelInstant(subscription, params);
  return { ...scheduledEnd(scope, subscription, atSeconds !== null), cancel_at: atSeconds };
}

function cancelInstant(subscription: Entity, params: Params): number | null {
  const ends = itemsOf(subscription).map((item) => item.current_period_end);
  const given = params.cancel_at;
  if (given === 'min_period_end') return Math.min(...ends);
  if (given === 'max_period_end') return Math.max(...ends);
  return integer(params, 'cancel_at') ?? null;
}

/** The fields of the target that are not the old ones. */
const changedOf = (old: Entity, target: Entity): Record<string, unknown> =>
  Object.fromEntries(
    ['status', 'trial_start', 'trial_end'].flatMap((field) =>
      old[field] === target[field] ? [] : [[field, target[field]]],
    ),
  );
