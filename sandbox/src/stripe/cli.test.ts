import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { binary, openCli } from './test-cli.ts';
import { startReceiver, startTestStripe, type TestStripe } from './test-stripe.ts';

const TRIGGERED = [
  'billing_portal.session.created',
  'charge.captured',
  'charge.dispute.closed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.failed',
  'charge.refund.updated',
  'charge.refunded',
  'charge.succeeded',
  'checkout.session.completed',
  'checkout.session.expired',
  'coupon.created',
  'coupon.deleted',
  'coupon.updated',
  'credit_note.created',
  'credit_note.updated',
  'credit_note.voided',
  'customer.created',
  'customer.deleted',
  'customer.subscription.created',
  'customer.subscription.deleted',
  'customer.subscription.trial_will_end',
  'customer.subscription.updated',
  'customer.updated',
  'invoice.created',
  'invoice.deleted',
  'invoice.finalized',
  'invoice.marked_uncollectible',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.payment_succeeded',
  'invoice.sent',
  'invoice.updated',
  'invoice.voided',
  'invoiceitem.created',
  'invoiceitem.deleted',
  'payment_intent.amount_capturable_updated',
  'payment_intent.canceled',
  'payment_intent.created',
  'payment_intent.payment_failed',
  'payment_intent.requires_action',
  'payment_intent.succeeded',
  'payment_method.attached',
  'payment_method.detached',
  'payment_method.updated',
  'price.created',
  'price.updated',
  'product.created',
  'product.deleted',
  'product.updated',
  'promotion_code.created',
  'promotion_code.updated',
  'setup_intent.canceled',
  'setup_intent.created',
  'setup_intent.requires_action',
  'setup_intent.setup_failed',
  'setup_intent.succeeded',
  'subscription_schedule.canceled',
  'subscription_schedule.created',
  'subscription_schedule.released',
  'subscription_schedule.updated',
  'tax_rate.created',
  'tax_rate.updated',
  'test_helpers.test_clock.advancing',
  'test_helpers.test_clock.created',
  'test_helpers.test_clock.deleted',
  'test_helpers.test_clock.ready',
];

if (binary === null)
  console.warn(`The Stripe CLI is not built for ${process.platform}-${process.arch}: not tested.`);

// The CLI drives; the list of events and what arrived are the judges.
describe.skipIf(binary === null)('the real Stripe CLI', () => {
  let sandbox: TestStripe;
  let cli: Awaited<ReturnType<typeof openCli>>;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  beforeAll(async () => {
    sandbox = await startTestStripe();
    cli = await openCli(sandbox.url);
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await sandbox.close();
    await cli.close();
    await receiver.close();
  });

  const listed = async (type: string) =>
    (await sandbox.as('test').events.list({ type, limit: 1 })).data[0];

  test.each(TRIGGERED)('triggers %s', async (type) => {
    const before = (await listed(type))?.id;
    expect(await cli.run('trigger', type)).toContain('Trigger succeeded');
    const event = await listed(type);
    expect(event?.type).toBe(type);
    expect(event?.id).not.toBe(before);
  });

  test('triggers a bank’s later yes and no', async () => {
    for (const end of ['succeeded', 'failed']) {
      const type = `checkout.session.async_payment_${end}`;
      expect(await cli.run('trigger', type)).toContain('Trigger succeeded');
      expect(await listed(type)).toBeUndefined();
      await sandbox.control('POST', 'clock', { advanceMs: 3 * 86_400_000 });
      expect((await listed(type))?.type).toBe(type);
    }
  });

  test('triggers what only connected accounts tell', async () => {
    const endpoint = { id: 'connect', url: receiver.url, secret: 'whsec_connect', connect: true };
    await sandbox.control('PUT', 'endpoints', endpoint);
    await cli.run('trigger', 'account.updated');
    await cli.run('trigger', 'account.application.deauthorized');
    await sandbox.idle();
    expect(receiver.types()).toEqual(['account.updated', 'account.application.deauthorized']);
    await sandbox.control('PUT', 'endpoints', { ...endpoint, events: [] });
    receiver.received.length = 0;
  });

  test('makes what a file of fixtures says', async () => {
    const file = join(cli.home, 'shop.json');
    const fixtures = [
      { name: 'pro', path: '/v1/products', method: 'post', params: { name: 'Pro' } },
      {
        name: 'monthly',
        path: '/v1/prices',
        method: 'post',
        params: {
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the CLI fills it in
          product: '${pro:id}',
          unit_amount: 1900,
          currency: 'usd',
          recurring: { interval: 'month' },
        },
      },
    ];
    await writeFile(file, JSON.stringify({ _meta: { template_version: 0 }, fixtures }));
    await cli.run('fixtures', file);
    const [price] = (await sandbox.as('test').prices.list({ limit: 1 })).data;
    expect(price).toMatchObject({ unit_amount: 1900, recurring: { interval: 'month' } });
    const product = await sandbox.as('test').products.retrieve(String(price?.product));
    expect(product.name).toBe('Pro');
  });

  test('has its commands for resources answered', async () => {
    const made = JSON.parse(await cli.run('customers', 'create', '--name', 'Ada')) as {
      id: string;
    };
    expect(await cli.run('customers', 'retrieve', made.id)).toContain('"name":"Ada"');
    expect(await cli.run('events', 'list', '--limit', '1')).toContain('customer.created');
  });

  test('moves a test clock, and what lives by it renews', async () => {
    const clocks = (...args: string[]) => cli.run('test_helpers', 'test_clocks', ...args);
    const from = 1_800_000_000;
    const { id } = JSON.parse(await clocks('create', '--frozen-time', `${from}`)) as { id: string };
    const stripe = sandbox.as('test');
    const price = await stripe.prices.create({
      product_data: { name: 'Pro' },
      unit_amount: 1900,
      currency: 'usd',
      recurring: { interval: 'month' },
    });
    const customer = await stripe.customers.create({
      test_clock: id,
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const { id: subscription } = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
    });
    await clocks('advance', id, '--frozen-time', `${from + 32 * 86_400}`);
    await expect.poll(() => clocks('retrieve', id)).toContain('"status":"ready"');
    const { data } = await stripe.invoices.list({ subscription });
    expect(data.map(({ status, amount_paid }) => [status, amount_paid])).toEqual([
      ['paid', 1900],
      ['paid', 1900],
    ]);
  });

  test('forwards what happens to a local address, signed by the secret it printed', async () => {
    const listener = await cli.listen('--forward-to', receiver.url);
    try {
      const { id } = await sandbox.as('test').customers.create({ name: 'Ada' });
      await expect.poll(() => receiver.received.length).toBe(1);
      const { body = '', signature = '' } = receiver.received[0] ?? {};
      const { webhooks } = sandbox.as('test');
      const event = webhooks.constructEvent(body, signature, listener.secret);
      expect(event).toMatchObject({ type: 'customer.created', data: { object: { id } } });
      await cli.run('events', 'resend', event.id);
      await expect.poll(() => receiver.types()).toEqual(['customer.created', 'customer.created']);
      expect(JSON.parse(receiver.received[1]?.body ?? '')).toMatchObject({ id: event.id });
    } finally {
      await listener.close();
      receiver.received.length = 0;
    }
  });

  test('forwards what happens in connected accounts where it is told to', async () => {
    const on = { stripeAccount: await sandbox.connect() };
    const listener = await cli.listen('--forward-connect-to', receiver.url);
    try {
      await sandbox.as('test').customers.create({ name: 'ours' });
      await sandbox.as('test').customers.create({ name: 'theirs' }, on);
      await expect.poll(() => receiver.received.length).toBe(1);
      expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
        account: on.stripeAccount,
        data: { object: { name: 'theirs' } },
      });
    } finally {
      await listener.close();
    }
  });
});
