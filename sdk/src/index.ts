import { BillingApi } from './billing.ts';
import { ApiClient, type DreamOptions } from './client.ts';
import { CustomersApi } from './customers.ts';
import type { Session, Tier } from './types.ts';
import { UsageApi } from './usage.ts';
import { type TokenResult, TokenVerifier } from './verify-token.ts';

/** dream, from your server. One instance for a key is enough; it holds no connection. */
export class Dream {
  readonly usage: UsageApi;
  readonly customers: CustomersApi;
  readonly billing: BillingApi;
  readonly #api: ApiClient;
  readonly #verifier: TokenVerifier;

  /** Throws TypeError for a key that is no secret key. */
  constructor(options: DreamOptions) {
    this.#api = new ApiClient(options);
    this.usage = new UsageApi(this.#api);
    this.customers = new CustomersApi(this.#api);
    this.billing = new BillingApi(this.#api);
    this.#verifier = new TokenVerifier(this.#api.baseUrl, this.#api.fetch);
  }

  /** Sessions for customers your own login knows. */
  readonly sessions = {
    /** By cust_… id, or by your own id, which makes the customer at first. */
    create: (input: { customer: string; email?: string }): Promise<Session> => {
      const { customer, email } = input;
      const who = customer.startsWith('cust_') ? { customer } : { externalId: customer, email };
      return this.#api.call({ method: 'POST', path: '/api/sessions', body: who });
    },
  };

  /** The listed tiers, in the order they are shown. */
  readonly tiers = {
    list: async (): Promise<Tier[]> =>
      (await this.#api.call<{ tiers: Tier[] }>({ method: 'GET', path: '/api/tiers' })).tiers,
  };

  /** Verifies an access token offline: signature, issuer, audience (your publishable key), expiry. */
  verifyToken(token: string, options: { publishableKey: string }): Promise<TokenResult> {
    return this.#verifier.verify(token, options.publishableKey);
  }
}

export type { DreamOptions } from './client.ts';
export type { CustomerPage, NewCustomer } from './customers.ts';
export { DreamError } from './errors.ts';
export type * from './types.ts';
export type { TrackInput, TrackResult } from './usage.ts';
export type { User } from './user.ts';
export type { TokenResult } from './verify-token.ts';
