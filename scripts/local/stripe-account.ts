import { createHmac } from 'node:crypto';

// biome-ignore lint/suspicious/noExplicitAny: what Stripe answers has many shapes
export type Json = Record<string, any>;

/** Fields of a call, as deep as Stripe has them. */
export type Fields = { [name: string]: string | number | boolean | Fields };

/** A Stripe account as its owner uses it, behind the edge's back. */
export interface StripeAccount {
  /** Makes one call. Throws with Stripe's own words when it is refused. */
  call(method: 'GET' | 'POST' | 'DELETE', path: string, fields?: Fields): Promise<Json>;
}

/** The account of a secret key, over plain HTTP, so that no client of ours is checked by itself. */
export function stripeAccount(apiUrl: string, secretKey: string): StripeAccount {
  return {
    async call(method, path, fields = {}) {
      const form = new URLSearchParams(pairs(fields)).toString();
      const url = `${apiUrl}/v1/${path}${method === 'POST' || form === '' ? '' : `?${form}`}`;
      const response = await fetch(url, {
        method,
        headers: {
          authorization: `Bearer ${secretKey}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        ...(method === 'POST' && { body: form }),
      });
      const answer = (await response.json()) as Json;
      if (!response.ok)
        throw new Error(`${method} ${path}: ${String(answer.error?.message ?? response.status)}`);
      return answer;
    },
  };
}

function pairs(fields: Fields, under = ''): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]): [string, string][] => {
    const key = under === '' ? name : `${under}[${name}]`;
    return typeof value === 'object' ? pairs(value, key) : [[key, String(value)]];
  });
}

/** The header by which Stripe signs what it sends to an endpoint. */
export function signatureOf(payload: string, secret: string): string {
  const seconds = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex');
  return `t=${seconds},v1=${signature}`;
}
