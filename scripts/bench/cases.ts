import { randomUUID } from 'node:crypto';
import { namesOf, storedUnits } from './customers.ts';
import { type Load, load, requestText } from './load.ts';
import { byCallers, sdkCases } from './sdk-cases.ts';
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
/** How many customers are made at once: the most that the edge takes is 500. */
const BATCH = 200;

/** All ways to call; those of a server that is not there are left out. */
export async function casesOf(
  hello: Served,
  edge: ServedEdge,
  redis: Served | null,
): Promise<Case[]> {
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
    ...(await sdkCases(edge)),
    ...(redis ? [redisCounter(redis), redisByFetch(redis)] : []),
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

function redisCounter(redis: Served): Case {
  return {
    name: 'Redis counter',
    about: 'Fastify and a Lua script with a key, append-only file always: a counter of your own',
    pids: redis.pids,
    run: keyed({ url: redis.url, secretKey: 'secret' }, ['ada']),
    storedUnits: () => storedInRedis(redis, 'ada'),
  };
}

/** With the client that auto-batch has, too: what a process can call that does more than count. */
function redisByFetch(redis: Served): Case {
  return {
    name: 'Redis by fetch',
    about: `the same counter, called as auto-batch is: by ${CALLERS} callers in one process, with fetch`,
    pids: redis.pids,
    run: (seconds) =>
      byCallers(CALLERS, seconds, async () => {
        const { ok } = await trackInRedis(redis, 'eve');
        return { calls: ok ? 1 : 0, failures: ok ? 0 : 1 };
      }),
    storedUnits: () => storedInRedis(redis, 'eve'),
  };
}

async function trackInRedis({ url }: Served, customer: string) {
  const headers = {
    authorization: 'Bearer secret',
    'x-user-id': customer,
    'idempotency-key': randomUUID(),
  };
  const answer = await fetch(`${url}/api/usage`, { method: 'POST', headers });
  return { ok: answer.ok, body: (await answer.json()) as { usage: { count: number } } };
}

async function storedInRedis(redis: Served, customer: string): Promise<number> {
  const { body } = await trackInRedis(redis, customer);
  // What this call counts is not of the load.
  return body.usage.count - 1;
}
