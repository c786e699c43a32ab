import type { ApiClient } from './client.ts';
import type { CreditEntry, CreditGrant, Credits } from './types.ts';
import { type User, userHeaders } from './user.ts';

/** What to give. It never ends unless told; with one `idempotencyKey` it is given once. */
export type GrantInput = User & {
  units: number;
  /** Its customer can read it. */
  note?: string;
  idempotencyKey?: string;
} & (
    | { expiresAtMs?: number; expiresInDays?: undefined }
    | { expiresInDays?: number; expiresAtMs?: undefined }
  );

/** What was given, and the balance with it. */
export interface GivenCredits {
  grant: CreditGrant;
  balanceUnits: number;
}

/** Credits: one balance of a customer that several features draw on. */
export class CreditsApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** The balance, what it is made of in the order it is drawn, and a page of the ledger. */
  async balance({
    limit,
    cursor,
    ...user
  }: User & { limit?: number; cursor?: string }): Promise<Credits> {
    const asked = Object.entries({ limit, cursor }).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(asked.map(([name, value]) => [name, String(value)]));
    const path = asked.length === 0 ? '/api/credits' : `/api/credits?${query}`;
    return this.#api.call({ method: 'GET', path, headers: userHeaders(user) });
  }

  /** Gives a customer credits. */
  async grant({ idempotencyKey, ...input }: GrantInput): Promise<GivenCredits> {
    const { customer, token, ...body } = input;
    const { grant, balanceUnits } = await this.#api.call<GivenCredits>({
      method: 'POST',
      path: '/api/credits/grants',
      body,
      headers: userHeaders({ customer, token }),
      idempotencyKey,
    });
    return { grant, balanceUnits };
  }

  /** Every change of the balance, newest first, page by page as they are needed. */
  async *history(user: User): AsyncGenerator<CreditEntry, void> {
    let cursor: string | null = null;
    do {
      const more: { cursor?: string } = cursor === null ? {} : { cursor };
      const page: Credits = await this.balance({ ...user, limit: 100, ...more });
      yield* page.entries;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }
}
