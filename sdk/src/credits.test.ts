import { afterEach, expect, it } from 'vitest';
import { Dream } from './index.ts';
import { type Reply, startServer } from './test-server.ts';

let close = async () => {};
afterEach(() => close());

async function dreamWith(...bodies: object[]) {
  const replies = bodies.map((body): Reply => ({ status: 200, body }));
  const { url, seen, close: stop } = await startServer(replies);
  close = stop;
  return { dream: new Dream({ secretKey: 'sk_test_x', baseUrl: url }), seen };
}

it('gives a customer credits, with the key it is told', async () => {
  const { dream, seen } = await dreamWith({
    success: true,
    grant: { id: 'crg_a' },
    balanceUnits: 9,
  });
  const given = await dream.credits.grant({
    customer: 'ada',
    units: 9,
    expiresInDays: 30,
    idempotencyKey: 'gift',
  });
  expect(given).toEqual({ grant: { id: 'crg_a' }, balanceUnits: 9 });
  expect(seen[0]).toMatchObject({
    method: 'POST',
    url: '/api/credits/grants',
    body: '{"units":9,"expiresInDays":30}',
    headers: { 'x-user-id': 'ada', 'idempotency-key': 'gift' },
  });
});

it('reads the whole ledger page by page, and the balance alone at once', async () => {
  const page = (seq: number, nextCursor: string | null) => ({ entries: [{ seq }], nextCursor });
  const { dream, seen } = await dreamWith(page(2, '2'), page(1, null));
  const found: number[] = [];
  for await (const { seq } of dream.credits.history({ customer: 'ada' })) found.push(seq);
  await dream.credits.balance({ customer: 'ada' });
  expect(found).toEqual([2, 1]);
  expect(seen.map(({ url }) => url)).toEqual([
    '/api/credits?limit=100',
    '/api/credits?limit=100&cursor=2',
    '/api/credits',
  ]);
});
