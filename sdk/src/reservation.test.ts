import { afterEach, beforeEach, expect, it } from 'vitest';
import { Dream, type Reservation, type ReserveInput } from './index.ts';
import { TestEdge } from './test-edge.ts';

let edge: TestEdge;
let close: () => Promise<void>;
let dream: Dream;

beforeEach(async () => {
  edge = new TestEdge();
  edge.counters.set('ada', { count: 0, limit: 100 });
  const started = await edge.start();
  close = started.close;
  dream = new Dream({ secretKey: 'sk_test_x', baseUrl: started.url, maxRetries: 1 });
});

afterEach(() => close());

async function reserved(more: Partial<ReserveInput> = {}): Promise<Reservation> {
  const input = { customer: 'ada', amount: 60, ...more } as ReserveInput;
  const reservation = await dream.usage.reserve(input);
  if (!reservation.allowed) throw new Error(reservation.reason);
  return reservation;
}

it('sets units aside, counts what was used, and gives the rest back', async () => {
  const reservation = await reserved();
  expect([reservation.units, reservation.usage.remaining]).toEqual([60, 40]);
  expect(reservation.expiresInMs).toBeGreaterThan(50_000);
  expect(await dream.usage.reserve({ customer: 'ada', amount: 60 })).toMatchObject({
    allowed: false,
    code: 'limit_reached',
    limit: 100,
  });
  expect(await reservation.settle(25)).toMatchObject({ count: 25, remaining: 75 });
});

it('begins with what is left, if that is enough', async () => {
  await reserved();
  expect((await reserved({ atLeast: 10 })).units).toBe(40);
});

it('counts once when it is settled twice, or its answer is lost', async () => {
  const reservation = await reserved();
  let isFirst = true;
  edge.fate = () => (isFirst ? ((isFirst = false), 'lost') : 'answered');
  await Promise.all([reservation.settle(25), reservation.settle(25)]);
  await reservation.settle(25);
  expect(edge.counted('ada')).toBe(25);
  await expect(reservation.settle(26)).rejects.toMatchObject({ code: 'hold_settled' });
});

it('can be settled again after the edge was away', async () => {
  const reservation = await reserved();
  edge.fate = () => 'down';
  await expect(reservation.settle(25)).rejects.toMatchObject({ code: 'unreachable' });
  edge.fate = () => 'answered';
  await reservation.settle(25);
  expect(edge.counted('ada')).toBe(25);
});

it('says when it was too late: then all of it counts', async () => {
  const reservation = await reserved();
  edge.skewMs = 61_000;
  await expect(reservation.settle(1)).rejects.toMatchObject({ code: 'hold_expired' });
  expect(edge.counted('ada')).toBe(60);
});

it('gives all back when its block ends without a word, and nothing of what was settled', async () => {
  {
    await using silent = await reserved();
    await using settled = await reserved({ amount: 10 });
    await settled.settle(7);
    expect(silent.units).toBe(60);
  }
  expect([edge.counted('ada'), edge.held('ada')]).toEqual([7, 0]);
});

it('is released when the client is closed', async () => {
  await reserved();
  expect(await dream.close()).toEqual({ inTime: true, failures: [], uncounted: 0 });
  expect([edge.counted('ada'), edge.held('ada')]).toEqual([0, 0]);
});

it('refuses a number that cannot be, before it asks', async () => {
  const reservation = await reserved();
  for (const used of [-1, 1.5, 61]) expect(() => reservation.settle(used)).toThrow(TypeError);
  expect(edge.paths).toHaveLength(1);
});
