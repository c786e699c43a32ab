import type { ApiClient } from './client.ts';
import type { Tier } from './types.ts';

/** The tiers you sell. */
export class TiersApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** The listed tiers, in the order they are shown. */
  async list(): Promise<Tier[]> {
    const { tiers } = await this.#api.call<{ tiers: Tier[] }>({
      method: 'GET',
      path: '/api/tiers',
    });
    return tiers;
  }
}
