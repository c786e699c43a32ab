import { randomUUID } from 'node:crypto';
import { type Load, load, requestText } from './load.ts';
import type { Served, ServedEdge } from './servers.ts';

/** One way to call, measured in rounds. Each starts from what the rounds before have left. */
export interface Case {
  name: string;
  about: string;
  pids: number[];
  /** Makes what the rounds need; answers the units it counted. */
  prepare?(): Promise<number>;
  run(seconds: number): Promise<Load>;
  /** Units that are stored; null for what counts nothing. */
  storedUnits: (() => Promise<number>) | null;
}

const CONNECTIONS = 32;
const CALLERS = 64;
const LEASED = 100;
/** How many customers are made at once: the most that the edge takes is 500. */
const BATCH = 200;

/** What is used of the sdk. It is imported by its address, for it is checked by settings of its own. */
interface Sdk {
  Dream: new (options: {
    secretKey: string;
    baseUrl: string;
  }) => {
    usage: {
      track(input: { customer: string }): Promise<{ allowed: boolean }>;
      lease(input: { customer: string; size: number }): Promise<{
        take(): boolean;
        admit(): Promise<{ allowed: boolean }>;
        close(): Promise<unknown>;
      }>;
    };
  };
}
const sdk = (await import(new URL('../../sdk/src/index.ts', import.meta.url).href)) as Sdk;

/** All ways to call; those of a server that is not there are left out. */
export function casesOf(hello: Served, edge: ServedEdge, redis: Served | null): Case[] {
  return [
    {
      name: 'hello',
      about: 'a Worker that answers a word: what workerd does at best',
      pids: hello.pids,
      run: (seconds) => load(hello.url, CONNECTIONS, seconds, () => requestText('GET', '/', {})),
      storedUnits: null,
    },
    {
      name: 'no-op hop',
      about: 'the whole route stack, with an object behind it that does nothing',
      pids: edge.pids,
      run: keyed(edge, ['nobody'], { 'x-bench-nothing': '1' }),
      storedUnits: null,
    },
    tracked(edge, 1, 'a call of the whole route, each with a key of its own'),
    tracked(edge, 100, 'the same for 100 customers'),
    tracked(edge, 2000, 'the same for 2,000 customers'),
    batched(edge),
    leased(edge),
    ...(redis ? [redisCounter(redis)] : []),
  ];
}

/** Calls with a new idempotency key each, for one customer after the other. */
function keyed(
  { url, secretKey }: Pick<ServedEdge, 'url' | 'secretKey'>,
  customers: readonly string[],
  more: Record<string, string> = {},
): Case['run'] {
  return (seconds) =>
    load(url, CONNECTIONS, seconds, (n) =>
      requestText('POST', '/api/usage', {
        authorization: `Bearer ${secretKey}`,
        'x-user-id': customers[n % customers.length] ?? '',
        'idempotency-key': randomUUID(),
        ...more,
      }),
    );
}

function tracked(edge: ServedEdge, count: number, about: string): Case {
  const customers = namesOf(`of-${count}`, count);
  return {
    name: count === 1 ? 'single call' : `${count} customers`,
    about,
    pids: edge.pids,
    async prepare() {
      for (let from = 0; from < count; from += BATCH) {
        const events = customers.slice(from, from + BATCH).map((customer) => ({ customer }));
        const headers = { authorization: `Bearer ${edge.secretKey}` };
        const body = JSON.stringify({ events });
        const answer = await fetch(`${edge.url}/api/usage/batch`, {
          method: 'POST',
          headers,
          body,
        });
        if (!answer.ok) throw new Error(await answer.text());
      }
      return count;
    },
    run: keyed(edge, customers),
    storedUnits: () => storedUnits(edge, customers),
  };
}

function batched(edge: ServedEdge): Case {
  const customers = namesOf('batch', 1);
  const dream = new sdk.Dream({ secretKey: edge.secretKey, baseUrl: edge.url });
  return {
    name: 'auto-batch',
    about: `usage.track of the sdk by ${CALLERS} callers in one process, the client's work included`,
    pids: edge.pids,
    async run(seconds) {
      const result = { calls: 0, failures: 0 };
      const startMs = performance.now();
      const caller = async () => {
        while (performance.now() < startMs + seconds * 1000) {
          const { allowed } = await dream.usage.track({ customer: customers[0] ?? '' });
          if (allowed) result.calls += 1;
          else result.failures += 1;
        }
      };
      await Promise.all(Array.from({ length: CALLERS }, caller));
      return { ...result, seconds: (performance.now() - startMs) / 1000 };
    },
    storedUnits: () => storedUnits(edge, customers),
  };
}

function leased(edge: ServedEdge): Case {
  const customers = namesOf('lease', 1);
  const dream = new sdk.Dream({ secretKey: edge.secretKey, baseUrl: edge.url });
  return {
    name: 'lease',
    about: `usage.lease of the sdk, ${LEASED} units at a time, in one process, which spends them itself`,
    pids: edge.pids,
    async run(seconds) {
      const result = { calls: 0, failures: 0 };
      const startMs = performance.now();
      const lease = await dream.usage.lease({ customer: customers[0] ?? '', size: LEASED });
      while (performance.now() < startMs + seconds * 1000) {
        while (lease.take()) result.calls += 1;
        const { allowed } = await lease.admit();
        if (allowed) result.calls += 1;
        else result.failures += 1;
      }
      await lease.close();
      return { ...result, seconds: (performance.now() - startMs) / 1000 };
    },
    storedUnits: () => storedUnits(edge, customers),
  };
}

function redisCounter(redis: Served): Case {
  return {
    name: 'Redis counter',
    about: 'Fastify and a Lua script with a key, append-only file always: a counter of your own',
    pids: redis.pids,
    run: keyed({ url: redis.url, secretKey: 'secret' }, ['ada']),
    async storedUnits() {
      const headers = {
        authorization: 'Bearer secret',
        'x-user-id': 'ada',
        'idempotency-key': randomUUID(),
      };
      const answer = await fetch(`${redis.url}/api/usage`, { method: 'POST', headers });
      const { usage } = (await answer.json()) as { usage: { count: number } };
      // What this call counts is not of the load.
      return usage.count - 1;
    },
  };
}

const namesOf = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

/** What the edge has counted for customers. */
async function storedUnits({ url, secretKey }: ServedEdge, customers: string[]): Promise<number> {
  let sum = 0;
  const open = [...customers];
  const reader = async () => {
    for (let customer = open.pop(); customer !== undefined; customer = open.pop()) {
      const headers = { authorization: `Bearer ${secretKey}`, 'x-user-id': customer };
      const answer = await fetch(`${url}/api/usage`, { headers });
      const { usageCount } = (await answer.json()) as { usageCount: number };
      sum += usageCount;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, reader));
  return sum;
}
