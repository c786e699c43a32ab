import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAccount, isSandbox, TestAccount } from '../../../test/stripe-test-account.ts';
import type { StripeClient } from './client.ts';
import type { EventPage } from './missed-events.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** What Stripe does by itself may take a minute there. */
const SOON = { timeout: 120_000, interval: 500 };

/** The same tests against the sandbox, always, and by `npm run check:stripe` against Stripe. */
describe.each([
  { whose: 'the platform’s own account', open: async () => null },
  ...(isSandbox ? [{ whose: 'a connected account', open: connectAccount }] : []),
])('in $whose', ({ open }) => {
  let account: TestAccount;
  let stripe: StripeClient;
  beforeAll(async () => {
    account = await TestAccount.open(await open());
    stripe = account.client;
  });
  afterAll(() => account?.close());

  /** The line of a subscription, changed to the yearly price. */
  const toYearly = async (subscriptionId: string) => {
    const { items } = await account.subscription(subscriptionId);
    return { subscriptionId, items: [{ id: items[0]?.id ?? '', price: account.yearly }] };
  };

  describe('what is sold', () => {
    it('a product made twice is one, with the newest words', async () => {
      const id = account.productId;
      const words = { id, name: 'Pro', description: 'More', active: true };
      expect(await stripe.putProduct(words)).toBe(id);
      const { description } = await account.owner.products.retrieve(id, {}, account.on);
      expect(description).toBe('More');
    });

    it('a price made twice for a row is one, is found by its row, and is archived', async () => {
      const price = {
        rowId: account.key('prc'),
        productId: account.productId,
        priceMinor: 500,
        currency: 'eur',
        interval: 'month' as const,
        taxBehavior: 'inclusive' as const,
      };
      const made = await stripe.createPrice(price);
      expect(await stripe.createPrice(price)).toBe(made);
      expect(await stripe.findPrice(account.productId, price.rowId)).toBe(made);
      expect(await stripe.findPrice(account.productId, 'prc_other')).toBeNull();
      await stripe.archivePrice(made);
      expect((await account.owner.prices.retrieve(made, {}, account.on)).active).toBe(false);
    });

    it('use is counted by a meter that is made once, each id once', async () => {
      const eventName = `check_${account.run}`;
      const meter = { eventName, feature: 'requests' };
      const meterId = await stripe.putMeter(meter);
      try {
        expect(await stripe.putMeter(meter)).toBe(meterId);
        const stripeCustomerId = await account.buyer();
        const id = account.key('use');
        const use = { id, eventName, stripeCustomerId, units: 5, atMs: Date.now() - 60_000 };
        expect(await stripe.hasUse(use)).toBe(false);
        await stripe.reportUse(use);
        await stripe.reportUse(use);
        await expect.poll(() => stripe.hasUse(use), SOON).toBe(true);
        expect(await stripe.hasUse({ ...use, units: 6 })).toBe(false);
      } finally {
        await account.owner.billing.meters.deactivate(meterId, {}, account.on);
      }
    });
  });

  describe('a checkout', () => {
    it('is open until it is expired', async () => {
      const made = await account.startCheckout(await account.buyer());
      expect(made).toMatchObject({ kind: 'checkout', status: 'open', subscriptionId: null });
      expect(made.url).toMatch(/^http/);
      for (const _ of ['first', 'again'])
        expect(await stripe.expireCheckout(made.id)).toMatchObject({ status: 'expired' });
    });

    it('that was paid says so when it is to be expired, and leads to its subscription', async () => {
      const customer = await account.buyer();
      const { id } = await account.startCheckout(customer);
      await account.payCheckout(id);
      const paid = await stripe.expireCheckout(id);
      expect(paid).toMatchObject({ status: 'complete', url: null });
      expect(await stripe.fetchObject(paid?.subscriptionId ?? '')).toMatchObject({
        kind: 'subscription',
        stripeCustomerId: customer,
        status: 'active',
        items: [{ priceId: account.monthly, interval: 'month' }],
      });
    });

    it('of an unknown price is refused with a reason', async () => {
      const refused = account.startCheckout(await account.buyer(), 'price_nope');
      await expect(refused).rejects.toMatchObject({
        code: 'provider_refused',
        details: { reason: expect.stringContaining('price') },
      });
    });
  });

  describe('a subscription', () => {
    it('changed at once is invoiced as it was previewed, and once, however often it is asked for', async () => {
      const { id, customer } = await account.subscriber();
      const change = await toYearly(id);
      const prorationAtMs = Math.floor(Date.now() / 1000) * 1000;
      const preview = await stripe.previewChange(change, prorationAtMs);
      expect(preview).toMatchObject({ currency: 'usd', dueMinor: 17_100, taxMinor: 0 });
      const key = account.key('change');
      for (const _ of ['first', 'again'])
        await stripe.changeNow({ ...change, isProrated: true, prorationAtMs }, key);
      const { items, status } = await account.subscription(id);
      expect([status, items.map(({ priceId }) => priceId)]).toEqual(['active', [account.yearly]]);
      const { data } = await account.owner.invoices.list({ customer }, account.on);
      const due = data.map(({ amount_due: dueMinor, status: paid }) => [dueMinor, paid]);
      expect(due).toEqual([
        [preview.dueMinor, 'paid'],
        [1900, 'paid'],
      ]);
    });

    it('whose change is declined stays as it was', async () => {
      const { id, customer } = await account.subscriber();
      await account.giveCard(customer, 'pm_card_chargeCustomerFail');
      const change = { ...(await toYearly(id)), isProrated: true, prorationAtMs: null };
      const declined = stripe.changeNow(change, account.key('change'));
      await expect(declined).rejects.toMatchObject({ code: 'payment_failed' });
      expect(await account.subscription(id)).toMatchObject({
        status: 'active',
        items: [{ priceId: account.monthly }],
      });
    });

    it('changed later keeps its price until the period ends, and that can be taken back', async () => {
      const { id } = await account.subscriber();
      const change = await toYearly(id);
      await stripe.changeLater(change);
      await stripe.changeLater(change);
      const waiting = await account.subscription(id);
      expect(waiting).toMatchObject({ items: [{ priceId: account.monthly }] });
      expect(waiting.next).toEqual({
        priceIds: [account.yearly],
        atMs: waiting.items[0]?.renewsAtMs,
      });
      await stripe.keepGoing(id);
      expect((await account.subscription(id)).next).toBeNull();
    });

    it('ends with its period when it is told to, and goes on when that is taken back', async () => {
      const { id } = await account.subscriber();
      await stripe.endWithPeriod(id);
      const { endsAtMs, items, status } = await account.subscription(id);
      expect([status, endsAtMs]).toEqual(['active', items[0]?.renewsAtMs]);
      await stripe.keepGoing(id);
      await stripe.keepGoing(id);
      expect(await account.subscription(id)).toMatchObject({ endsAtMs: null, status: 'active' });
    });

    it('that is cancelled is canceled, also the second time', async () => {
      const { id } = await account.subscriber();
      await stripe.cancelSubscription(id);
      await stripe.cancelSubscription(id);
      expect(await account.subscription(id)).toMatchObject({ status: 'canceled' });
    });

    it('is given back whole what it paid last, and that once', async () => {
      const { id, customer } = await account.subscriber();
      for (const _ of ['first', 'again']) expect(await stripe.refundSubscription(id)).toBe(true);
      const { data } = await account.owner.charges.list({ customer }, account.on);
      expect(data).toHaveLength(1);
      expect(await stripe.fetchObject(data[0]?.id ?? '')).toMatchObject({
        kind: 'payment',
        stripeCustomerId: customer,
        status: 'succeeded',
        amountMinor: 1900,
        refundedMinor: 1900,
        currency: 'usd',
      });
      const trial = await account.subscriber({ trialDays: 7 });
      expect(await stripe.refundSubscription(trial.id)).toBe(false);
    });

    it('lives by the clock of its customer: it renews, and is past due when the card fails', async () => {
      const { id, customer } = await account.subscriber({ clockMs: Date.now() });
      const first = (await account.subscription(id)).items[0]?.renewsAtMs ?? 0;
      await account.moveTo(customer, first + 2 * HOUR_MS);
      const renewed = await account.subscription(id);
      expect(renewed).toMatchObject({ status: 'active', pastDueSinceMs: null });
      const second = renewed.items[0]?.renewsAtMs ?? 0;
      expect(second - first).toBeGreaterThan(27 * DAY_MS);
      await account.giveCard(customer, 'pm_card_chargeCustomerFail');
      await account.moveTo(customer, second + 2 * HOUR_MS);
      const late = await account.subscription(id);
      expect(late.status).toBe('past_due');
      expect(late.pastDueSinceMs).toBeGreaterThanOrEqual(second);
    });

    it('has its events listed, from the newest to the end of the window', async () => {
      const sinceMs = Date.now();
      const { id } = await account.subscriber();
      await stripe.cancelSubscription(id);
      const seen = async () => {
        const types: string[] = [];
        const untilMs = Date.now() + HOUR_MS;
        let afterId: string | null = null;
        for (;;) {
          const page: EventPage = await stripe.listEvents({ sinceMs, untilMs, afterId });
          for (const { type, subjects } of page.events)
            if (subjects.some(({ objectId }) => objectId === id)) types.push(type);
          if (page.isLast) return types;
          afterId = page.events.at(-1)?.id ?? null;
        }
      };
      const all = ['customer.subscription.created', 'customer.subscription.deleted'];
      await expect.poll(seen, SOON).toEqual(expect.arrayContaining([...all, 'invoice.paid']));
      const types = await seen();
      expect(types.indexOf(all[1] ?? '')).toBeLessThan(types.indexOf(all[0] ?? ''));
    });
  });

  describe('a customer', () => {
    it('that is deleted takes the subscription along, and is gone', async () => {
      const { id, customer } = await account.subscriber();
      await stripe.deleteCustomer(customer);
      await stripe.deleteCustomer(customer);
      expect(await stripe.fetchObject(customer)).toEqual({ kind: 'gone', id: customer });
      expect(await stripe.fetchObject(id)).toMatchObject({ status: 'canceled' });
    });

    it('has a portal that opens', async () => {
      const stripeCustomerId = await account.buyer();
      const returnUrl = 'https://shop.example/account';
      expect(await stripe.openPortal({ stripeCustomerId, returnUrl })).toMatch(/^http/);
    });
  });

  it('nothing is found under an id that is nobody’s', async () => {
    for (const id of ['sub_nope', 'cs_test_nope', 'cus_nope', 'ch_nope', 'whatever'])
      expect(await stripe.fetchObject(id)).toEqual({ kind: 'gone', id });
  });
});
