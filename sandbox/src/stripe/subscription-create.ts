import { DECLINE_TEXT } from './cards.ts';
import { givenDiscounts, settleDiscounts } from './discounts.ts';
import { faults } from './faults.ts';
import { flag, group, integer, list, metadata, type Params, text } from './form.ts';
import { methodFor, openPayment, refuses } from './invoice-charge.ts';
import { draftInvoice } from './invoice-draft.ts';
import { finalize, issue } from './invoice-life.ts';
import type { Entity, Scope } from './scope.ts';
import { scheduledEnd } from './subscription-change.ts';
import { givenPrice, givenTaxRates } from './subscription-given.ts';
import {
  announce,
  begin,
  type Beginning,
  firstDraft,
  newSubscription,
} from './subscription-start.ts';

const DAY_SECONDS = 86_400;

/** Makes a subscription as a call asks for it, and charges for its first period. */
export function createSubscription(scope: Scope, params: Params): Entity {
  const customerId = text(params, 'customer');
  if (customerId === undefined) throw faults.required('customer');
  const customer = scope.must('customer', customerId, 'customer');
  if (list(params, 'items').length === 0) throw faults.required('items');
  const started = withEnd(
    scope,
    newSubscription(scope, givenBeginning(scope, { customer, params })),
    params,
  );
  const draft = firstDraft(scope, started, customer);
  const isDue = Number(draftInvoice(scope, draft).amount_due) > 0;
  const behavior = text(params, 'payment_behavior') ?? 'allow_incomplete';
  if (behavior === 'default_incomplete' && isDue) return beginUnpaid(scope, started);
  const method = methodFor(scope, { customer, subscription: started });
  const isAutomatic = started.collection_method === 'charge_automatically';
  if (isDue && isAutomatic && method === null) throw faults.noPaymentMethod();
  if (isDue && isAutomatic && behavior === 'error_if_incomplete' && refuses(scope, method)) {
    const { code, message } = DECLINE_TEXT.declines;
    throw faults.declined(code, message);
  }
  return begin(scope, started);
}

/** What a call says a subscription begins with. */
export function givenBeginning(
  scope: Scope,
  { customer, params }: { customer: Entity; params: Params },
): Beginning {
  let currency = text(params, 'currency') ?? null;
  const items = list(params, 'items').map((given, index) => {
    const name = `items[${index}]`;
    const price = givenPrice(scope, { params: given, name }, currency);
    if (!price) throw faults.required(`${name}[price]`);
    currency = String(price.currency);
    return {
      price,
      quantity: integer(given, 'quantity'),
      metadata: metadata(given),
      taxRates: givenTaxRates(scope, given, 'tax_rates'),
    };
  });
  const method = text(params, 'default_payment_method');
  if (method !== undefined) scope.must('payment_method', method, 'default_payment_method');
  const tax = group(params, 'automatic_tax');
  const end = group(group(params, 'trial_settings') ?? {}, 'end_behavior');
  return {
    customer,
    items,
    trialEnd: trialEnd(scope, params),
    metadata: metadata(params),
    more: {
      default_payment_method: method ?? null,
      default_tax_rates: givenTaxRates(scope, params, 'default_tax_rates'),
      description: text(params, 'description') ?? null,
      discounts: givenDiscounts(scope, params, {
        customer,
        currency: currency ?? '',
      }).map(({ id }) => id),
      ...(text(params, 'collection_method') && {
        collection_method: text(params, 'collection_method'),
        days_until_due: integer(params, 'days_until_due') ?? null,
      }),
      ...(tax && {
        automatic_tax: {
          disabled_reason: null,
          enabled: flag(tax, 'enabled') === true,
          liability: flag(tax, 'enabled') ? { type: 'self' } : null,
        },
      }),
      ...(end && {
        trial_settings: {
          end_behavior: {
            billing_cycle_anchor: null,
            missing_payment_method: text(end, 'missing_payment_method') ?? 'create_invoice',
          },
        },
      }),
    },
  };
}

/** Makes the first invoice and waits for its payment. */
function beginUnpaid(scope: Scope, started: Entity): Entity {
  scope.put('subscription', { ...started, status: 'incomplete' });
  settleDiscounts(scope, [], started);
  const customer = scope.must('customer', String(started.customer));
  const invoice = finalize(scope, issue(scope, firstDraft(scope, started, customer)));
  openPayment(scope, invoice);
  return announce(scope, started, invoice);
}

function trialEnd(scope: Scope, params: Params): number | null {
  const days = integer(params, 'trial_period_days') ?? 0;
  const given = text(params, 'trial_end') === 'now' ? undefined : integer(params, 'trial_end');
  if (given !== undefined) return given;
  return days > 0 ? scope.nowSeconds() + days * DAY_SECONDS : null;
}

function withEnd(scope: Scope, started: Entity, params: Params): Entity {
  if (flag(params, 'cancel_at_period_end') === true)
    return { ...started, ...scheduledEnd(scope, started, true), cancel_at_period_end: true };
  const cancelAt = integer(params, 'cancel_at');
  return cancelAt === undefined
    ? started
    : { ...started, ...scheduledEnd(scope, started, true), cancel_at: cancelAt };
}
