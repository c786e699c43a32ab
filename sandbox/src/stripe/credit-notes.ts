import { change } from './change.ts';
import { faults } from './faults.ts';
import { integer, list, metadata, type Params, text } from './form.ts';
import { intentIdOf, openPaymentOf } from './invoice-charge.ts';
import { linesOf } from './invoice-draft.ts';
import { paid } from './invoice-life.ts';
import { refund } from './refunds.ts';
import { type Entity, newId, type Scope } from './scope.ts';

/** How the money of a paid invoice comes back. */
interface Back {
  refundMinor: number;
  creditMinor: number;
  outsideMinor: number;
}

/** Takes back an invoice, or a part of it: less is asked for, or what was paid comes back. */
export function createCreditNote(scope: Scope, params: Params): Entity {
  const invoiceId = text(params, 'invoice');
  if (invoiceId === undefined) throw faults.required('invoice');
  const invoice = scope.must('invoice', invoiceId, 'invoice');
  if (invoice.status !== 'open' && invoice.status !== 'paid')
    throw faults.wrongState('Credit notes can only be made for open and paid invoices.');
  const isPaid = invoice.status === 'paid';
  const back = backOf(params);
  const lines = givenLines(scope, invoice, { params, back });
  const amount = lines.reduce((sum, line) => sum + line.amount, 0);
  const most = isPaid
    ? Number(invoice.amount_paid) - Number(invoice.post_payment_credit_notes_amount)
    : Number(invoice.amount_remaining);
  if (amount < 1 || amount > most)
    throw faults.invalidParam('amount', `The credit note's amount must be between 1 and ${most}.`);
  if (isPaid && back.refundMinor + back.creditMinor + back.outsideMinor !== amount)
    throw faults.wrongState(
      'The sum of credit amount, refund amount and out of band amount must equal the credit note amount.',
    );
  const made = scope.put(
    'credit_note',
    noteOf(scope, { invoice, lines, amount, params, refunds: refunded(scope, invoice, back) }),
  );
  if (isPaid) giveBack(scope, invoice, { amount, back });
  else askForLess(scope, invoice, amount);
  scope.emit('credit_note.created', made);
  return made;
}

/** Takes back a credit note of an open invoice: all of it is asked for again. */
export function voidCreditNote(scope: Scope, note: Entity): Entity {
  const invoice = scope.must('invoice', String(note.invoice));
  if (note.status !== 'issued' || invoice.status !== 'open')
    throw faults.wrongState('Only issued credit notes of open invoices can be voided.');
  const voided = scope.put('credit_note', {
    ...note,
    status: 'void',
    voided_at: scope.nowSeconds(),
  });
  askForLess(scope, invoice, -Number(note.amount));
  scope.emit('credit_note.voided', voided);
  return voided;
}

const backOf = (params: Params): Back => ({
  refundMinor: integer(params, 'refund_amount') ?? 0,
  creditMinor: integer(params, 'credit_amount') ?? 0,
  outsideMinor: integer(params, 'out_of_band_amount') ?? 0,
});

type NoteLine = Entity & { amount: number };

function givenLines(
  scope: Scope,
  invoice: Entity,
  { params, back }: { params: Params; back: Back },
): NoteLine[] {
  const given = list(params, 'lines');
  if (given.length > 0)
    return given.map((line, index) => givenLine(scope, invoice, { line, name: `lines[${index}]` }));
  const sum = back.refundMinor + back.creditMinor + back.outsideMinor;
  const amount = integer(params, 'amount') ?? (sum > 0 ? sum : undefined);
  if (amount === undefined) throw faults.required('amount');
  return [noteLine(scope, { amount, quantity: null, description: null })];
}

function givenLine(
  scope: Scope,
  invoice: Entity,
  { line, name }: { line: Params; name: string },
): NoteLine {
  const quantity = integer(line, 'quantity') ?? 1;
  if (text(line, 'type') === 'custom_line_item') {
    const each = integer(line, 'unit_amount');
    const amount = integer(line, 'amount') ?? (each === undefined ? undefined : each * quantity);
    if (amount === undefined) throw faults.required(`${name}[unit_amount]`);
    return noteLine(scope, { amount, quantity, description: text(line, 'description') ?? null });
  }
  const id = text(line, 'invoice_line_item');
  const of = linesOf(invoice).find((one) => one.id === id);
  if (!of) throw faults.missing('invoice_line_item', id ?? '', `${name}[invoice_line_item]`, 400);
  const share = Math.round((Number(of.amount) * quantity) / Number(of.quantity));
  const amount = integer(line, 'amount') ?? ('quantity' in line ? share : Number(of.amount));
  return {
    ...noteLine(scope, { amount, quantity, description: String(of.description) }),
    invoice_line_item: of.id,
    type: 'invoice_line_item',
  };
}

const noteLine = (
  scope: Scope,
  of: { amount: number; quantity: number | null; description: string | null },
): NoteLine => ({
  id: newId('cnli'),
  object: 'credit_note_line_item',
  ...of,
  discount_amount: 0,
  discount_amounts: [],
  livemode: scope.livemode,
  metadata: {},
  pretax_credit_amounts: [],
  tax_rates: [],
  taxes: [],
  type: 'custom_line_item',
  unit_amount: of.quantity === null ? null : Math.round(of.amount / of.quantity),
  unit_amount_decimal: of.quantity === null ? null : String(Math.round(of.amount / of.quantity)),
});

function refunded(scope: Scope, invoice: Entity, { refundMinor }: Back): Entity[] {
  if (refundMinor === 0) return [];
  const [payment] = (invoice.payments as { data: Entity[] }).data;
  if (!payment) throw faults.wrongState('This invoice has no payment that could be refunded.');
  return [refund(scope, { payment_intent: intentIdOf(payment), amount: String(refundMinor) })];
}

function giveBack(
  scope: Scope,
  invoice: Entity,
  { amount, back }: { amount: number; back: Back },
): void {
  change(scope, 'invoice', 'invoice.updated', invoice, {
    post_payment_credit_notes_amount: Number(invoice.post_payment_credit_notes_amount) + amount,
  });
  const customer = scope.must('customer', String(invoice.customer));
  change(scope, 'customer', 'customer.updated', customer, {
    balance: Number(customer.balance) - back.creditMinor,
  });
}

/** Less is due on an open invoice, or, below 0, more again; nothing left is as good as paid. */
function askForLess(scope: Scope, invoice: Entity, amountMinor: number): void {
  const due = Number(invoice.amount_due) - amountMinor;
  const payment = openPaymentOf(scope, invoice);
  if (payment) {
    scope.put('invoice_payment', { ...payment, amount_requested: due });
    const intent = scope.must('payment_intent', intentIdOf(payment));
    scope.put('payment_intent', { ...intent, amount: due });
  }
  const next = change(scope, 'invoice', 'invoice.updated', invoice, {
    amount_due: due,
    amount_remaining: due,
    pre_payment_credit_notes_amount: Number(invoice.pre_payment_credit_notes_amount) + amountMinor,
  });
  if (due === 0) paid(scope, next);
}

function noteOf(
  scope: Scope,
  given: {
    invoice: Entity;
    lines: NoteLine[];
    amount: number;
    params: Params;
    refunds: Entity[];
  },
): Entity {
  const { invoice, lines, amount, params, refunds } = given;
  const id = newId('cn');
  const before = scope.list('credit_note').filter((one) => one.invoice === invoice.id).length;
  const isPaid = invoice.status === 'paid';
  return {
    id,
    object: 'credit_note',
    amount,
    amount_shipping: 0,
    created: scope.nowSeconds(),
    currency: invoice.currency,
    customer: invoice.customer,
    customer_account: null,
    customer_balance_transaction: null,
    discount_amount: 0,
    discount_amounts: [],
    effective_at: scope.nowSeconds(),
    invoice: invoice.id,
    lines: {
      object: 'list',
      data: lines,
      has_more: false,
      url: `/v1/credit_notes/${id}/lines`,
    },
    livemode: scope.livemode,
    memo: text(params, 'memo') ?? null,
    metadata: metadata(params),
    number: `${String(invoice.number)}-CN-${String(before + 1).padStart(2, '0')}`,
    out_of_band_amount: integer(params, 'out_of_band_amount') ?? null,
    pdf: scope.pageUrl(`/credit_notes/${id}/pdf`),
    post_payment_amount: isPaid ? amount : 0,
    pre_payment_amount: isPaid ? 0 : amount,
    pretax_credit_amounts: [],
    reason: text(params, 'reason') ?? null,
    refunds: refunds.map((one) => ({
      amount_refunded: one.amount,
      payment_record_refund: null,
      refund: one.id,
      type: 'refund',
    })),
    shipping_cost: null,
    status: 'issued',
    subtotal: amount,
    subtotal_excluding_tax: amount,
    total: amount,
    total_excluding_tax: amount,
    total_taxes: [],
    type: isPaid ? 'post_payment' : 'pre_payment',
    voided_at: null,
  };
}
