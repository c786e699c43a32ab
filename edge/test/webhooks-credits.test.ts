import { beforeEach, expect, it, vi } from 'vitest';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';
import { Receiver } from './receiver.ts';

let shop: TestEnvironment;
let receiver: Receiver;

beforeEach(async () => {
  shop = await createEnvironment();
  receiver = new Receiver();
  const base = `/api/projects/${shop.id}/test`;
  await manage('PUT', `${base}/tiers/free`, {
    displayName: 'Free',
    features: [{ kind: 'credits', name: 'tokens', weight: 2 }],
    credits: { allowanceUnits: 100, rollOverCapUnits: 0 },
    rateLimitPerMinute: null,
  });
  const events = ['credits.low', 'credits.granted', 'usage.threshold', 'usage.limit_reached'];
  await manage('POST', `${base}/webhooks`, { url: receiver.url, events });
});

const track = (amount: number) =>
  call('POST', '/api/usage', { key: shop.sk, user: 'ada', body: { feature: 'tokens', amount } });
const give = (units: number) =>
  call('POST', '/api/credits/grants', { key: shop.sk, user: 'ada', body: { units } });

/** What came, in the order of what it tells. */
const untilTold = (expected: string[]) =>
  vi.waitFor(
    async () => {
      const told = (await receiver.events()).map(({ type, data }) => {
        if (type.startsWith('usage.')) return `${type} at ${data.usedUnits} of ${data.limitUnits}`;
        return type === 'credits.low'
          ? `low ${data.percent} of ${data.fullUnits} at ${data.balanceUnits}`
          : `granted ${data.grant.units} to ${data.balanceUnits}`;
      });
      expect(told.toSorted()).toEqual(expected);
    },
    { timeout: 20_000 },
  );

it('credits that run low are told of at 80 and 100 % used, once each until the balance rises', async () => {
  for (const amount of [39, 1, 1, 9, 1]) await track(amount);
  const refused = 'usage.limit_reached at 50 of 50';
  await untilTold(['low 100 of 100 at 0', 'low 80 of 100 at 20', refused]);
  await give(50);
  for (const amount of [19, 1]) await track(amount);
  await untilTold([
    'granted 50 to 50',
    'low 100 of 100 at 0',
    'low 80 of 100 at 20',
    'low 80 of 50 at 10',
    refused,
  ]);
  const low = (await receiver.events()).find(({ type }) => type === 'credits.low');
  expect(low.data).toMatchObject({ customer: { externalId: 'ada' }, plan: 'free' });
});

it('of a limit that credits move no threshold is told, and of being refused once a period', async () => {
  for (const amount of [45, 6, 6]) await track(amount);
  await untilTold(['low 80 of 100 at 10', 'usage.limit_reached at 45 of 50']);
  await give(10);
  for (const amount of [10, 1]) await track(amount);
  await untilTold([
    'granted 10 to 20',
    'low 100 of 20 at 0',
    'low 80 of 100 at 10',
    'low 80 of 20 at 0',
    'usage.limit_reached at 45 of 50',
  ]);
  const refused = (await receiver.events()).find(({ type }) => type === 'usage.limit_reached');
  expect(refused.data).toMatchObject({ feature: 'tokens', plan: 'free' });
});
