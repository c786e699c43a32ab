import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { topCustomers } from '../src/metrics/top-customers.rpc.ts';
import type { DayUsage } from '../src/usage/day.ts';
import { call, createEnvironment, type TestEnvironment } from './harness.ts';

const deps = await createDeps(env as unknown as Bindings);
const MONTH = '2030-11';
const FEATURES = ['requests', 'exports'];
const CUSTOMERS = 45;

let shop: TestEnvironment;
let ids: string[];
beforeAll(async () => {
  shop = await createEnvironment();
  const made = Array.from({ length: CUSTOMERS }, async (_, at) => {
    const { body } = await call('GET', '/api/usage', { key: shop.sk, user: `own-${at}` });
    return body.userId as string;
  });
  ids = await Promise.all(made);
});
const project = () => deps.project({ projectId: shop.id, mode: shop.mode });
const top = () =>
  runInDurableObject(project(), (_, { storage }) => topCustomers(storage.sql, MONTH));

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) yield (state = (state * 48_271) % 2_147_483_647);
}

it('are exactly those who used most in the month, in whatever order it is told', async () => {
  const random = numbers(7);
  const below = (most: number) => random.next().value % most;
  const used = new Map<string, number>();
  for (let seq = 1; seq <= 60; seq++) {
    const rows: DayUsage[] = Array.from({ length: 20 }, () => {
      const customerId = ids[below(CUSTOMERS)] ?? '';
      const feature = FEATURES[below(2)] ?? '';
      const day =
        below(8) === 0 ? '2030-10-31' : `${MONTH}-${String(1 + below(30)).padStart(2, '0')}`;
      return { customerId, feature, day, units: 1 + below(500) };
    });
    for (const { customerId, feature, day, units } of rows)
      if (day.startsWith(MONTH)) {
        const name = `${customerId} ${feature}`;
        used.set(name, (used.get(name) ?? 0) + units);
      }
    await project().usageHistory().add('00', { seq, rows }, Date.now());
  }
  const wanted = [...used].sort(([, a], [, b]) => b - a).slice(0, 10);
  expect((await top()).map(({ id, feature, units }) => [`${id} ${feature}`, units])).toEqual(
    wanted,
  );
});

it('are read in as few rows with a hundred thousand days of customers as with none', async () => {
  const rowsRead = () =>
    runInDurableObject(project(), (_, { storage }) => {
      const { sql } = storage;
      const read = { rows: 0 };
      const counting = {
        exec: (...query: Parameters<SqlStorage['exec']>) => {
          const cursor = sql.exec(...query);
          const rows = cursor.toArray();
          read.rows += cursor.rowsRead;
          return { toArray: () => rows };
        },
      };
      topCustomers(counting as unknown as SqlStorage, MONTH);
      return read.rows;
    });
  const before = await rowsRead();
  await runInDurableObject(project(), (_, { storage }) =>
    storage.sql.exec(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
       INSERT INTO usage_day SELECT 'cust_many' || (i / 20), 'requests',
         '${MONTH}-' || substr('0' || (i % 20 + 1), -2), 1 FROM n`,
    ),
  );
  expect(await rowsRead()).toBe(before);
  // Thirty of each feature, each with its customer.
  expect(before).toBeLessThanOrEqual(2 * 30 * 3);
});

it('forget who is erased, and name the next one', async () => {
  const [first] = await top();
  await call('DELETE', `/api/customers/${first?.id}`, { key: shop.sk });
  const after = await top();
  expect(after.map(({ id }) => id)).not.toContain(first?.id);
  expect(after).toHaveLength(10);
});
