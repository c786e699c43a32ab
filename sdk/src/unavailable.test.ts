import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Dream, DreamError, type Outage } from './index.ts';
import { TestEdge } from './test-edge.ts';
import { Outages } from './unavailable.ts';

let edge: TestEdge;
let close: () => Promise<void>;
let dream: Dream;
let outages: Outage[];

beforeEach(async () => {
  edge = new TestEdge();
  outages = [];
  const started = await edge.start();
  close = started.close;
  dream = new Dream({
    secretKey: 'sk_test_x',
    baseUrl: started.url,
    maxRetries: 1,
    onOutage: (outage) => outages.push(outage),
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await close();
});

const said = () => outages.map(({ what, event }) => `${what} ${event.customer}`);

it('throws when no choice was made', async () => {
  edge.fate = () => 'down';
  await expect(dream.usage.track({ customer: 'ada' })).rejects.toThrow(DreamError);
  expect(outages).toEqual([]);
});

it.each(['down', 'failed'] as const)('denies, and says so, when the edge is %s', async (fate) => {
  edge.fate = () => fate;
  const answer = await dream.usage.track({ customer: 'ada', onUnavailable: 'deny' });
  expect(answer).toMatchObject({ allowed: false, code: 'unavailable', limit: null });
  expect(said()).toEqual(['denied ada']);
  expect(outages[0]?.error).toBeInstanceOf(DreamError);
});

it('allows, and counts it when the edge is back', async () => {
  edge.fate = () => 'down';
  const answer = await dream.usage.track({ customer: 'ada', amount: 3, onUnavailable: 'allow' });
  expect(answer).toEqual({ allowed: true, usage: null, queued: true });
  edge.fate = () => 'answered';
  await expect.poll(() => edge.counted('ada'), { timeout: 5000 }).toBe(3);
  await expect.poll(said).toEqual(['allowed ada', 'sent ada']);
});

it('counts a call once whose first answer was lost', async () => {
  edge.fate = () => 'lost';
  await dream.usage.track({ customer: 'ada', onUnavailable: 'allow' });
  edge.fate = () => 'answered';
  await dream.close();
  expect(edge.counted('ada')).toBe(1);
});

it('tells enough of what it allowed that another process can count it, once', async () => {
  edge.fate = () => 'down';
  await dream.usage.track({ customer: 'ada', amount: 3, onUnavailable: 'allow' });
  edge.fate = () => 'answered';
  const [allowed] = outages;
  if (!allowed) throw new Error('Nothing was told');
  const { event } = allowed;
  const { url, close: stop } = await edge.start();
  const other = new Dream({ secretKey: 'sk_test_x', baseUrl: url });
  expect(await other.usage.track({ ...event })).toMatchObject({ allowed: true });
  await dream.close();
  expect(edge.counted('ada')).toBe(3);
  await stop();
});

it('sends all that waits, in few requests, when it is closed', async () => {
  edge.fate = () => 'down';
  const track = () => dream.usage.track({ customer: 'ada', onUnavailable: 'allow' });
  const answers = await Promise.all(Array.from({ length: 150 }, track));
  expect(answers.filter((answer) => 'queued' in answer)).toHaveLength(150);
  edge.fate = () => 'answered';
  expect(await dream.close()).toEqual({ inTime: true, failures: [], uncounted: 0 });
  expect(edge.counted('ada')).toBe(150);
  expect(edge.paths.length).toBeLessThan(10);
});

it('says how many it could not send, and takes no longer than told', async () => {
  edge.fate = () => 'down';
  await dream.usage.track({ customer: 'ada', onUnavailable: 'allow' });
  edge.gate = new Promise(() => {});
  edge.fate = () => 'answered';
  expect(await dream.close({ timeoutMs: 50 })).toEqual({
    inTime: false,
    failures: [],
    uncounted: 1,
  });
});

it('tells when the edge refuses afterwards, and gives way to the others', async () => {
  edge.counters.set('ada', { count: 0, limit: 0 });
  edge.fate = () => 'down';
  for (const customer of ['ada', 'bob'])
    await dream.usage.track({ customer, onUnavailable: 'allow' });
  edge.fate = () => 'answered';
  await dream.close();
  expect(said().slice(2)).toEqual(['refused ada', 'sent bob']);
  expect([edge.counted('ada'), edge.counted('bob')]).toEqual([0, 1]);
});

it('sends nothing a day later, for the edge would not know the key', async () => {
  edge.fate = () => 'down';
  await dream.usage.track({ customer: 'ada', onUnavailable: 'allow' });
  edge.fate = () => 'answered';
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 24 * 3_600_000);
  await dream.close();
  expect(said()).toEqual(['allowed ada', 'lost ada']);
  expect(edge.counted('ada')).toBe(0);
});

it('allows nothing on a token, whose owner nobody can tell meanwhile', async () => {
  await expect(dream.usage.track({ token: 'a.b.c', onUnavailable: 'allow' })).rejects.toThrow(
    'verifyToken',
  );
});

const away = new DreamError(0, { code: 'unreachable' }, null);

it('allows no more than it can remember, and denies from then on', async () => {
  const waits = new Outages(() => Promise.reject(away), undefined);
  const allowed = async () => (await waits.answer('allow', away, { customer: 'ada' })).allowed;
  for (let calls = 0; calls < 10_000; calls++) await allowed();
  expect([waits.waiting, await allowed(), waits.waiting]).toEqual([10_000, false, 10_000]);
});

it.each([
  [429, 'rate_limited'],
  [409, 'idempotency_in_flight'],
  [503, 'temporarily_unavailable'],
])('sends again what is answered %i %s, and loses nothing', async (status, code) => {
  const keys: string[] = [];
  const waits = new Outages(
    ({ idempotencyKey }) => {
      keys.push(idempotencyKey);
      return keys.length === 1
        ? Promise.reject(new DreamError(status, { code }, null))
        : Promise.resolve();
    },
    (outage) => outages.push(outage),
  );
  await waits.answer('allow', away, { customer: 'ada', idempotencyKey: 'click-1' });
  await waits.flush();
  expect([said(), waits.waiting]).toEqual([['allowed ada'], 1]);
  await waits.flush();
  expect([said(), waits.waiting]).toEqual([['allowed ada', 'sent ada'], 0]);
  expect(keys).toEqual(['click-1', 'click-1']);
});
