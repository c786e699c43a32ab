import { randomUUID } from 'node:crypto';
import type { ServedEdge } from './servers.ts';

/**
 * Prices in dollars per million, of requests to a Worker and to an object, and rows written. Source:
 * Cloudflare, "Workers pricing" and "Durable Objects pricing" (Paid plan, beyond what is included).
 */
const PRICES = { workerRequests: 0.3, objectRequests: 0.15, rowsWritten: 1 };

/** How many calls rows are counted over: more than enough for keys to leave their meter. */
const CALLS = 500;

/** What a million calls cost, by the rows that some calls have written, as Markdown. */
export async function costOf(edge: ServedEdge): Promise<string> {
  const single = (await rowsOf(edge, 1)) / CALLS;
  const batch = (await rowsOf(edge, 100)) / CALLS;
  const line = (name: string, requests: number, rows: number) =>
    `| ${name} | ${requests} | ${rows.toFixed(3)} | $${dollars(requests, rows)} |`;
  return [
    '| | requests to the Worker and to an object, each | rows written | per million calls |',
    '|---|---|---|---|',
    line('single call with a key', 1, single),
    line('batches of 100 for one customer', 0.01, batch),
  ].join('\n');
}

const dollars = (requests: number, rows: number): string =>
  (requests * (PRICES.workerRequests + PRICES.objectRequests) + rows * PRICES.rowsWritten).toFixed(
    2,
  );

/** Rows that calls of one customer write, sent `size` at a time. */
async function rowsOf({ url, secretKey, shardPrefix }: ServedEdge, size: number): Promise<number> {
  const post = async (path: string, body: object, key: string) => {
    const headers = {
      authorization: `Bearer ${secretKey}`,
      'x-user-id': 'cost',
      'idempotency-key': key,
      'content-type': 'application/json',
    };
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  await post('/api/usage', {}, randomUUID());
  const shown = await fetch(`${url}/api/customers/cost`, {
    headers: { authorization: `Bearer ${secretKey}` },
  });
  const { customer } = (await shown.json()) as { customer: { id: string } };
  const shard = `${shardPrefix}${customer.id.slice(5, 7)}`;
  const written = async () => {
    const answer = await fetch(`${url}/bench/rows?shard=${encodeURIComponent(shard)}`);
    return Number(await answer.text());
  };
  const before = await written();
  for (let sent = 0; sent < CALLS; sent += size) {
    const events = Array.from({ length: size }, () => ({
      customer: 'cost',
      idempotencyKey: randomUUID(),
    }));
    if (size === 1) await post('/api/usage', {}, randomUUID());
    else await post('/api/usage/batch', { events }, randomUUID());
  }
  return (await written()) - before;
}
