import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, any>;

interface Counter {
  count: number;
  limit: number;
}

interface Granted {
  customer: string;
  units: number;
  endsAtMs: number;
  /** What was said about it, and the answer of a renewal. */
  settled: number | null;
}

/**
 * An edge that keeps the promises of usage and holds in memory, by its own clock, for tests that need
 * it to count: limits, keys, settlement, expiry.
 */
export class TestEdge {
  readonly counters = new Map<string, Counter>();
  /** The requests it took in, also those whose answer was lost. */
  readonly paths: string[] = [];
  /** Added to the time of its clock. */
  skewMs = 0;
  /** What happens to each request: it is answered unless told. */
  fate: (path: string, key: string) => 'answered' | 'lost' | 'down' | 'failed' = () => 'answered';
  /** Requests are answered when this is. */
  gate: Promise<void> = Promise.resolve();
  readonly #holds = new Map<string, Granted>();
  readonly #answers = new Map<string, [number, Json]>();
  #next = 0;

  /** What counts for a customer at the end: holds that are over count whole. */
  counted(customer: string): number {
    this.#expire();
    return this.#counter(customer).count;
  }

  /** Units in holds that are neither settled nor over. */
  held(customer: string): number {
    this.#expire();
    return [...this.#holds.values()]
      .filter((hold) => hold.customer === customer && hold.settled === null)
      .reduce((sum, { units }) => sum + units, 0);
  }

  /** Listens on a free port. */
  async start(): Promise<{ url: string; close: () => Promise<void> }> {
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const path = request.url ?? '';
      const fate = this.fate(path, String(request.headers['idempotency-key']));
      if (fate === 'down') return request.socket.destroy();
      this.paths.push(path);
      const [status, body] =
        fate === 'failed'
          ? error(503, 'temporarily_unavailable')
          : this.#once(request, path, text ? (JSON.parse(text) as Json) : {});
      await this.gate;
      if (fate === 'lost') return request.socket.destroy();
      response.writeHead(status, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    return { url: `http://127.0.0.1:${port}`, close };
  }

  #once({ headers }: IncomingMessage, path: string, body: Json): [number, Json] {
    const key = String(headers['idempotency-key']);
    const known = this.#answers.get(key);
    if (known) return known;
    this.#expire();
    const answer = this.#answer(path, String(headers['x-user-id']), body);
    if (answer[0] < 300) this.#answers.set(key, answer);
    return answer;
  }

  #answer(path: string, customer: string, body: Json): [number, Json] {
    if (path === '/api/usage') return this.#track(customer, body.amount ?? 1);
    if (path === '/api/usage/batch') return this.#batch(body.events as Json[]);
    if (path === '/api/usage/holds') return this.#grant(customer, body, 201);
    const [, id = '', verb] = /^\/api\/usage\/holds\/(\w+)\/(settle|renew)$/.exec(path) ?? [];
    const hold = this.#holds.get(id);
    if (!hold) return error(404, 'hold_not_found');
    if (hold.endsAtMs <= this.#nowMs()) return error(410, 'hold_expired');
    if (hold.settled !== null && hold.settled !== body.used) return error(409, 'hold_settled');
    if (body.used > hold.units) return error(400, 'invalid_request');
    if (hold.settled === null) this.#counter(hold.customer).count += body.used;
    else if (verb === 'renew') return error(409, 'hold_settled');
    hold.settled = body.used;
    const usage = this.#usage(hold.customer);
    if (verb === 'settle') return [200, { success: true, usage }];
    const [status, granted] = this.#grant(hold.customer, { amount: hold.units, ...body }, 200);
    if (status === 200) return [200, granted];
    return [200, { success: true, hold: null, refusal: { status, ...granted }, usage }];
  }

  #track(customer: string, units: number): [number, Json] {
    const counter = this.#counter(customer);
    if (this.#left(customer) < units) return this.#refusal(customer);
    counter.count += units;
    return [200, { success: true, usage: this.#usage(customer) }];
  }

  #batch(events: Json[]): [number, Json] {
    const results = events.map(({ customer, amount, idempotencyKey }) => {
      const known = this.#answers.get(idempotencyKey);
      const [status, body] = known ?? this.#track(customer, amount ?? 1);
      if (status < 300) this.#answers.set(idempotencyKey, [status, body]);
      return status < 300 ? { ok: true, ...body } : { ok: false, status, ...body };
    });
    return [200, { results }];
  }

  #grant(customer: string, body: Json, status: number): [number, Json] {
    const { amount = 1, atLeast = amount, seconds = 60 } = body;
    const units = Math.min(amount, this.#left(customer));
    if (units < atLeast) return this.#refusal(customer);
    const lastsMs = seconds * 1000;
    const endsAtMs = this.#nowMs() + lastsMs;
    const id = `hold_${(this.#next += 1)}`;
    this.#holds.set(id, { customer, units, endsAtMs, settled: null });
    const hold = { id, feature: 'requests', units, expiresAtMs: endsAtMs, lastsMs };
    return [status, { success: true, hold, usage: this.#usage(customer) }];
  }

  #refusal(customer: string): [number, Json] {
    const { count, limit } = this.#counter(customer);
    return error(403, 'limit_reached', { usageCount: count, limit });
  }

  #expire(): void {
    for (const hold of this.#holds.values()) {
      if (hold.settled !== null || hold.endsAtMs > this.#nowMs()) continue;
      hold.settled = hold.units;
      this.#counter(hold.customer).count += hold.units;
    }
  }

  #left(customer: string): number {
    const { count, limit } = this.#counter(customer);
    return Math.max(0, limit - count - this.held(customer));
  }

  #counter(customer: string): Counter {
    const counter = this.counters.get(customer) ?? { count: 0, limit: 1000 };
    this.counters.set(customer, counter);
    return counter;
  }

  #usage(customer: string): Json {
    const { count, limit } = this.#counter(customer);
    const remaining = this.#left(customer);
    return { count, limit, remaining, plan: 'free', feature: 'requests' };
  }

  #nowMs = () => performance.now() + this.skewMs;
}

const error = (status: number, code: string, more: Json = {}): [number, Json] => [
  status,
  { error: 'Title', message: 'Advice', code, docs: 'd', requestId: 'req_1', ...more },
];
