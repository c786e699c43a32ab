import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, startTestStripe, type TestShop, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
let shop: TestShop;
beforeAll(async () => {
  sandbox = await startTestStripe();
  shop = await openShop(sandbox);
});
afterAll(() => sandbox.close());

/** An invoice of 20.00 that somebody has to pay by hand. */
async function openInvoice() {
  const { invoices, invoiceItems } = shop.stripe;
  const customer = shop.customer.id;
  const { id } = await invoices.create(
    { customer, collection_method: 'send_invoice', days_until_due: 30, currency: 'usd' },
    shop.on,
  );
  await invoiceItems.create({ customer, invoice: id, amount: 2000, currency: 'usd' }, shop.on);
  return invoices.finalizeInvoice(id, {}, shop.on);
}
const invoice = (id: string) => shop.stripe.invoices.retrieve(id, {}, shop.on);

test('a credit note of an open invoice lowers what is due, until it is voided', async () => {
  const { id } = await openInvoice();
  const { creditNotes } = shop.stripe;
  const note = await creditNotes.create({ invoice: id, amount: 500 }, shop.on);
  expect(note).toMatchObject({ type: 'pre_payment', total: 500, status: 'issued' });
  expect(await invoice(id)).toMatchObject({
    amount_due: 1500,
    total: 2000,
    pre_payment_credit_notes_amount: 500,
  });
  await expect(creditNotes.create({ invoice: id, amount: 1501 }, shop.on)).rejects.toMatchObject({
    param: 'amount',
  });
  await creditNotes.voidCreditNote(note.id, {}, shop.on);
  expect((await invoice(id)).amount_due).toBe(2000);
  await expect(creditNotes.voidCreditNote(note.id, {}, shop.on)).rejects.toThrow('issued');
  await creditNotes.create({ invoice: id, amount: 2000 }, shop.on);
  expect((await invoice(id)).status).toBe('paid');
});

test('a credit note of a paid invoice gives money back, to the card or to the balance', async () => {
  const { latest_invoice } = await shop.subscribe();
  const id = String(latest_invoice);
  const { creditNotes, refunds, customers } = shop.stripe;
  await expect(creditNotes.create({ invoice: id, amount: 900 }, shop.on)).rejects.toThrow('sum');
  const note = await creditNotes.create(
    { invoice: id, amount: 900, refund_amount: 600, credit_amount: 300 },
    shop.on,
  );
  expect(note).toMatchObject({ type: 'post_payment', refunds: [{ amount_refunded: 600 }] });
  const refund = await refunds.retrieve(String(note.refunds[0]?.refund), {}, shop.on);
  expect(refund.amount).toBe(600);
  expect(await customers.retrieve(shop.customer.id, {}, shop.on)).toMatchObject({ balance: -300 });
  expect((await invoice(id)).post_payment_credit_notes_amount).toBe(900);
});
