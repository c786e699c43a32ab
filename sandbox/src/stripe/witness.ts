import type { MiddlewareHandler } from 'hono';

/** A call of the API and its answer, as they went over the wire. */
export interface Exchange {
  method: string;
  url: string;
  /** The `Stripe-Version` that was asked for; null for the account's own, which may be an old one. */
  version: string | null;
  /** The body of a POST. */
  form: string;
  status: number;
  answer: string;
}

/** Sees everything that the stand-in says, for tests that hold it against Stripe's types. */
export interface Witness {
  exchange(exchange: Exchange): void;
  /** The bytes of an event, when it happens. */
  event(body: string): void;
}

/** Shows a witness each call that is answered in JSON. */
export const shown =
  (witness: Witness): MiddlewareHandler =>
  async (c, next) => {
    await next();
    if (!c.res.headers.get('content-type')?.startsWith('application/json')) return;
    const { method, url } = c.req;
    const form = method === 'POST' ? await c.req.text() : '';
    const version = c.req.header('stripe-version') ?? null;
    const answer = await c.res.clone().text();
    witness.exchange({ method, url, version, form, status: c.res.status, answer });
  };
