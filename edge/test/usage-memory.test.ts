import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { shardOf } from '../src/customers/customer-id.ts';
import type { Bindings } from '../src/env.ts';
import { LiveHolds } from '../src/usage/live-holds.ts';
import { MeterRpc } from '../src/usage/meter.rpc.ts';
import { withRowsCounted } from './counted-rows.ts';
import { call, createEnvironment } from './harness.ts';

const { SHARD } = env as unknown as Bindings;
const CUSTOMERS = 100_000;

it('a shard of 100,000 customers reads a few rows to open and to count, whoever calls', async () => {
  const shop = await createEnvironment();
  await call('POST', '/api/usage', { key: shop.sk, user: 'ada' });
  const { id } = (await call('GET', '/api/customers/ada', { key: shop.sk })).body.customer;
  const shard = SHARD.getByName(`${shop.id}:test:${shardOf(id)}`);
  await runInDurableObject(shard, (_, { storage: { sql } }) => {
    const many = `WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < ${CUSTOMERS})`;
    sql.exec(`INSERT INTO customer (id, version) ${many} SELECT 'cust_' || n, 1 FROM one`);
    sql.exec(
      `INSERT INTO meter (customer_id, feature, used_units, period_start_ms, period_end_ms, window_start_ms, window_calls)
       ${many} SELECT 'cust_' || n, 'requests', 1, 0, 1e15, 0, 0 FROM one`,
    );
    sql.exec('UPDATE roll_up SET due_ms = NULL');
  });
  await evictDurableObject(shard);
  const rows = await runInDurableObject(shard, (_, { storage }) => {
    const counted = withRowsCounted(storage);
    const none = () => {};
    const meter = new MeterRpc(counted.storage, none, none, none, new LiveHolds());
    const countFor = (customerId: string) => {
      const answer = meter.track({
        customerId,
        feature: 'requests',
        amountUnits: 1,
        headerPlan: null,
        idempotency: { key: crypto.randomUUID(), fingerprint: 'f' },
        rulesVersion: 0,
        nowMs: Date.now(),
      });
      expect(answer).toMatchObject({ kind: 'usage', usage: { count: 2 } });
      return counted.rows().read;
    };
    const known = [countFor('cust_7'), countFor('cust_99999')];
    return Math.max(...known);
  });
  // The rules, the customer, its meter, and the hours of a day in which keys may have been written.
  expect(rows).toBeLessThan(80);
});
