import { inspectWorker } from './inspector.ts';
import { cpuMsOf, memoryMbOf } from './process.ts';
import type { ServedEdge } from './servers.ts';

/** What a shard of many customers costs that has to be opened, and that many of them call. */
export interface Opening {
  customers: number;
  cpuMs: number;
  /** By how much the call that opens it takes longer than the next one, in the clock of the caller. */
  ms: number;
}

/** By how much memory grew when all customers of a shard had called, garbage collected before and after. */
export interface Held {
  /** Of what the Worker's code holds. */
  heapMb: number;
  /** Of the process, in which the database's pages are, too. */
  processMb: number;
}

const CUSTOMERS = 100_000;
const OPENINGS = 20;
const BATCH = 500;
const WARM_UP = 20_000;

/** A shard of an edge that nobody has called, with its customers. */
async function filledShard(edge: ServedEdge) {
  const own = 'opened';
  await track(edge, [own]);
  const { customer } = (await ask(edge, `/api/customers/${own}`)) as { customer: { id: string } };
  const prefix = customer.id.slice(0, 7);
  const shard = encodeURIComponent(edge.shardPrefix + prefix.slice(-2));
  const manage = (verb: string, more = '') => ask(edge, `/bench/${verb}?shard=${shard}${more}`);
  await manage('fill', `&prefix=${prefix}&customers=${CUSTOMERS}`);
  return { own, manage, idOf: (n: number) => prefix + String(n + 1).padStart(20, '0') };
}

/** Opens a shard again and again. */
export async function measureOpening(edge: ServedEdge): Promise<Opening> {
  const { own, manage } = await filledShard(edge);
  const call = () => track(edge, [own]);
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
  return {
    customers: CUSTOMERS,
    cpuMs: Math.max(0, opened.cpuMs - warm.cpuMs),
    ms: Math.max(0, opened.ms - warm.ms),
  };
}

/** What a shard holds when all of its customers have called, in MB, its garbage collected. */
export async function measureHeld(edge: ServedEdge, inspectorUrl: string): Promise<Held> {
  const { manage, idOf } = await filledShard(edge);
  const call = async (calls: number, customerAt: (n: number) => string) => {
    for (let from = 0; from < calls; from += BATCH)
      await track(
        edge,
        Array.from({ length: BATCH }, (_, n) => customerAt(from + n)),
      );
  };
  const inspector = await inspectWorker(inspectorUrl);
  await inspector.ask('HeapProfiler.enable');
  const used = async () => {
    // Asked while it is called: else it answers when the shard has been idle so long that it is closed.
    const collected = inspector.ask('HeapProfiler.collectGarbage').then(() => true);
    for (let isDone = false; !isDone; ) {
      const called = track(edge, [idOf(CUSTOMERS - 1)]).then(() => false);
      isDone = await Promise.race([collected, called]);
      await called;
    }
    const { usedSize } = (await inspector.ask('Runtime.getHeapUsage')) as { usedSize: number };
    const processMb = edge.pids.reduce((sum, pid) => sum + (memoryMbOf(pid) ?? 0), 0);
    return { heapMb: usedSize / 1e6, processMb };
  };
  // Few customers first: compiled code and room for calls are not what is held.
  await call(WARM_UP, (n) => idOf(n % BATCH));
  await manage('restart');
  const before = await used();
  await call(CUSTOMERS, idOf);
  const after = await used();
  inspector.close();
  return {
    heapMb: after.heapMb - before.heapMb,
    processMb: after.processMb - before.processMb,
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
export const openingTable = (
  { customers, cpuMs, ms }: Opening,
  { heapMb, processMb }: Held,
): string =>
  [
    '| | CPU, ms | later than the next call, ms | held by the code, MB | growth of the process, MB |',
    '|---|---|---|---|---|',
    `| ${customers.toLocaleString('en')} customers | ${cpuMs.toFixed(1)} | ${ms.toFixed(1)} | ${heapMb.toFixed(0)} | ${processMb.toFixed(0)} |`,
  ].join('\n');
