import type { Stripe } from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestStripe, submit, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
let stripe: Stripe;
beforeAll(async () => {
  sandbox = await startTestStripe();
  stripe = sandbox.as('test');
});
afterAll(() => sandbox.close());

const pay = (method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    payment_method: method,
    confirm: true,
    ...more,
  });

/** The types of what was told about an object, oldest first. */
async function told(test: (object: Record<string, unknown>) => boolean): Promise<string[]> {
  const { data } = await stripe.events.list({ limit: 100 });
  return data
    .filter((event) => test(event.data.object as unknown as Record<string, unknown>))
    .map(({ type }) => type)
    .toReversed();
}
const toldOf = (intent: string) =>
  told((object) => object.id === intent || object.payment_intent === intent);

test('a payment that is confirmed at once is paid, and its charge names the card', async () => {
  const intent = await pay('pm_card_visa');
  expect(intent).toMatchObject({ status: 'succeeded', amount_received: 2000, next_action: null });
  const { data } = await stripe.charges.list({ payment_intent: intent.id });
  expect(data[0]).toMatchObject({
    id: intent.latest_charge,
    status: 'succeeded',
    captured: true,
    payment_method_details: { card: { last4: '4242', brand: 'visa' }, type: 'card' },
  });
  expect(await toldOf(intent.id)).toEqual([
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
  ]);
});

test.each([
  ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
  ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
  ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
  ['pm_card_chargeCustomerFail', 'card_declined', 'generic_decline'],
])('%s is refused with %s, %s, and another card may pay', async (method, code, decline) => {
  const error = await pay(method).then(
    () => null,
    (refused: Stripe.errors.StripeCardError) => refused,
  );
  expect(error).toMatchObject({
    type: 'StripeCardError',
    statusCode: 402,
    code,
    decline_code: decline,
  });
  const { id = '' } = error?.payment_intent ?? {};
  expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
    status: 'requires_payment_method',
    last_payment_error: { code, charge: error?.charge },
  });
  expect(await toldOf(id)).toEqual([
    'payment_intent.created',
    'charge.failed',
    'payment_intent.payment_failed',
  ]);
  const paid = await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_mastercard' });
  expect(paid.status).toBe('succeeded');
});

test('a card that asks its owner leads to a page, and back with the answer', async () => {
  const asked = await pay('pm_card_threeDSecure2Required', {
    return_url: 'http://shop.test/back?a=1',
  });
  expect(asked).toMatchObject({ status: 'requires_action', latest_charge: null });
  const { url = '' } = asked.next_action?.redirect_to_url ?? {};
  expect(await (await fetch(url ?? '')).text()).toContain('$20.00');
  const back = await submit(url ?? '', { answer: 'complete' });
  const target = new URL(back.headers.get('location') ?? '');
  expect(Object.fromEntries(target.searchParams)).toEqual({
    a: '1',
    payment_intent: asked.id,
    payment_intent_client_secret: asked.client_secret,
    redirect_status: 'succeeded',
  });
  expect((await stripe.paymentIntents.retrieve(asked.id)).status).toBe('succeeded');
});

test('an owner who says no leaves the payment open for another card', async () => {
  const asked = await pay('pm_card_authenticationRequired', { return_url: 'http://shop.test/' });
  await submit(asked.next_action?.redirect_to_url?.url ?? '', { answer: 'fail' });
  expect(await stripe.paymentIntents.retrieve(asked.id)).toMatchObject({
    status: 'requires_payment_method',
    last_payment_error: { code: 'payment_intent_authentication_failure' },
  });
  expect(await toldOf(asked.id)).toEqual([
    'payment_intent.created',
    'payment_intent.requires_action',
    'payment_intent.payment_failed',
  ]);
});

test('an absent owner cannot be asked: the card is refused, unless it asks only once', async () => {
  await expect(pay('pm_card_authenticationRequired', { off_session: true })).rejects.toMatchObject({
    code: 'authentication_required',
  });
  const once = await pay('pm_card_authenticationRequiredOnSetup', { off_session: true });
  expect(once.status).toBe('succeeded');
});

test('a held payment is captured in part, once, and not more than is held', async () => {
  const held = await pay('pm_card_visa', { capture_method: 'manual' });
  expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 2000 });
  await expect(
    stripe.paymentIntents.capture(held.id, { amount_to_capture: 2001 }),
  ).rejects.toMatchObject({ param: 'amount_to_capture' });
  const captured = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 1500 });
  expect(captured).toMatchObject({ status: 'succeeded', amount_received: 1500 });
  await expect(stripe.paymentIntents.capture(held.id)).rejects.toMatchObject({
    code: 'payment_intent_unexpected_state',
  });
  expect(await toldOf(held.id)).toContain('charge.captured');
});

test('what is held can be let go, and what is paid cannot be cancelled', async () => {
  const held = await pay('pm_card_visa', { capture_method: 'manual' });
  const gone = await stripe.paymentIntents.cancel(held.id, { cancellation_reason: 'abandoned' });
  expect(gone).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
  const paid = await pay('pm_card_visa');
  await expect(stripe.paymentIntents.cancel(paid.id)).rejects.toMatchObject({
    code: 'payment_intent_unexpected_state',
  });
});

test('a refund in parts gives back no more than was paid, and tells it in Stripe’s order', async () => {
  const paid = await pay('pm_card_visa');
  const first = await stripe.refunds.create({ payment_intent: paid.id, amount: 500 });
  expect(first).toMatchObject({ status: 'succeeded', amount: 500 });
  await expect(
    stripe.refunds.create({ payment_intent: paid.id, amount: 1501 }),
  ).rejects.toMatchObject({ param: 'amount' });
  await stripe.refunds.create({ payment_intent: paid.id });
  expect(await stripe.charges.retrieve(String(paid.latest_charge))).toMatchObject({
    amount_refunded: 2000,
    refunded: true,
  });
  await expect(stripe.refunds.create({ payment_intent: paid.id })).rejects.toMatchObject({
    code: 'charge_already_refunded',
  });
  expect((await toldOf(paid.id)).slice(3, 7)).toEqual([
    'refund.created',
    'charge.refunded',
    'refund.updated',
    'charge.refund.updated',
  ]);
  expect((await stripe.refunds.list({ payment_intent: paid.id })).data).toHaveLength(2);
});

test('a refund that the card does not take fails, and the charge is as before', async () => {
  const paid = await pay('pm_card_refundFail');
  const failed = await stripe.refunds.create({ payment_intent: paid.id });
  expect(failed).toMatchObject({ status: 'failed', failure_reason: 'expired_or_canceled_card' });
  expect(await stripe.charges.retrieve(String(paid.latest_charge))).toMatchObject({
    amount_refunded: 0,
    refunded: false,
  });
  expect(await toldOf(paid.id)).toContain('refund.failed');
});

test('a disputed charge cannot be refunded, and the seller may give in', async () => {
  const paid = await pay('pm_card_createDispute');
  const [dispute] = (await stripe.disputes.list({ payment_intent: paid.id })).data;
  expect(dispute).toMatchObject({ status: 'needs_response', reason: 'fraudulent', amount: 2000 });
  await expect(stripe.refunds.create({ payment_intent: paid.id })).rejects.toMatchObject({
    code: 'charge_disputed',
  });
  expect((await stripe.charges.retrieve(String(paid.latest_charge))).disputed).toBe(true);
  const closed = await stripe.disputes.close(dispute?.id ?? '');
  expect(closed.status).toBe('lost');
  await expect(stripe.disputes.close(closed.id)).rejects.toMatchObject({
    type: 'StripeInvalidRequestError',
  });
  expect(await toldOf(paid.id)).toEqual([
    'payment_intent.created',
    'charge.succeeded',
    'charge.dispute.created',
    'charge.dispute.funds_withdrawn',
    'payment_intent.succeeded',
    'charge.dispute.closed',
  ]);
});

test.each([
  ['pm_card_createDispute', 'winning_evidence', 'won'],
  ['pm_card_createDispute', 'losing_evidence', 'lost'],
  ['pm_card_createDisputeInquiry', 'winning_evidence', 'warning_closed'],
])('%s with %s ends %s', async (method, uncategorized_text, status) => {
  const paid = await pay(method);
  const [dispute] = (await stripe.disputes.list({ payment_intent: paid.id })).data;
  const done = await stripe.disputes.update(dispute?.id ?? '', {
    evidence: { uncategorized_text },
  });
  expect(done.status).toBe(status);
});

test('a card is given to one customer, and can be taken away again', async () => {
  const [ada, bob] = [await stripe.customers.create({}), await stripe.customers.create({})];
  const card = await stripe.paymentMethods.create({
    type: 'card',
    card: { token: 'tok_mastercard' },
    billing_details: { name: 'Ada' },
  });
  expect(card).toMatchObject({ customer: null, card: { last4: '4444', brand: 'mastercard' } });
  await stripe.paymentMethods.attach(card.id, { customer: ada.id });
  await expect(stripe.paymentMethods.attach(card.id, { customer: bob.id })).rejects.toMatchObject({
    code: 'payment_method_unexpected_state',
  });
  const theirs = await stripe.customers.listPaymentMethods(ada.id);
  expect(theirs.data.map(({ id }) => id)).toEqual([card.id]);
  expect((await stripe.paymentMethods.detach(card.id)).customer).toBeNull();
  expect((await stripe.paymentMethods.list({ customer: ada.id })).data).toEqual([]);
  expect(await told((object) => object.id === card.id)).toEqual([
    'payment_method.attached',
    'payment_method.detached',
  ]);
});

test('a declined card cannot be attached; one that fails later can', async () => {
  const { id: customer } = await stripe.customers.create({});
  await expect(
    stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer }),
  ).rejects.toMatchObject({ code: 'card_declined' });
  const later = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
  expect(later.customer).toBe(customer);
  await expect(pay(later.id, { customer, off_session: true })).rejects.toMatchObject({
    code: 'card_declined',
  });
});

test('a customer made with a card pays with it', async () => {
  const customer = await stripe.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  const [card] = (await stripe.customers.listPaymentMethods(customer.id)).data;
  expect(customer.invoice_settings.default_payment_method).toBe(card?.id);
});

test('a card is kept by a setup, after its owner was asked if it asks', async () => {
  const { id: customer } = await stripe.customers.create({});
  const kept = await stripe.setupIntents.create({
    customer,
    payment_method: 'pm_card_visa',
    confirm: true,
  });
  expect(kept.status).toBe('succeeded');
  const asked = await stripe.setupIntents.create({
    customer,
    payment_method: 'pm_card_authenticationRequiredOnSetup',
    confirm: true,
    return_url: 'http://shop.test/',
  });
  expect(asked.status).toBe('requires_action');
  await submit(asked.next_action?.redirect_to_url?.url ?? '', { answer: 'complete' });
  expect((await stripe.setupIntents.retrieve(asked.id)).status).toBe('succeeded');
  expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(2);
  await expect(
    stripe.setupIntents.create({ payment_method: 'pm_card_chargeDeclined', confirm: true }),
  ).rejects.toMatchObject({ code: 'card_declined', setup_intent: { object: 'setup_intent' } });
});

test('payment method types are refused by this version, and taken by older callers', async () => {
  const body = 'amount=100&currency=usd&payment_method_types[]=card';
  const post = (headers: Record<string, string>) =>
    fetch(`${sandbox.url}/v1/payment_intents`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_platform00000000', ...headers },
      body,
    });
  expect((await post({})).status).toBe(200);
  const refused = await post({ 'stripe-version': '2026-10-28.endive' });
  expect(await refused.json()).toMatchObject({ error: { param: 'payment_method_types' } });
});
