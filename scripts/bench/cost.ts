import { randomUUID } from 'node:crypto';
import type { ServedEdge } from './servers.ts';

/**
 * Prices in dollars per million, of requests to a Worker and to an object, and rows written. Source:
 * Cloudflare, "Workers pricing" and "Durable Objects pricing" (Paid plan, beyond what is included).
 */
const PRICES = { workerRequests: 0.3, objectRequests: 0.15, rowsWritten: 1 };

/** How many calls rows are counted over: more than enough for keys to leave their meter. */
const CALLS = 1000;
/** How many calls go together. */
const SIZE = 100;
const CUSTOMER = 'cost';

/** What a million calls cost, by the rows that some calls have written, as Markdown. */
export async function costOf(edge: ServedEdge): Promise<string> {
  const rows = await rowsCounter(edge);
  const single = (await rows(() => singles(edge))) / CALLS;
  const batch = (await rows(() => batches(edge))) / CALLS;
  const lease = (await rows(() => leases(edge))) / CALLS;
  const line = (name: string, requests: number, written: number) =>
    `| ${name} | ${requests} | ${written.toFixed(3)} | $${dollars(requests, written)} |`;
  return [
    '| | requests to the Worker and to an object, each | rows written | per million calls |',
    '|---|---|---|---|',
    line('single call with a key', 1, single),
    line(`batches of ${SIZE} for one customer, each with a key`, 1 / SIZE, batch),
    line(`leases of ${SIZE}`, 1 / SIZE, lease),
  ].join('\n');
}

const dollars = (requests: number, rows: number): string =>
  (requests * (PRICES.workerRequests + PRICES.objectRequests) + rows * PRICES.rowsWritten).toFixed(
    3,
  );

/** Counts the rows that the shard of the customer writes meanwhile. */
async function rowsCounter(edge: ServedEdge) {
  const { url, secretKey, shardPrefix } = edge;
  await post(edge, '/api/usage', {});
  const shown = await fetch(`${url}/api/customers/${CUSTOMER}`, {
    headers: { authorization: `Bearer ${secretKey}` },
  });
  const { customer } = (await shown.json()) as { customer: { id: string } };
  const shard = `${shardPrefix}${customer.id.slice(5, 7)}`;
  const written = async () => {
    const answer = await fetch(`${url}/bench/rows?shard=${encodeURIComponent(shard)}`);
    return Number(await answer.text());
  };
  return async (act: () => Promise<void>): Promise<number> => {
    const before = await written();
    await act();
    return (await written()) - before;
  };
}

async function singles(edge: ServedEdge): Promise<void> {
  for (let sent = 0; sent < CALLS; sent++) await post(edge, '/api/usage', {});
}

async function batches(edge: ServedEdge): Promise<void> {
  for (let sent = 0; sent < CALLS; sent += SIZE) {
    const events = Array.from({ length: SIZE }, () => ({
      customer: CUSTOMER,
      idempotencyKey: randomUUID(),
    }));
    await post(edge, '/api/usage/batch', { events });
  }
}

/** Renewals: each settles the units of the hold before, all used, and takes the next. */
async function leases(edge: ServedEdge): Promise<void> {
  let { hold } = await post(edge, '/api/usage/holds', { amount: SIZE });
  for (let sent = 0; sent < CALLS; sent += SIZE)
    ({ hold } = await post(edge, `/api/usage/holds/${hold.id}/renew`, { used: SIZE }));
  await post(edge, `/api/usage/holds/${hold.id}/settle`, { used: 0 });
}

async function post({ url, secretKey }: ServedEdge, path: string, body: object) {
  const headers = {
    authorization: `Bearer ${secretKey}`,
    'x-user-id': CUSTOMER,
    'idempotency-key': randomUUID(),
    'content-type': 'application/json',
  };
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as { hold: { id: string } };
}
