import type { ApiClient } from './client.ts';
import type { CustomerSession } from './types.ts';
import { customerPath } from './user.ts';

/** The sessions of your customers, by cust_… id or by your own id. */
export class CustomerSessionsApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Those that live, the one used last first; at most 100. Throws `customer_not_found`. */
  async list(customer: string): Promise<CustomerSession[]> {
    const path = `${customerPath(customer)}/sessions`;
    return (await this.#api.call<{ sessions: CustomerSession[] }>({ method: 'GET', path }))
      .sessions;
  }

  /** Ends one, as `list` names it. Ending one that has ended is a success. */
  async end(customer: string, sessionId: string): Promise<void> {
    if (!/^\w+$/.test(sessionId))
      throw new TypeError('Say which session to end: an id of customers.sessions.list, ses_….');
    const path = `${customerPath(customer)}/sessions/${sessionId}`;
    await this.#api.call<object>({ method: 'DELETE', path });
  }

  /** Signs the customer out everywhere. An access token is good offline for 5 minutes more. */
  async endAll(customer: string): Promise<void> {
    const path = `${customerPath(customer)}/sessions`;
    await this.#api.call<object>({ method: 'DELETE', path });
  }
}
