import type { Line } from './billing/lines.ts';
import { amountMinor, type Rate } from './billing/amount.ts';
import type { TaxRate } from './billing/tax.ts';
import { change } from './change.ts';
import { faults } from './faults.ts';
import { flag, group, integer, metadata, type Params, text } from './form.ts';
import { lineItem, linesOf, withTotals } from './invoice-draft.ts';
import { invoiceItem, lineOfItem, pendingItems } from './invoice-item.ts';
import { issue } from './invoice-life.ts';
import { createPrice } from './routes/catalog.ts';
import type { Entity, Scope } from './scope.ts';
import { givenTaxRates } from './subscription-given.ts';

const HOUR_SECONDS = 3_600;

/** Makes an invoice by hand, with the items that wait for it if the call includes them. */
export function createInvoice(scope: Scope, params: Params): Entity {
  const customerId = text(params, 'customer');
  if (customerId === undefined) throw faults.required('customer');
  const customer = scope.must('customer', customerId, 'customer');
  const of = text(params, 'subscription');
  const subscription = of === undefined ? null : scope.must('subscription', of, 'subscription');
  const taxRates = givenTaxRates(scope, params, 'default_tax_rates');
  const includes = text(params, 'pending_invoice_items_behavior') === 'include';
  const waiting = pendingItems(scope, customerId, subscription?.id ?? null);
  const lines = includes || subscription ? waiting.map((item) => lineOfItem(scope, item)) : [];
  const nowSeconds = scope.nowSeconds();
  const advances = flag(params, 'auto_advance') === true;
  const isSent = text(params, 'collection_method') === 'send_invoice';
  const method = text(params, 'default_payment_method');
  if (method !== undefined) scope.must('payment_method', method, 'default_payment_method');
  return issue(scope, {
    customer,
    subscription,
    currency: text(params, 'currency') ?? lines[0]?.currency ?? String(customer.currency ?? 'usd'),
    lines: lines.map((line) => withRates(line, taxRates)),
    reason: 'manual',
    period: { start: nowSeconds, end: nowSeconds },
    more: {
      auto_advance: advances,
      automatically_finalizes_at: advances ? nowSeconds + HOUR_SECONDS : null,
      ...(isSent && {
        collection_method: 'send_invoice',
        due_date: nowSeconds + (integer(params, 'days_until_due') ?? 30) * 86_400,
      }),
      default_payment_method: method ?? null,
      default_tax_rates: taxRates,
      description: text(params, 'description') ?? null,
      metadata: metadata(params),
    },
  });
}

/** Makes something to be invoiced: on the draft that is named, or on the next one. */
export function createInvoiceItem(scope: Scope, params: Params): Entity {
  const invoiceId = text(params, 'invoice');
  const invoice = invoiceId === undefined ? null : scope.must('invoice', invoiceId, 'invoice');
  if (invoice && invoice.status !== 'draft')
    throw faults.invalidParam('invoice', 'The invoice is already finalized: it cannot be changed.');
  const customerId = text(params, 'customer') ?? invoice?.customer;
  if (customerId === undefined) throw faults.required('customer');
  const customer = scope.must('customer', String(customerId), 'customer');
  const of = text(params, 'subscription');
  const subscription = of === undefined ? null : scope.must('subscription', of, 'subscription');
  const line = givenLine(scope, params, String(customer.currency ?? 'usd'));
  const item = scope.put(
    'invoiceitem',
    invoiceItem(scope, { line, customer, subscription, invoice: invoice?.id ?? null }),
  );
  scope.emit('invoiceitem.created', item);
  if (invoice) addLine(scope, invoice, { ...line, invoiceItem: item.id });
  return item;
}

/** Deletes an item that is on no finalized invoice, and its line on a draft. */
export function deleteInvoiceItem(scope: Scope, item: Entity): Entity {
  const invoice = scope.get('invoice', String(item.invoice));
  if (invoice && invoice.status !== 'draft')
    throw faults.wrongState('The invoice item is on a finalized invoice: it cannot be deleted.');
  if (invoice)
    keepLines(
      scope,
      invoice,
      linesOf(invoice).filter((line) => !isLineOf(line, item)),
    );
  scope.emit('invoiceitem.deleted', item);
  return scope.put('invoiceitem', { id: item.id, object: 'invoiceitem', deleted: true });
}

/** Deletes a draft. The items on it wait for another invoice again. */
export function deleteDraft(scope: Scope, invoice: Entity): Entity {
  for (const item of scope.list('invoiceitem')) {
    if (item.invoice === invoice.id) scope.put('invoiceitem', { ...item, invoice: null });
  }
  scope.emit('invoice.deleted', invoice);
  return scope.put('invoice', { id: invoice.id, object: 'invoice', deleted: true });
}

function addLine(scope: Scope, invoice: Entity, line: Line): void {
  const rates = (invoice.default_tax_rates ?? []) as unknown as TaxRate[];
  const added = lineItem(scope, {
    invoice: invoice.id,
    line: withRates(line, rates),
    subscription: null,
  });
  keepLines(scope, invoice, [...linesOf(invoice), added]);
}

function keepLines(scope: Scope, invoice: Entity, data: Entity[]): void {
  const next = withTotals({ ...invoice, lines: { ...(invoice.lines as object), data } });
  change(scope, 'invoice', 'invoice.updated', invoice, next);
}

function isLineOf(line: Entity, item: Entity): boolean {
  const parent = line.parent as { invoice_item_details: { invoice_item: unknown } | null };
  return parent.invoice_item_details?.invoice_item === item.id;
}

const withRates = (line: Line, rates: readonly (TaxRate | Entity)[]): Line =>
  line.taxRates.length > 0 ? line : { ...line, taxRates: rates as TaxRate[] };

/** The line that parameters describe, by an amount or by a price. */
function givenLine(scope: Scope, params: Params, usualCurrency: string): Line {
  const nowSeconds = scope.nowSeconds();
  const inline = group(params, 'price_data');
  const priceId = text(group(params, 'pricing') ?? {}, 'price');
  const price = inline
    ? createPrice(scope, inline)
    : priceId === undefined
      ? null
      : scope.must('price', priceId, 'pricing[price]');
  const period = group(params, 'period') ?? {};
  const quantity = integer(params, 'quantity') ?? 1;
  return {
    amountMinor: price
      ? amountMinor(price as unknown as Rate, quantity)
      : givenAmount(params, quantity),
    currency: price ? String(price.currency) : (text(params, 'currency') ?? usualCurrency),
    description:
      text(params, 'description') ??
      String(scope.get('product', String(price?.product))?.name ?? ''),
    price,
    quantity,
    period: {
      start: integer(period, 'start') ?? nowSeconds,
      end: integer(period, 'end') ?? nowSeconds,
    },
    subscriptionItem: null,
    isProration: false,
    taxRates: givenTaxRates(scope, params, 'tax_rates') as unknown as TaxRate[],
    metadata: metadata(params),
    invoiceItem: null,
  };
}

function givenAmount(params: Params, quantity: number): number {
  const amount = integer(params, 'amount');
  if (amount !== undefined) return amount;
  const each = text(params, 'unit_amount_decimal');
  if (each === undefined) throw faults.required('amount');
  const rate = { currency: '', transform_quantity: null, tiers_mode: null };
  return amountMinor({ ...rate, unit_amount_decimal: each }, quantity);
}
