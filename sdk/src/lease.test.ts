import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Dream, DreamError, type Lease } from './index.ts';
import { TestEdge } from './test-edge.ts';

let edge: TestEdge;
let close: () => Promise<void>;
let dream: Dream;

beforeEach(async () => {
  edge = new TestEdge();
  const started = await edge.start();
  close = started.close;
  dream = new Dream({ secretKey: 'sk_test_x', baseUrl: started.url, maxRetries: 1 });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await close();
});

const limit = (customer: string, units: number) =>
  edge.counters.set(customer, { count: 0, limit: units });

/** Uses one unit at a time until it is refused; the units it got. */
async function useAll(lease: Lease): Promise<number> {
  for (let used = 0; ; used++) if (!(await lease.admit()).allowed) return used;
}

function asked(end: string): number {
  return edge.paths.filter((path) => path.endsWith(end)).length;
}

/** Sets a clock of this process forward. */
function jump(clock: 'monotonic' | 'wall', ms: number): void {
  const [performanceNow, dateNow] = [performance.now(), Date.now()];
  if (clock === 'monotonic') {
    const real = performance.now.bind(performance);
    const sinceMs = real() - performanceNow;
    vi.spyOn(performance, 'now').mockImplementation(() => real() - sinceMs + ms);
  } else vi.spyOn(Date, 'now').mockReturnValue(dateNow + ms);
}

describe('a lease', () => {
  it('spends what was granted without a call, and settles what was used when closed', async () => {
    const lease = await dream.usage.lease({ customer: 'ada', size: 100 });
    expect(Array.from({ length: 30 }, () => lease.take()).every(Boolean)).toBe(true);
    expect(lease.remaining).toBe(70);
    expect(lease.expiresInMs).toBeGreaterThan(50_000);
    expect(edge.paths).toEqual(['/api/usage/holds']);
    await Promise.all([lease.close(), lease.close()]);
    expect(asked('/settle')).toBe(1);
    expect([edge.counted('ada'), edge.held('ada')]).toEqual([30, 0]);
    expect(lease.take()).toBe(false);
    await expect(lease.admit()).rejects.toThrow('closed');
  });

  it('gives back when closed what was granted ahead, too', async () => {
    const lease = await dream.usage.lease({ customer: 'ada', size: 10 });
    expect(lease.take(8)).toBe(true);
    await expect.poll(() => lease.remaining).toBe(12);
    await lease.close();
    expect([edge.counted('ada'), edge.held('ada')]).toEqual([8, 0]);
  });

  it('asks for more before it is empty, one call for as many units as its size', async () => {
    limit('ada', 100_000);
    const lease = await dream.usage.lease({ customer: 'ada', size: 50 });
    for (let used = 0; used < 1000; used++) expect(await lease.admit()).toEqual({ allowed: true });
    await lease.close();
    expect(edge.counted('ada')).toBe(1000);
    expect(asked('/holds') + asked('/renew')).toBeLessThanOrEqual(22);
    expect(asked('/settle')).toBeLessThanOrEqual(3);
  });

  it('goes on while more is under way', async () => {
    const lease = await dream.usage.lease({ customer: 'ada', size: 8 });
    let open = () => {};
    edge.gate = new Promise((resolve) => (open = resolve));
    expect(Array.from({ length: 8 }, () => lease.take())).not.toContain(false);
    expect(lease.take()).toBe(false);
    const waits = lease.admit();
    open();
    expect(await waits).toEqual({ allowed: true });
    await lease.close();
    expect(edge.counted('ada')).toBe(9);
  });

  it('takes several units whole or not at all, across two grants too', async () => {
    limit('ada', 25);
    const lease = await dream.usage.lease({ customer: 'ada', size: 10 });
    expect(await lease.admit(8)).toEqual({ allowed: true });
    expect(await lease.admit(12)).toEqual({ allowed: true });
    expect(await lease.admit(6)).toMatchObject({ allowed: false, code: 'limit_reached' });
    expect(await lease.admit(5)).toEqual({ allowed: true });
    await lease.close();
    expect(edge.counted('ada')).toBe(25);
  });

  it('says why it is empty, and asks the edge no more than once a second', async () => {
    limit('ada', 5);
    const lease = await dream.usage.lease({ customer: 'ada', size: 10 });
    expect(await useAll(lease)).toBe(5);
    expect(lease.refusal).toMatchObject({
      code: 'limit_reached',
      limit: 5,
      body: { code: 'limit_reached', requestId: 'req_1' },
    });
    const before = edge.paths.length;
    for (let time = 0; time < 50; time++) {
      expect(lease.take()).toBe(false);
      expect((await lease.admit()).allowed).toBe(false);
    }
    expect(edge.paths).toHaveLength(before);
    await lease.close();
  });

  it('begins empty where nothing is left', async () => {
    limit('ada', 0);
    const lease = await dream.usage.lease({ customer: 'ada', size: 10 });
    expect([lease.remaining, lease.take(), lease.refusal?.code]).toEqual([
      0,
      false,
      'limit_reached',
    ]);
    await lease.close();
  });

  it('admits, with 8 others at one limit, exactly the limit', async () => {
    limit('ada', 1000);
    const leases = await Promise.all(
      Array.from({ length: 8 }, () => dream.usage.lease({ customer: 'ada', size: 30 })),
    );
    const used = await Promise.all(
      leases.flatMap((lease) => [useAll(lease), useAll(lease), useAll(lease)]),
    );
    expect(used.reduce((sum, units) => sum + units, 0)).toBe(1000);
    await dream.close();
    expect([edge.counted('ada'), edge.held('ada')]).toEqual([1000, 0]);
  });

  it.each(['monotonic', 'wall'] as const)(
    'admits nothing past its end by the %s clock, and counts what is over as used',
    async (clock) => {
      limit('ada', 10);
      const lease = await dream.usage.lease({ customer: 'ada', size: 10 });
      expect(lease.take(3)).toBe(true);
      edge.skewMs += 61_000;
      jump(clock, 61_000);
      // The wall clock is looked at once a millisecond of the monotonic one.
      const fromMs = performance.now();
      await vi.waitUntil(() => performance.now() - fromMs > 1, { interval: 1 });
      expect(lease.take()).toBe(false);
      expect(await lease.admit()).toMatchObject({ code: 'limit_reached' });
      await lease.close();
      expect(edge.counted('ada')).toBe(10);
    },
  );

  it.each([
    ['grant', 'monotonic', '/holds'],
    ['grant', 'wall', '/holds'],
    ['renewal', 'monotonic', '/renew'],
    ['renewal', 'wall', '/renew'],
  ] as const)(
    'ends no later than at the edge when the answer to a %s took its time, by the %s clock',
    async (what, clock, path) => {
      const input = { customer: 'ada', size: 10, renewAt: 0 };
      let lease = what === 'renewal' ? await dream.usage.lease(input) : null;
      lease?.take(10);
      let open = () => {};
      edge.gate = new Promise((resolve) => (open = resolve));
      const granted = lease ? lease.admit() : dream.usage.lease(input);
      await expect.poll(() => asked(path)).toBe(1);
      jump(clock, 50_000);
      open();
      const answer = await granted;
      if ('remaining' in answer) lease = answer;
      expect(lease?.remaining).toBeGreaterThan(0);
      expect(lease?.expiresInMs).toBeLessThanOrEqual(10_000);
      await lease?.close();
    },
  );

  it('lasts no longer when the clock is set back', async () => {
    const lease = await dream.usage.lease({ customer: 'ada', size: 10 });
    jump('wall', -3_600_000);
    expect(lease.take()).toBe(true);
    jump('monotonic', 61_000);
    expect([lease.take(), lease.expiresInMs]).toEqual([false, 0]);
    await lease.close();
  });

  it('renews in time when little is used, and gives the rest back', async () => {
    const lease = await dream.usage.lease({ customer: 'ada', size: 10, seconds: 1 });
    lease.take(4);
    await expect.poll(() => asked('/settle'), { timeout: 5000, interval: 5 }).toBe(1);
    expect([edge.counted('ada'), lease.remaining]).toEqual([4, 10]);
    expect(lease.take(2)).toBe(true);
    await lease.close();
    expect([edge.counted('ada'), edge.held('ada')]).toEqual([6, 0]);
  });

  it('renews in time where its own units are the last', async () => {
    limit('ada', 10);
    const lease = await dream.usage.lease({ customer: 'ada', size: 10, seconds: 1 });
    lease.take(4);
    await expect.poll(() => asked('/renew'), { timeout: 5000, interval: 5 }).toBe(1);
    expect(await lease.admit(6)).toEqual({ allowed: true });
    expect(await lease.admit()).toMatchObject({ code: 'limit_reached' });
    await lease.close();
    expect(edge.counted('ada')).toBe(10);
  });

  it('counts once, and spends what was granted, when an answer is lost', async () => {
    const seen = new Set<string>();
    edge.fate = (_, key) => (seen.size < seen.add(key).size ? 'lost' : 'answered');
    const lease = await dream.usage.lease({ customer: 'ada', size: 10 });
    for (let used = 0; used < 35; used++) expect(await lease.admit()).toEqual({ allowed: true });
    await lease.close();
    expect([edge.counted('ada'), edge.held('ada')]).toEqual([35, 0]);
  });

  it('spends nothing of a grant whose answer stays lost; the edge counts it when it ends', async () => {
    limit('ada', 20);
    const lease = await dream.usage.lease({ customer: 'ada', size: 10, renewAt: 0 });
    edge.fate = () => 'lost';
    expect(lease.take(10)).toBe(true);
    await expect(lease.admit()).rejects.toThrow(DreamError);
    expect([lease.take(), lease.error]).toEqual([false, expect.any(DreamError)]);
    edge.fate = () => 'answered';
    expect(edge.held('ada')).toBe(10);
    edge.skewMs += 61_000;
    expect(edge.counted('ada')).toBe(20);
    await lease.close();
  });

  it('goes on with a new grant where the edge says that its hold is over', async () => {
    limit('ada', 15);
    const lease = await dream.usage.lease({ customer: 'ada', size: 10, renewAt: 0 });
    expect(lease.take(10)).toBe(true);
    edge.skewMs += 61_000;
    expect(await lease.admit()).toEqual({ allowed: true });
    expect([lease.remaining, lease.error]).toEqual([4, null]);
    await lease.close();
    expect([edge.counted('ada'), edge.held('ada')]).toEqual([11, 0]);
  });

  it('does not use up the limit where grants are over before they come', async () => {
    // Between any two looks at the clock there are two seconds.
    let nowMs = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 2_000));
    const late = dream.usage.lease({ customer: 'ada', size: 10, seconds: 1 });
    await expect(late).rejects.toMatchObject({ code: 'timeout' });
    expect(asked('/holds')).toBe(2);
    await expect.poll(() => asked('/settle')).toBe(2);
  });

  it('answers by choice when the edge cannot be reached, and counts later what it allowed', async () => {
    const [denied, allowed] = await Promise.all([
      dream.usage.lease({ customer: 'ada', size: 1, onUnavailable: 'deny', renewAt: 0 }),
      dream.usage.lease({ customer: 'bob', size: 1, onUnavailable: 'allow', renewAt: 0 }),
    ]);
    edge.fate = () => 'down';
    denied.take();
    allowed.take();
    expect(await denied.admit()).toMatchObject({ allowed: false, code: 'unavailable' });
    expect(await allowed.admit(3)).toMatchObject({ allowed: true, queued: true });
    edge.fate = () => 'answered';
    expect(await dream.close()).toEqual({ inTime: true, failures: [], uncounted: 0 });
    expect([edge.counted('ada'), edge.counted('bob')]).toEqual([1, 4]);
  });

  it('throws what is wrong with it before it asks', async () => {
    const open = (more: object) => dream.usage.lease({ customer: 'ada', size: 1, ...more });
    await expect(open({ size: 0 })).rejects.toThrow('size must be');
    await expect(open({ renewAt: 1 })).rejects.toThrow('renewAt must be');
    await expect(open({ signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    const lease = await open({});
    for (const units of [0, -1, 1.5, Number.NaN]) expect(() => lease.take(units)).toThrow('units');
    await lease.close();
    expect(asked('/holds')).toBe(1);
  });

  it('is closed by its signal, and by the end of its block', async () => {
    const controller = new AbortController();
    const lease = await dream.usage.lease({
      customer: 'ada',
      size: 10,
      signal: controller.signal,
    });
    lease.take(2);
    controller.abort();
    expect(lease.take()).toBe(false);
    await lease.close();
    {
      await using other = await dream.usage.lease({ customer: 'ada', size: 10 });
      other.take(3);
    }
    expect([edge.counted('ada'), edge.held('ada')]).toEqual([5, 0]);
  });
});

describe('leases of many customers', () => {
  it('count for each alone, and settle all when closed', async () => {
    const pool = dream.usage.leases({ size: 10 });
    limit('eve', 3);
    const customers = [...Array.from({ length: 50 }, (_, index) => `c${index}`), 'eve'];
    for (let round = 0; round < 4; round++) {
      const answers = await Promise.all(customers.map((customer) => pool.admit(customer)));
      expect(answers.filter(({ allowed }) => !allowed)).toHaveLength(round === 3 ? 1 : 0);
    }
    expect([pool.customers, pool.take('c0'), pool.take('new')]).toEqual([51, true, false]);
    await pool.close();
    expect(customers.map((customer) => edge.counted(customer))).toEqual([
      5,
      ...Array(49).fill(4),
      3,
    ]);
    expect(edge.held('new')).toBe(0);
    expect(() => pool.take('c0')).toThrow('closed');
  });

  it('are no more than allowed: one that is idle is settled for another', async () => {
    const pool = dream.usage.leases({ size: 10, maxCustomers: 5 });
    const customers = Array.from({ length: 40 }, (_, index) => `c${index}`);
    for (let round = 0; round < 2; round++)
      await Promise.all(customers.map((customer) => pool.admit(customer, 2)));
    await pool.admit('late');
    expect(pool.customers).toBeLessThanOrEqual(40);
    await pool.close();
    expect(customers.map((customer) => edge.counted(customer))).toEqual(Array(40).fill(4));
    expect(customers.map((customer) => edge.held(customer))).toEqual(Array(40).fill(0));
  });

  it('end when the customer stays away for the whole of one', async () => {
    const pool = dream.usage.leases({ size: 10, seconds: 1 });
    await pool.admit('ada');
    await expect.poll(() => pool.customers, { timeout: 5000, interval: 10 }).toBe(0);
    await expect.poll(() => edge.held('ada')).toBe(0);
    expect(edge.counted('ada')).toBe(1);
    expect(await pool.admit('ada')).toEqual({ allowed: true });
    await pool.close();
  });

  it('are closed when those are settled, too, that ended by themselves', async () => {
    const pool = dream.usage.leases({ size: 10, seconds: 1 });
    expect(pool.take('ada')).toBe(false);
    await expect.poll(() => edge.held('ada')).toBe(10);
    let open = () => {};
    edge.gate = new Promise((resolve) => (open = resolve));
    await expect.poll(() => asked('/settle'), { timeout: 5000, interval: 5 }).toBe(1);
    expect(pool.customers).toBe(0);
    let isClosed = false;
    const closing = pool.close().then(() => (isClosed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    open();
    await closing;
    expect([edge.counted('ada'), edge.held('ada')]).toEqual([0, 0]);
  });
});
