import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { shardOf } from '../src/customers/customer-id.ts';
import { reportOverage } from '../src/usage/overage.job.ts';
import { meterEventName } from '../src/usage/overage.ts';
import { rowsOfCalls } from './counted-rows.ts';
import { type Answer, control, deps, manage, Shop, whileStripeIsDown } from './billing-shop.ts';

const LIMIT = 10;
const overage = { perUnits: 5, prices: [{ priceMinor: 200, currency: 'usd' }] };
const requests = (limitUnits: number, soft = true) => ({
  kind: 'metered',
  name: 'requests',
  limitUnits,
  overage: soft ? overage : null,
});

let shop: Shop;
const save = (tier: string, features: object[], fields: object = {}) =>
  manage('PUT', `${shop.base}/tiers/${tier}`, {
    displayName: tier,
    features,
    prices: [{ priceMinor: 1900, currency: 'usd', interval: 'month' }],
    rateLimitPerMinute: null,
    ...fields,
  });
beforeAll(async () => {
  shop = await Shop.open();
  await save('gold', [requests(LIMIT)]);
  await save('hard', [requests(LIMIT, false)]);
  await save('trial', [requests(LIMIT)], { trialDays: 7 });
});
beforeEach(async () => {
  await save('gold', [requests(LIMIT)]);
});
afterEach(() => {
  vi.useRealTimers();
});

const setDate = (nowMs: number) => vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
const subscriber = async (tier = 'gold') => {
  const id = await shop.newCustomer();
  await shop.buy(id, tier);
  return id;
};
const track = (id: string, amount = 1): Promise<Answer> =>
  shop.bySecretKey('POST', '/api/usage', { amount }, id);
const shardFor = (id: string) => deps.shard(shop.ref, shardOf(id) ?? '');
const waiting = (id: string) =>
  runInDurableObject(shardFor(id), (_, { storage }) =>
    storage.sql
      .exec<{ id: string; units: number; at_ms: number; tries: number }>(
        'SELECT * FROM overage_report WHERE customer_id = ?',
        id,
      )
      .toArray(),
  );

/** A minute later: the shard's alarm rings, and what it had to report has been sent. */
async function aMinuteLater(id: string, minutes = 1): Promise<void> {
  setDate(Date.now() + minutes * 60_000);
  await runDurableObjectAlarm(shardFor(id));
}

/** What Stripe counted of a customer, from long ago until tomorrow. */
async function counted(id: string): Promise<number> {
  const facts = await deps.project(shop.ref).billing().checkouting(id, Date.now());
  const customer = facts.ok ? (facts.value.stripeCustomerId ?? '') : '';
  const { data } = await shop.stripe.billing.meters.list({ limit: 100 }, shop.onAccount);
  const name = meterEventName(shop.ref, 'requests');
  const meter = data.find(({ event_name }) => event_name === name)?.id ?? '';
  const today = Math.floor(Date.now() / 86_400_000) * 86_400;
  const sums = await shop.stripe.billing.meters.listEventSummaries(
    meter,
    { customer, start_time: today - 40 * 86_400, end_time: today + 3 * 86_400 },
    shop.onAccount,
  );
  return sums.data.reduce((sum, one) => sum + one.aggregated_value, 0);
}

describe('overage', () => {
  it('of a subscriber is what is above the limit, reported once a minute at most', async () => {
    const id = await subscriber();
    for (const amount of [8, 1, 3, 1, 7]) expect((await track(id, amount)).status).toBe(200);
    expect((await track(id)).body.usage).toMatchObject({ count: 21, overageUnits: 11 });
    await runDurableObjectAlarm(shardFor(id));
    expect([await counted(id), await waiting(id)]).toEqual([0, []]);
    await aMinuteLater(id);
    expect([await counted(id), await waiting(id)]).toEqual([11, []]);
    await aMinuteLater(id);
    expect(await counted(id)).toBe(11);
    await track(id, 4);
    await aMinuteLater(id);
    expect(await counted(id)).toBe(15);
  });

  it('of many at once adds up to count − limit', async () => {
    const id = await subscriber();
    await Promise.all(Array.from({ length: 40 }, () => track(id)));
    await aMinuteLater(id);
    expect(await counted(id)).toBe(30);
  });

  it('does not wait in a shard that nobody calls: its alarm is set', async () => {
    const id = await subscriber();
    await track(id, 12);
    const alarmMs = await runInDurableObject(shardFor(id), (_, { storage }) => storage.getAlarm());
    expect(alarmMs).toBeGreaterThan(Date.now());
    expect(alarmMs).toBeLessThanOrEqual(Date.now() + 60_000);
    await aMinuteLater(id);
    expect(await runInDurableObject(shardFor(id), (_, { storage }) => storage.getAlarm())).toBe(
      null,
    );
  });

  it('of a period that is over is dated within it, whoever comes first', async () => {
    const id = await subscriber();
    const { resetsAtMs } = (await track(id, 1)).body.usage;
    setDate(resetsAtMs - 5000);
    await track(id, 13);
    setDate(resetsAtMs + 1000);
    expect((await track(id, 12)).body.usage).toMatchObject({ count: 12, overageUnits: 2 });
    const [report] = await waiting(id);
    expect(report).toMatchObject({ units: 4, at_ms: resetsAtMs - 5000 });
    setDate(resetsAtMs + 61_000);
    const taken = await shardFor(id).overage().take(Date.now(), 10);
    expect(taken.map(({ units, atMs }) => [units, atMs])).toEqual([
      [4, resetsAtMs - 5000],
      [2, resetsAtMs + 1000],
    ]);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    [
      'a count raised to its limit',
      (id) => shop.bySecretKey('POST', `/api/customers/${id}/clock`, { to: 'limit' }),
    ],
    [
      'a count changed by hand',
      (id) =>
        manage('POST', `${shop.base}/customers/${id}/usage`, {
          feature: 'requests',
          kind: 'change',
          units: 2,
        }),
    ],
    ['units granted', (id) => shop.bySecretKey('POST', '/api/usage/grants', { units: 2 }, id)],
  ])(
    'of a period that is over is kept, also when the next one begins with %s',
    async (_, begin) => {
      const id = await subscriber();
      const { resetsAtMs } = (await track(id, 1)).body.usage;
      setDate(resetsAtMs - 5000);
      await track(id, 13);
      setDate(resetsAtMs + 1000);
      await begin(id);
      expect(await waiting(id)).toMatchObject([{ units: 4, at_ms: resetsAtMs - 5000 }]);
    },
  );

  it('of a period that is over is kept, also when the next one begins with a refusal', async () => {
    const base = `${shop.base}/webhooks`;
    const { webhook } = await manage('POST', base, {
      url: 'https://hooks.example.com/refused',
      events: ['usage.limit_reached'],
    });
    const id = await subscriber();
    const { resetsAtMs } = (await track(id, 1)).body.usage;
    setDate(resetsAtMs - 5000);
    await track(id, 13);
    await save('gold', [requests(LIMIT, false)]);
    setDate(resetsAtMs + 11_000);
    expect((await track(id, 11)).body.code).toBe('limit_reached');
    expect(await waiting(id)).toMatchObject([{ units: 4, at_ms: resetsAtMs - 5000 }]);
    await manage('DELETE', `${base}/${webhook.id}`);
  });

  it('is not billed for units that were within the limit when they were used', async () => {
    const id = await subscriber();
    await track(id, 9);
    await save('gold', [requests(5)]);
    expect((await track(id, 1)).body.usage).toMatchObject({ count: 10, limit: 5 });
    await aMinuteLater(id);
    expect(await counted(id)).toBe(1);
  });
});

describe('a renewal', () => {
  /** What the invoices of a subscription ask for use above the limit: units and money. */
  const billed = async (id: string) => {
    const [bought] = await shop.subscriptionsAtStripe(id);
    const { data } = await shop.stripe.invoices.list(
      { subscription: bought?.id ?? '' },
      shop.onAccount,
    );
    return data.map(({ lines, status, amount_paid }) => ({
      status,
      paid: amount_paid,
      overage: lines.data
        .filter(({ amount, description }) => amount > 0 && description?.includes('above the limit'))
        .map(({ quantity, amount }) => [quantity, amount]),
    }));
  };
  const move = async (id: string) => {
    const moved = await shop.bySecretKey('POST', `/api/customers/${id}/clock`, { to: 'renewal' });
    expect(moved.status).toBe(200);
  };

  it('bills what was above the limit, to the cent, and in the next period nothing of it again', async () => {
    const id = await subscriber();
    for (const amount of [8, 1, 3, 1, 7, 1]) await track(id, amount);
    await aMinuteLater(id);
    const [bought] = await shop.subscriptionsAtStripe(id);
    // A period begins and ends in whole seconds; what is used in its last one is of the next.
    const from = performance.now();
    await vi.waitFor(() => expect(performance.now() - from).toBeGreaterThan(2000), 5000);
    await control(`subscriptions/${bought?.id}/period-end`, {});
    // 11 units above the limit of 10 are three begun fives.
    const [renewal] = await billed(id);
    expect(renewal).toEqual({ status: 'paid', paid: 1900 + 600, overage: [[11, 600]] });
    await control(`subscriptions/${bought?.id}/period-end`, {});
    expect((await billed(id))[0]).toEqual({ status: 'paid', paid: 1900, overage: [] });
  });

  it('of a customer with a test clock bills what was used until then, each time in its own period', async () => {
    await manage('PATCH', `${shop.base}/settings`, { period: 'subscription' });
    const email = `${crypto.randomUUID()}@example.com`;
    const made = await shop.bySecretKey('POST', '/api/customers', { email, testClock: true });
    const { id } = made.body.customer;
    await shop.buy(id, 'gold');
    await track(id, 17);
    await move(id);
    expect((await billed(id))[0]).toEqual({ status: 'paid', paid: 2300, overage: [[7, 400]] });
    expect((await track(id, LIMIT)).body.usage).toMatchObject({ count: LIMIT });
    await move(id);
    expect((await billed(id))[0]).toEqual({ status: 'paid', paid: 1900, overage: [] });
    await track(id, 11);
    await whileStripeIsDown(async () => {
      const failed = await shop.bySecretKey('POST', `/api/customers/${id}/clock`, {
        to: 'renewal',
      });
      expect(failed).toMatchObject({ status: 503, body: { code: 'provider_unavailable' } });
    });
    await move(id);
    expect((await billed(id))[0]).toEqual({ status: 'paid', paid: 2100, overage: [[1, 200]] });
    await manage('PATCH', `${shop.base}/settings`, { period: 'month' });
  });
});

describe('overage of a hold', () => {
  const hold = async (id: string, amount: number, seconds = 60) =>
    (await shop.bySecretKey('POST', '/api/usage/holds', { amount, seconds }, id)).body.hold;
  const end = (holdId: string, how: string, used: number): Promise<Answer> =>
    shop.bySecretKey('POST', `/api/usage/holds/${holdId}/${how}`, { used });

  it('is billed once, for what was used, when it is settled or renewed', async () => {
    const id = await subscriber();
    await track(id, 8);
    const first = await hold(id, 50);
    expect(first.units).toBe(50);
    expect(await waiting(id)).toEqual([]);
    const renewed = await end(first.id, 'renew', 5);
    expect(renewed.body.usage).toMatchObject({ count: 13, held: 50, overageUnits: 3 });
    expect((await end(renewed.body.hold.id, 'settle', 4)).body.usage).toMatchObject({
      count: 17,
      overageUnits: 7,
    });
    await end(renewed.body.hold.id, 'settle', 4);
    await aMinuteLater(id);
    await aMinuteLater(id);
    expect(await counted(id)).toBe(7);
  });

  it('is billed for all of it when it expires, in the period of the grant, whoever comes first', async () => {
    const id = await subscriber();
    const { resetsAtMs } = (await track(id, 8)).body.usage;
    setDate(resetsAtMs - 5000);
    const { expiresAtMs } = await hold(id, 6);
    expect(expiresAtMs).toBe(resetsAtMs);
    setDate(resetsAtMs + 1000);
    expect((await track(id, 12)).body.usage).toMatchObject({ count: 12, overageUnits: 2 });
    expect(await waiting(id)).toMatchObject([{ units: 4, at_ms: resetsAtMs - 1000 }]);
  });

  it('is refused in a trial', async () => {
    const id = await subscriber('trial');
    const refused = await shop.bySecretKey('POST', '/api/usage/holds', { amount: 11 }, id);
    expect(refused.body.code).toBe('limit_reached');
  });

  it('ends with the period of a test clock, which is moved while it is held', async () => {
    await manage('PATCH', `${shop.base}/settings`, { period: 'subscription' });
    const email = `${crypto.randomUUID()}@example.com`;
    const made = await shop.bySecretKey('POST', '/api/customers', { email, testClock: true });
    const { id } = made.body.customer;
    await shop.buy(id, 'gold');
    const { id: holdId } = await hold(id, 4);
    const moved = await shop.bySecretKey('POST', `/api/customers/${id}/clock`, { to: 'renewal' });
    expect(moved.status).toBe(200);
    expect(await end(holdId, 'settle', 1)).toMatchObject({
      status: 410,
      body: { code: 'hold_expired' },
    });
    expect((await track(id, 1)).body.usage).toMatchObject({ count: 1, remaining: LIMIT - 1 });
    await manage('PATCH', `${shop.base}/settings`, { period: 'month' });
  });
});

describe('overage of who does not pay for it', () => {
  it('is counted and not billed when the plan was set', async () => {
    const id = await shop.newCustomer();
    await shop.bySecretKey('PATCH', `/api/customers/${id}`, { plan: 'gold' });
    expect((await track(id, 14)).body.usage).toMatchObject({ count: 14, overageUnits: 4 });
    await aMinuteLater(id);
    expect(await waiting(id)).toEqual([]);
  });

  it('is refused in a trial', async () => {
    const id = await subscriber('trial');
    expect((await track(id, 11)).body.code).toBe('limit_reached');
  });

  it('is refused to a subscriber from before there was any', async () => {
    const id = await subscriber('hard');
    await save('hard', [requests(LIMIT)]);
    expect((await track(id, 11)).body.code).toBe('limit_reached');
    await save('hard', [requests(LIMIT, false)]);
  });

  it('ends with the subscription', async () => {
    const id = await subscriber();
    await track(id, 12);
    const [bought] = await shop.subscriptionsAtStripe(id);
    await shop.stripe.subscriptions.cancel(bought?.id ?? '', {}, shop.onAccount);
    await shop.hear('customer.subscription.deleted', {
      id: bought?.id,
      customer: bought?.customer,
    });
    expect(await shop.shardPlan(id)).toBe('free');
    await track(id, 5);
    await aMinuteLater(id);
    expect(await counted(id)).toBe(2);
  });
});

describe('a report', () => {
  const reportOnce = async (id: string, more: { id?: string } = {}) => {
    const [report] = await shardFor(id).overage().take(Date.now(), 1);
    const facts = await deps.project(shop.ref).billing().checkouting(id, Date.now());
    if (!report || !facts.ok || !facts.value.stripeCustomerId) throw new Error('nothing to report');
    const { stripeCustomerId } = facts.value;
    const eventName = meterEventName(shop.ref, report.feature);
    await deps.stripe(shop.ref, shop.account).reportUse({
      ...report,
      ...more,
      eventName,
      stripeCustomerId,
    });
  };
  /** The process dies: what is in memory is gone, what is on disk starts anew. */
  const kill = async (id: string) => {
    await runInDurableObject(shardFor(id), (_, state) => state.abort('killed')).catch(() => {});
  };

  it('that arrived just before the process died is counted once', async () => {
    const id = await subscriber();
    await track(id, 17);
    setDate(Date.now() + 60_000);
    await reportOnce(id);
    await kill(id);
    expect(await waiting(id)).toHaveLength(1);
    await aMinuteLater(id);
    expect([await counted(id), await waiting(id)]).toEqual([7, []]);
  });

  it('is neither lost nor doubled when the process dies before it is sent', async () => {
    const id = await subscriber();
    await track(id, 17);
    await kill(id);
    setDate(Date.now() + 60_000);
    await shardFor(id).overage().take(Date.now(), 1);
    await kill(id);
    await track(id, 2);
    await aMinuteLater(id);
    await aMinuteLater(id);
    expect([await counted(id), await waiting(id)]).toEqual([9, []]);
  });

  it('is looked for before it is sent again when Stripe may have forgotten it', async () => {
    const id = await subscriber();
    await track(id, 17);
    setDate(Date.now() + 60_000);
    // By another id: one that Stripe has forgotten would be counted once more.
    await reportOnce(id, { id: `forgotten_${id}` });
    await kill(id);
    await aMinuteLater(id, 24 * 60);
    expect([await counted(id), await waiting(id)]).toEqual([7, []]);
  });

  it('waits while Stripe is down, and delays nothing that is counted', async () => {
    const id = await subscriber();
    await track(id, 17);
    setDate(Date.now() + 60_000);
    await whileStripeIsDown(() => reportOverage(deps, shop.ref, shardOf(id) ?? ''));
    expect((await track(id, 1)).status).toBe(200);
    expect(await waiting(id)).toMatchObject([{ units: 7, tries: 1 }]);
    await aMinuteLater(id);
    await aMinuteLater(id);
    expect([await counted(id), await waiting(id)]).toEqual([8, []]);
  });

  it('is erased with its customer', async () => {
    const id = await subscriber();
    await track(id, 17);
    await whileStripeIsDown(() => shop.bySecretKey('DELETE', `/api/customers/${id}`));
    const kept = await runInDurableObject(shardFor(id), (_, { storage }) =>
      storage.sql.exec('SELECT * FROM overage_due WHERE customer_id = ?', id).toArray(),
    );
    expect([kept, await waiting(id)]).toEqual([[], []]);
  });
});

describe('a metered call', () => {
  it('writes one row, also above the limit but for the first of a minute', async () => {
    const id = await subscriber();
    await track(id, 8);
    const call = { customerId: id, feature: 'requests' };
    const rows = await rowsOfCalls(shardFor(id), [call, call, call, call, call]);
    expect(rows.map(({ written }) => written)).toEqual([1, 1, 2, 1, 1]);
  });
});
