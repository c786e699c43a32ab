import { cpuMsOf, memoryMbOf } from './process.ts';
import type { ServedEdge } from './servers.ts';

/** What a shard of many customers costs that has to be opened, and that many of them call. */
export interface Opening {
  customers: number;
  cpuMs: number;
  /** By how much the call that opens it takes longer than the next one, in the clock of the caller. */
  ms: number;
  /** By how much the process grew when it was opened and 20,000 of its customers were asked about. */
  memoryMb: number;
}

const CUSTOMERS = 100_000;
const OPENINGS = 20;
/** Of so many customers more is known than a shard remembers. */
const ASKED = 20_000;
const BATCH = 500;

/** Fills a shard that nobody has called, and opens it again and again. */
export async function measureOpening(edge: ServedEdge): Promise<Opening> {
  const own = 'opened';
  await track(edge, [own]);
  const { customer } = (await ask(edge, `/api/customers/${own}`)) as { customer: { id: string } };
  const prefix = customer.id.slice(0, 7);
  const shard = encodeURIComponent(edge.shardPrefix + prefix.slice(-2));
  const manage = (verb: string, more = '') => ask(edge, `/bench/${verb}?shard=${shard}${more}`);
  const call = () => track(edge, [own]);
  await manage('fill', `&prefix=${prefix}&customers=${CUSTOMERS}`);
  const cpuMs = () => edge.pids.reduce((sum, pid) => sum + (cpuMsOf(pid) ?? 0), 0);
  const timed = async (act: () => Promise<unknown>) => {
    const [beforeMs, startMs] = [cpuMs(), performance.now()];
    for (let times = 0; times < OPENINGS; times++) await act();
    const [cpu, ms] = [cpuMs() - beforeMs, performance.now() - startMs];
    return { cpuMs: cpu / OPENINGS, ms: ms / OPENINGS };
  };
  const opened = await timed(async () => {
    await manage('restart');
    await call();
  });
  // The same but for opening: one request that reaches the shard and does nothing, and one call.
  const warm = await timed(async () => {
    await manage('rows');
    await call();
  });
  const memoryMb = () => edge.pids.reduce((sum, pid) => sum + (memoryMbOf(pid) ?? 0), 0);
  const askAll = async (customerAt: (n: number) => number) => {
    for (let from = 0; from < ASKED; from += BATCH) {
      const numbers = Array.from({ length: BATCH }, (_, n) => customerAt(from + n));
      await track(
        edge,
        numbers.map((n) => prefix + String(n + 1).padStart(20, '0')),
      );
    }
  };
  // As many calls of few customers first: the garbage of calls is no part of what is held.
  for (let times = 0; times < 3; times++) await askAll((n) => n % BATCH);
  await manage('restart');
  const beforeMb = memoryMb();
  await askAll((n) => n);
  return {
    customers: CUSTOMERS,
    cpuMs: Math.max(0, opened.cpuMs - warm.cpuMs),
    ms: Math.max(0, opened.ms - warm.ms),
    memoryMb: memoryMb() - beforeMb,
  };
}

/** Counts one call of each. */
async function track(edge: ServedEdge, customers: readonly string[]): Promise<void> {
  const events = customers.map((customer) => ({ customer }));
  const { results } = (await ask(edge, '/api/usage/batch', { events })) as {
    results: { ok: boolean }[];
  };
  if (!results.every(({ ok }) => ok)) throw new Error(`Not counted: ${JSON.stringify(results[0])}`);
}

async function ask({ url, secretKey }: ServedEdge, path: string, body?: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' };
  const sent = body && { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(url + path, { headers, ...sent });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

/** As a row of a table, with its head. */
export const openingTable = ({ customers, cpuMs, ms, memoryMb }: Opening): string =>
  [
    '| | CPU, ms | later than the next call, ms | memory, MB |',
    '|---|---|---|---|',
    `| open ${customers.toLocaleString('en')} | ${cpuMs.toFixed(1)} | ${ms.toFixed(1)} | ${memoryMb.toFixed(0)} |`,
  ].join('\n');
