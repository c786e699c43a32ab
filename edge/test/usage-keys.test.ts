import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { shardOf } from '../src/customers/customer-id.ts';
import type { Bindings } from '../src/env.ts';
import { LiveHolds } from '../src/usage/live-holds.ts';
import { MeterRpc } from '../src/usage/meter.rpc.ts';
import type { UsageCall } from '../src/usage/usage-call.ts';
import { MeterStore } from '../src/usage/meter.store.ts';
import { withRowsCounted } from './counted-rows.ts';
import { replayOf } from '../src/usage/replay.store.ts';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';

const { SHARD } = env as unknown as Bindings;
const HOUR_MS = 3_600_000;

let shop: TestEnvironment;
let id: string;

beforeEach(async () => {
  shop = await createEnvironment();
  await manage('PUT', `/api/projects/${shop.id}/test/tiers/free`, {
    displayName: 'Free',
    features: ['requests', 'exports'].map((name) => ({ kind: 'metered', name, limitUnits: null })),
    rateLimitPerMinute: null,
  });
  await call('POST', '/api/usage', { key: shop.sk, user: 'ada' });
  ({ id } = (await call('GET', '/api/customers/ada', { key: shop.sk })).body.customer);
});

const shard = () => SHARD.getByName(`${shop.id}:test:${shardOf(id)}`);
const track = (key: string, feature = 'requests') =>
  call('POST', '/api/usage', {
    key: shop.sk,
    user: id,
    body: { feature },
    headers: { 'idempotency-key': key },
  });

/** Acts on a meter over the shard's storage, and says how many rows were written. */
const inShard = <T>(act: (track: (call: Partial<UsageCall>) => unknown, sql: SqlStorage) => T) =>
  runInDurableObject(shard(), (_, { storage }) => {
    const counted = withRowsCounted(storage);
    const none = () => {};
    const meter = new MeterRpc(counted.storage, none, none, none, new LiveHolds());
    let rows = 0;
    const answer = act((call) => {
      const said = meter.track({
        customerId: id,
        feature: 'requests',
        amountUnits: 1,
        headerPlan: null,
        idempotency: null,
        rulesVersion: 0,
        nowMs: Date.now(),
        ...call,
      });
      rows += counted.rows().written;
      return said;
    }, storage.sql);
    return { answer, rows };
  });
const keyed = (key: string) => ({ key, fingerprint: 'f'.repeat(32) });

describe('a key', () => {
  /** Somebody else of the shard used the same keys, and was answered with other counts. */
  const useKeysToo = () =>
    runInDurableObject(shard(), (_, { storage: { sql } }) => {
      for (const { hour, at_ms, body } of sql.exec('SELECT * FROM answer_chunk').toArray()) {
        const other = String(body).replace(/\t(\d{13})\t\d+\t/g, '\t$1\t999\t');
        sql.exec('INSERT INTO answer_chunk VALUES (?, ?, ?, ?)', hour, 'cust_', at_ms, other);
      }
    });

  it('is answered as the first time however many came after it, whoever else used it, also by an object that starts', async () => {
    const first = new Map<string, unknown>();
    for (let count = 0; count < 90; count++) {
      const feature = count % 3 === 0 ? 'exports' : 'requests';
      first.set(`click-${count} ${feature}`, (await track(`click-${count}`, feature)).body);
    }
    const again = async () => {
      for (const [name, body] of first) {
        const [key = '', feature] = name.split(' ');
        const replay = await track(key, feature);
        expect([replay.headers.get('idempotent-replayed'), replay.body]).toEqual(['true', body]);
      }
    };
    await useKeysToo();
    await again();
    await evictDurableObject(shard());
    await again();
    const other = await track('click-1', 'exports');
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict']);
  });

  it('costs one row a call, and one more in twenty at most', async () => {
    const calls = 200;
    const { rows } = await inShard((count) => {
      for (let n = 0; n < calls; n++) count({ idempotency: keyed(crypto.randomUUID()) });
    });
    expect(rows).toBeGreaterThanOrEqual(calls);
    expect(rows).toBeLessThanOrEqual(calls * 1.05);
  });

  it('is forgotten a day later, so that days of unique keys take the room of one', async () => {
    const startMs = Date.now();
    const everyMs = 20_000;
    const perDay = 86_400_000 / everyMs;
    const { answer } = await inShard((count, sql) => {
      const size = () =>
        sql.exec('SELECT count(*) AS rows, sum(length(body)) AS letters FROM answer_chunk').one();
      const sizes: Record<string, SqlStorageValue>[] = [];
      const replays: unknown[] = [];
      for (let n = 0; n < 3 * perDay; n++) {
        const nowMs = startMs + n * everyMs;
        count({ idempotency: keyed(`click-${n}`), nowMs });
        // The oldest that must be known still is, and counts nothing.
        const oldest = { idempotency: keyed(`click-${n - perDay}`), nowMs };
        if (n % 1000 === 0 && n > perDay) replays.push(count(oldest));
        if ((n + 1) % perDay === 0) sizes.push(size());
      }
      return { sizes, replays };
    });
    expect(answer.replays.length).toBeGreaterThan(5);
    for (const replay of answer.replays) expect(replay).toMatchObject({ replayed: true });
    const sizes = answer.sizes.map(({ rows, letters }) => [Number(rows), Number(letters)]);
    const [first, second, third] = sizes;
    for (const later of [second, third])
      for (const [index, size] of (later ?? []).entries())
        expect(size).toBeLessThan((first?.[index] ?? 0) * 1.1);
    expect((first?.[1] ?? 0) / perDay).toBeLessThan(80);
  });
});

/** Fifty keys as a meter's log has them, long enough to leave it. */
const longLog = (from: number, nowMs: number) =>
  Array.from({ length: 50 }, (_, n) => `\nclick-${from + n}\tf\t${nowMs}\t1\t\t{}`)
    .join('')
    .padEnd(3000, ' ');

it('of a customer with more keys in a day than are kept, new ones wait until there is room', async () => {
  await runInDurableObject(shard(), (_, { storage }) => {
    const store = new MeterStore(storage.sql, { mostKeys: 100 });
    const startMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    const asked = (key: string, hours: number) =>
      replayOf(
        store,
        { customerId: id, nowMs: startMs + hours * HOUR_MS },
        { key, fingerprint: 'f' },
      );
    store.roomIn(id, longLog(0, startMs), startMs);
    expect(asked('new', 0)).toBe(null);
    store.roomIn(id, longLog(50, startMs), startMs + HOUR_MS);
    expect(asked('new', 1)).toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: (24 * HOUR_MS) / 1000,
    });
    expect(asked('click-70', 1)).toMatchObject({ kind: 'usage', replayed: true });
    // The keys of the first hour are over, and remembered no more.
    for (const hours of [25, 26, 48]) expect(asked('new', hours)).toBe(null);
  });
});

it('what a shard remembers of customers and their keys stays within bounds, whatever comes', async () => {
  await runInDurableObject(shard(), (_, { storage }) => {
    let read = 0;
    const exec = (query: string, ...bindings: unknown[]) => {
      read += 1;
      return storage.sql.exec(query, ...bindings);
    };
    const store = new MeterStore({ exec } as unknown as SqlStorage, { mostBytes: 40_000 });
    const isRemembered = (customerId: string) => {
      read = 0;
      store.customer(customerId);
      return read === 0;
    };
    const nobody = { version: 1, plan: null, headerPlan: null, banned: false, subscription: null };
    const row = store.meter(id, 'requests');
    if (!row) throw new Error('Nothing was counted');
    const customers = Array.from({ length: 100 }, (_, index) => `cust_${index}`);
    for (const customerId of customers) {
      store.putCustomer({ ...nobody, customerId });
      store.putMeter(customerId, 'requests', row);
    }
    for (const customerId of customers) store.customer(customerId);
    // From the last on: whom it has to read makes another be forgotten.
    const known = customers.toReversed().findIndex((customerId) => !isRemembered(customerId));
    expect(known).toBeGreaterThan(5);
    expect(known).toBeLessThan(15);
    const [last = '', before = ''] = customers.toReversed();
    for (const customerId of [before, last]) store.customer(customerId);
    expect(isRemembered(before)).toBe(true);
    const nowMs = Date.now();
    for (let logs = 0; logs < 100; logs++) store.roomIn(last, longLog(50 * logs, nowMs), nowMs);
    expect(isRemembered(before)).toBe(false);
  });
});

it('a batch of a source counts once, also days after its key is forgotten', async () => {
  const { answer } = await inShard((track) => {
    const batch = (number: number, days: number) => ({
      amountUnits: 5,
      idempotency: keyed(`batch-${number}`),
      sequence: { source: 'prj', number },
      nowMs: Date.now() + days * 24 * HOUR_MS,
    });
    track(batch(1, 0));
    track(batch(1, 3));
    track({ ...batch(1, 3), sequence: { source: 'other', number: 1 }, idempotency: null });
    track(batch(2, 3));
    return track(batch(1, 6));
  });
  expect(answer).toMatchObject({ kind: 'usage', usage: { count: 16 } });
});
