import { env, exports } from 'cloudflare:workers';
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shardOf } from '../src/customers/customer-id.ts';
import type { Bindings } from '../src/env.ts';
import { call, createEnvironment, type TestEnvironment } from './harness.ts';

const { SHARD } = env as unknown as Bindings;

let shop: TestEnvironment;
let id: string;
let accessToken: string;

beforeEach(async () => {
  shop = await createEnvironment();
  const signedIn = await call('POST', '/api/sessions', {
    key: shop.sk,
    body: { externalId: 'ada' },
  });
  ({ accessToken } = signedIn.body);
  ({ id } = signedIn.body.customer);
});
afterEach(() => {
  vi.useRealTimers();
});

const shard = () => SHARD.getByName(`${shop.id}:test:${shardOf(id)}`);
const inShard = <T>(act: (storage: DurableObjectStorage) => T) =>
  runInDurableObject(shard(), (_, { storage }) => act(storage));
const track = (amount = 1, headers: Record<string, string> = {}) =>
  call('POST', '/api/usage', { key: shop.sk, user: id, body: { amount }, headers });
const used = async () =>
  (await call('GET', '/api/usage', { key: shop.sk, user: id })).body.usageCount;
const batchOfOne = () =>
  call('POST', '/api/usage/batch', { key: shop.sk, body: { events: [{ customer: id }] } });
const hold = () => call('POST', '/api/usage/holds', { key: shop.sk, user: id, body: {} });
const settle = (holdId: string) =>
  call('POST', `/api/usage/holds/${holdId}/settle`, { key: shop.sk, body: { used: 1 } });
const renew = (holdId: string) =>
  call('POST', `/api/usage/holds/${holdId}/renew`, { key: shop.sk, body: { used: 1 } });
const grant = (path: string) => call('POST', path, { key: shop.sk, user: id, body: { units: 1 } });
/** What reached the Project of the customer's usage by day. */
const handedOver = async () => {
  const { body } = await call('GET', '/api/usage/history', { key: shop.sk, user: id });
  return body.days.reduce((sum: number, { units }: { units: number }) => sum + units, 0);
};
const aMinuteLater = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });

/** A page of the customer, and all that it hears. */
async function openPage(): Promise<{ heard: string[]; ended: Promise<void> }> {
  const { webSocket: socket } = await exports.default.fetch(
    new Request(`https://edge.test/api/live?pk=${shop.pk}&shard=${shardOf(id)}`, {
      headers: { upgrade: 'websocket' },
    }),
  );
  if (!socket) throw new Error('There is no socket');
  const heard: string[] = [];
  const ended = Promise.withResolvers<void>();
  socket.addEventListener('message', ({ data }) => void heard.push(String(data)));
  socket.addEventListener('close', () => ended.resolve());
  socket.accept();
  socket.send(JSON.stringify({ type: 'auth', accessToken }));
  await vi.waitFor(() => expect(heard).toHaveLength(2));
  heard.length = 0;
  return { heard, ended: ended.promise };
}

describe('a commit that fails', () => {
  /** What is written can then not be committed. */
  const NO_COMMIT = 'INSERT INTO orphan VALUES (1);';
  /** It cannot even be written, though each call was counted in memory. */
  const NO_WRITE = "SELECT RAISE(ABORT, 'full');";
  /** From here on the disk refuses what holds a count, or another row, and takes everything else. */
  const breakDisk = (how = NO_COMMIT, what = 'INSERT ON meter') =>
    inShard(({ sql }) => {
      sql.exec('CREATE TABLE nobody (id INTEGER PRIMARY KEY)');
      sql.exec('CREATE TABLE orphan (id REFERENCES nobody DEFERRABLE INITIALLY DEFERRED)');
      sql.exec(`CREATE TRIGGER broken AFTER ${what} BEGIN ${how} END`);
    });
  const mendDisk = () => inShard(({ sql }) => void sql.exec('DROP TRIGGER broken'));

  it('is answered as something to be tried again, and the try counts once', async () => {
    await track();
    await breakDisk();
    const headers = { 'idempotency-key': 'click-1' };
    const failed = await track(1, headers);
    expect([failed.status, failed.body.code]).toEqual([503, 'temporarily_unavailable']);
    await mendDisk();
    expect(await used()).toBe(1);
    const first = await track(1, headers);
    expect(first.body.usage.count).toBe(2);
    expect((await track(1, headers)).body).toEqual(first.body);
    expect(await used()).toBe(2);
  });

  it.each([
    ['is not done', NO_COMMIT],
    ['cannot be written', NO_WRITE],
  ])(
    'that %s lets nothing out that rests on it: no answer, refusal, read, batch, hold, settlement, grant or message to a page',
    async (_, how) => {
      await track();
      const { hold: held } = (await hold()).body;
      const page = await openPage();
      await breakDisk(how);
      const said = await Promise.all([
        track(),
        track(),
        track(3),
        call('GET', '/api/usage', { key: shop.sk, user: id }),
        batchOfOne(),
        hold(),
        settle(held.id),
        grant('/api/usage/grants'),
      ]);
      for (const { status, body } of said) {
        // What was read before or after the commit may be said: that one unit is used.
        const rests = status === 200 ? (body.usageCount ?? body.results[0].code) : body.code;
        expect([1, 'temporarily_unavailable']).toContain(rests);
      }
      await page.ended;
      expect(page.heard).toEqual([]);
      await mendDisk();
      expect((await settle(held.id)).body.usage).toMatchObject({
        count: 2,
        limit: 3,
        remaining: 1,
      });
      expect((await track()).body.usage.count).toBe(3);
    },
  );

  it('hands over nothing of a batch of usage by day, and later all of it once', async () => {
    await track(2);
    await breakDisk(NO_COMMIT, 'UPDATE OF body ON roll_up');
    aMinuteLater();
    await runDurableObjectAlarm(shard()).catch(() => {});
    expect(await handedOver()).toBe(0);
    await mendDisk();
    aMinuteLater();
    await runDurableObjectAlarm(shard());
    expect(await handedOver()).toBe(2);
    expect(await used()).toBe(2);
  });

  it('leaves nothing in memory: what is counted, handed on and known is what is stored', async () => {
    await track();
    await breakDisk();
    await Promise.all([track(), track(), track()]);
    await mendDisk();
    const remembered = await track();
    await evictDurableObject(shard());
    expect([remembered.body.usage.count, await used()]).toEqual([2, 2]);
  });
});

describe('calls that share a commit', () => {
  const counts = Array.from({ length: 60 }, (_, n) => n + 2);
  beforeEach(() => track(1, { 'x-user-plan': 'big' }));
  const batch = async () => {
    const body = { events: counts.map((n) => ({ customer: id, idempotencyKey: `key-${n}` })) };
    const { results } = (await call('POST', '/api/usage/batch', { key: shop.sk, body })).body;
    return results as { ok: boolean; replayed?: true; usage?: { count: number } }[];
  };
  it('write their meter once, with the answer of each', async () => {
    await inShard(({ sql }) => {
      sql.exec('CREATE TABLE wrote (units INTEGER)');
      sql.exec(
        'CREATE TRIGGER wrote_meter AFTER INSERT ON meter BEGIN INSERT INTO wrote VALUES (NEW.used_units); END',
      );
    });
    expect((await batch()).map(({ usage }) => usage?.count)).toEqual(counts);
    expect(await inShard(({ sql }) => sql.exec('SELECT units FROM wrote').toArray())).toEqual([
      { units: 61 },
    ]);
    await evictDurableObject(shard());
    const again = await batch();
    expect(again.map(({ usage, replayed }) => replayed && usage?.count)).toEqual(counts);
  });

  it('are undone alone where one fails: the others are counted, in memory and on disk', async () => {
    // The log of answers moves when it is full, and here it cannot: every call from then on fails.
    await inShard(({ sql }) =>
      sql.exec(
        "CREATE TRIGGER full BEFORE INSERT ON answer_chunk BEGIN SELECT RAISE(ABORT, 'full'); END",
      ),
    );
    const counted = (await batch()).filter(({ ok }) => ok).length;
    expect(counted).toBeGreaterThan(5);
    expect(counted).toBeLessThan(60);
    const remembered = await used();
    await evictDurableObject(shard());
    expect([remembered, await used()]).toEqual([counted + 1, counted + 1]);
  });
});

it('a call that fails when it has counted leaves nothing to those who share its commit', async () => {
  await track();
  await inShard(({ sql }) =>
    sql.exec(
      "CREATE TRIGGER full BEFORE INSERT ON usage_sequence BEGIN SELECT RAISE(ABORT, 'full'); END",
    ),
  );
  const one = {
    customerId: id,
    feature: 'requests',
    amountUnits: 1,
    headerPlan: null,
    idempotency: null,
    rulesVersion: 0,
    nowMs: Date.now(),
  };
  const failing = { ...one, sequence: { source: 'prj', number: 1 } };
  const answers = await shard().trackMany([one, failing, one]);
  expect(
    answers.map((answer) => (answer.kind === 'usage' ? answer.usage.count : answer.kind)),
  ).toEqual([2, 'refused', 3]);
  await shard().trackMany([failing]);
  expect(await used()).toBe(3);
  await evictDurableObject(shard());
  expect(await used()).toBe(3);
});

describe('a commit that takes its time', () => {
  /** Commits of the shard, those that are meant, end as far as it is told when `release` is called. */
  async function slowDisk(isMeant: (sql: SqlStorage) => boolean = () => true) {
    const commit = Promise.withResolvers<void>();
    await runInDurableObject(shard(), (_, { storage }) => {
      const sync = () => (isMeant(storage.sql) ? commit.promise : Promise.resolve());
      Object.defineProperty(storage, 'sync', { value: sync, configurable: true });
    });
    return commit.resolve;
  }
  const isSettled = async (one: Promise<unknown>): Promise<boolean> => {
    const open = Symbol('open');
    // The shard answers this at once. So much later anything it does not hold back would be there.
    for (let trips = 0; trips < 40; trips++) await shard().meter().refusalOf(id);
    return (await Promise.race([one, Promise.resolve(open)])) !== open;
  };

  it.each<[string, (holdId: string) => Promise<unknown>]>([
    ['an answer', () => track()],
    ['a refusal', () => track(4)],
    ['a read', used],
    ['a batch', batchOfOne],
    ['a hold', hold],
    ['a settlement', settle],
    ['a renewal', renew],
    ['a grant of units', () => grant('/api/usage/grants')],
    ['a grant of credits', () => grant('/api/credits/grants')],
    ['a balance', () => call('GET', '/api/credits', { key: shop.sk, user: id })],
  ])('holds back %s until it is done', async (_, act) => {
    const { hold: held } = (await hold()).body;
    const release = await slowDisk();
    const saying = act(held.id);
    expect(await isSettled(saying)).toBe(false);
    release();
    await saying;
  });

  it('holds back usage by day until it is done: no unit is in a batch and still to be taken', async () => {
    await track(2);
    const isBatched = (sql: SqlStorage) =>
      sql.exec('SELECT 1 FROM roll_up WHERE body IS NOT NULL').toArray().length > 0;
    const release = await slowDisk(isBatched);
    aMinuteLater();
    const alarm = Promise.resolve(runDurableObjectAlarm(shard()));
    await vi.waitUntil(() => inShard(({ sql }) => isBatched(sql)));
    expect(await isSettled(alarm)).toBe(false);
    expect(await handedOver()).toBe(0);
    release();
    await alarm;
    expect(await handedOver()).toBe(2);
  });

  it('holds back what a page is told until it is done', async () => {
    const page = await openPage();
    const release = await slowDisk();
    const tracked = track();
    expect(await isSettled(tracked)).toBe(false);
    expect(page.heard).toEqual([]);
    release();
    expect((await tracked).body.usage.count).toBe(1);
    await vi.waitFor(() => expect(page.heard).toHaveLength(1));
  });
});
