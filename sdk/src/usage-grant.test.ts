import { afterEach, expect, it } from 'vitest';
import { Dream } from './index.ts';
import { startServer } from './test-server.ts';

let close = async () => {};
afterEach(() => close());

it('grants a customer units of the running period, with the key it is told', async () => {
  const usage = { count: 3, limit: 5, granted: 2 };
  const server = await startServer([{ status: 200, body: { success: true, usage } }]);
  ({ close } = server);
  const dream = new Dream({ secretKey: 'sk_test_x', baseUrl: server.url });
  const given = await dream.usage.grant({ customer: 'ada', units: 2, idempotencyKey: 'sorry' });
  expect(given).toEqual(usage);
  expect(server.seen[0]).toMatchObject({
    method: 'POST',
    url: '/api/usage/grants',
    body: '{"units":2}',
    headers: { 'x-user-id': 'ada', 'idempotency-key': 'sorry' },
  });
});
