import type { Sdk } from './sdk.ts';

/** What admitting a call costs where units are here, in nanoseconds of CPU. */
export interface Admitting {
  leaseNs: number;
  poolNs: number;
}

const POOL = 10_000;
const TAKES = 300_000;
const TRIES = 7;
/** As many as nobody uses up in a try. */
const UNITS = 1_000_000_000;

/** Measures `take` of one lease, and of a pool with a lease for each of 10,000 customers, at random. */
export async function measureAdmitting({ Dream }: Sdk): Promise<Admitting> {
  const dream = new Dream({ secretKey: 'sk_test_bench', fetch: grantAll });
  const lease = await dream.usage.lease({ customer: 'ada', size: UNITS });
  const pool = dream.usage.leases({ size: UNITS });
  const customers = Array.from({ length: POOL }, (_, index) => `customer-${index}`);
  await Promise.all(customers.map((customer) => pool.admit(customer)));
  // Names as they come with requests: each is a text of its own.
  const asked = Array.from({ length: 1 << 16 }, () => {
    const customer = customers[Math.floor(Math.random() * POOL)] ?? '';
    return Buffer.from(customer).toString('latin1');
  });
  const admitting = {
    leaseNs: bestNs(() => lease.take()),
    poolNs: bestNs((n) => pool.take(asked[n & 0xff_ff] ?? '')),
  };
  await dream.close();
  return admitting;
}

/** The best of some tries: what is worse is the machine's. */
function bestNs(take: (n: number) => boolean): number {
  let best = Infinity;
  for (let tries = 0; tries < TRIES; tries++) {
    const before = process.cpuUsage();
    for (let n = 0; n < TAKES; n++) if (!take(n)) throw new Error('A lease had no units');
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1000) / TAKES);
  }
  return best;
}

/** An edge that grants whatever it is asked for, without a network. */
async function grantAll(_: string | URL | Request, init?: RequestInit): Promise<Response> {
  const { amount = 0 } = JSON.parse(String(init?.body)) as { amount?: number };
  const hold = { id: 'hold_1', feature: 'requests', units: amount, lastsMs: 60_000 };
  const usage = { count: 0, limit: 'unlimited', remaining: 'unlimited' };
  return Response.json({ success: true, hold, usage });
}

/** As a table. */
export const admittingTable = ({ leaseNs, poolNs }: Admitting): string =>
  [
    '| | CPU per admit, ns |',
    '|---|---|',
    `| a lease | ${leaseNs.toFixed(0)} |`,
    `| a pool of ${POOL.toLocaleString('en')} leases | ${poolNs.toFixed(0)} |`,
  ].join('\n');
