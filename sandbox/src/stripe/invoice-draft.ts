import type { Line } from './billing/lines.ts';
import { reduced } from './billing/discount.ts';
import { addedTaxes, type Tax, taxesOf, taxMinor } from './billing/tax.ts';
import { reductionsOf } from './discounts.ts';
import { type Entity, newId, type Scope } from './scope.ts';

/** What an invoice is made of. */
export interface Draft {
  customer: Entity;
  subscription: Entity | null;
  currency: string;
  lines: Line[];
  reason: string;
  /** What it looks back on. */
  period: { start: number; end: number };
  /** What is taken off its lines; prorations have theirs within them. */
  discounts?: Entity[];
  /** Fields that differ from those of an ordinary invoice. */
  more?: Record<string, unknown>;
}

/** A draft of an invoice, not yet kept anywhere: the same for a preview and for the real one. */
export function draftInvoice(scope: Scope, draft: Draft, id = newId('in')): Entity {
  const { customer, subscription } = draft;
  const nowSeconds = scope.nowSeconds();
  const discounts = draft.discounts ?? [];
  const offs = reduced(draft.lines.map(reducible), reductionsOf(scope, discounts, draft.currency));
  const offOf = (index: number) =>
    offs
      .map((off) => ({ amount: off.offMinor[index] ?? 0, discount: off.id }))
      .filter(({ amount }) => amount > 0);
  const invoice: Entity = {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: null,
    account_tax_ids: null,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: automaticTax(subscription),
    automatically_finalizes_at: null,
    billing_reason: draft.reason,
    collection_method: subscription?.collection_method ?? 'charge_automatically',
    created: nowSeconds,
    currency: draft.currency,
    custom_fields: null,
    customer: customer.id,
    customer_account: null,
    customer_address: customer.address ?? null,
    customer_email: customer.email ?? null,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: null,
    customer_tax_exempt: customer.tax_exempt ?? 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: subscription?.default_tax_rates ?? [],
    description: null,
    discounts: discounts.map((discount) => discount.id),
    due_date: dueDate(subscription, nowSeconds),
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: {
      object: 'list',
      data: draft.lines.map((line, index) =>
        lineItem(scope, { invoice: id, line, subscription, off: offOf(index) }),
      ),
      has_more: false,
      url: `/v1/invoices/${id}/lines`,
    },
    livemode: scope.livemode,
    metadata: {},
    next_payment_attempt: null,
    number: null,
    on_behalf_of: null,
    parent: subscription && {
      type: 'subscription_details',
      quote_details: null,
      subscription_details: { subscription: subscription.id, metadata: subscription.metadata },
    },
    payment_settings: {
      default_mandate: null,
      payment_method_options: null,
      payment_method_types: null,
    },
    payments: { object: 'list', data: [], has_more: false, url: '/v1/invoice_payments' },
    period_end: draft.period.end,
    period_start: draft.period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: Number(customer.balance ?? 0),
    statement_descriptor: null,
    status: 'draft',
    status_transitions: {
      finalized_at: null,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    test_clock: customer.test_clock ?? null,
    total_pretax_credit_amounts: [],
    webhooks_delivered_at: null,
    ...draft.more,
  };
  return withTotals(invoice);
}

/** The lines of an invoice. */
export const linesOf = (invoice: Entity): Entity[] => (invoice.lines as { data: Entity[] }).data;

/** The subscription an invoice asks payment for, if it is for one. */
export const subscriptionOf = (invoice: Entity): string | null => {
  const parent = invoice.parent as { subscription_details: { subscription: string } } | null;
  return parent?.subscription_details.subscription ?? null;
};

/** An invoice whose sums are those of its lines, and of the balance the customer starts with. */
export function withTotals(invoice: Entity): Entity {
  const lines = linesOf(invoice);
  const subtotal = lines.reduce((sum, line) => sum + Number(line.amount), 0);
  const taxes = addedTaxes(lines.flatMap((line) => (line.taxes ?? []) as Tax[]));
  const offs = (invoice.discounts as string[]).map((discount) => ({
    amount: offMinor(lines.flatMap(offsOf).filter((off) => off.discount === discount)),
    discount,
  }));
  const left = subtotal - offMinor(offs);
  const total = left + taxMinor(taxes, 'exclusive');
  const due = Math.max(0, total + Number(invoice.starting_balance));
  return {
    ...invoice,
    amount_due: due,
    amount_remaining: due,
    subtotal,
    subtotal_excluding_tax: subtotal - taxMinor(taxes, 'inclusive'),
    total,
    total_discount_amounts: offs,
    total_excluding_tax: left - taxMinor(taxes, 'inclusive'),
    total_taxes: taxes,
  };
}

/** What a discount takes off, as the wire has it. */
interface Off {
  amount: number;
  discount: string;
}

/** What discounts take off a line. */
export const offsOf = (line: Entity): Off[] => line.discount_amounts as Off[];

/** The sum of what discounts take off. */
export const offMinor = (offs: readonly Off[]): number =>
  offs.reduce((sum, { amount }) => sum + amount, 0);

/** A line as discounts see it: a proration was reckoned with them, so that they leave it alone. */
const reducible = (line: Line) => ({
  minor: line.isProration ? 0 : line.amountMinor,
  product: line.price ? String(line.price.product) : null,
});

/** What of a customer's balance is left after an invoice: below 0 is a credit. */
export const endingBalance = (invoice: Entity): number =>
  Math.min(0, Number(invoice.total) + Number(invoice.starting_balance));

/** One line as the wire has it. */
export function lineItem(
  scope: Scope,
  {
    invoice,
    line,
    subscription,
    off = [],
  }: { invoice: string; line: Line; subscription: Entity | null; off?: Off[] },
): Entity {
  const { amountMinor, price, quantity } = line;
  const common = {
    proration: line.isProration,
    proration_details: line.isProration ? { credited_items: null } : null,
    subscription: subscription?.id ?? null,
  };
  const isOfItem = line.subscriptionItem !== null;
  return {
    id: newId('il'),
    object: 'line_item',
    amount: amountMinor,
    currency: line.currency,
    description: line.description,
    discount_amounts: off,
    discountable: !line.isProration,
    discounts: [],
    invoice,
    livemode: scope.livemode,
    metadata: line.metadata,
    parent: {
      type: isOfItem ? 'subscription_item_details' : 'invoice_item_details',
      invoice_item_details: isOfItem ? null : { invoice_item: line.invoiceItem, ...common },
      subscription_item_details: isOfItem
        ? {
            invoice_item: line.invoiceItem,
            subscription_item: line.subscriptionItem,
            ...common,
          }
        : null,
    },
    period: line.period,
    pretax_credit_amounts: [],
    pricing: price && {
      type: 'price_details',
      price_details: { price: price.id, product: price.product },
      unit_amount_decimal: line.isProration ? String(amountMinor) : price.unit_amount_decimal,
    },
    quantity,
    quantity_decimal: String(quantity),
    subscription: subscription?.id ?? null,
    subtotal: amountMinor,
    taxes: taxesOf(amountMinor - offMinor(off), line.taxRates),
  };
}

/** Computed at once; without an address of the customer the tax is none. */
function automaticTax(subscription: Entity | null) {
  const enabled = (subscription?.automatic_tax as { enabled?: boolean } | undefined)?.enabled;
  return {
    disabled_reason: null,
    enabled: enabled === true,
    liability: enabled ? { type: 'self' } : null,
    provider: enabled ? 'stripe' : null,
    status: enabled ? 'complete' : null,
  };
}

const dueDate = (subscription: Entity | null, nowSeconds: number): number | null =>
  subscription?.collection_method === 'send_invoice'
    ? nowSeconds + Number(subscription.days_until_due ?? 30) * 86_400
    : null;
