import type { ApiClient } from './client.ts';
import { DreamError } from './errors.ts';
import type { Session } from './types.ts';
import { checkedId } from './user.ts';

/** Sessions for customers your own login knows. */
export class SessionsApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /**
   * Signs a customer in for the widgets: by cust_… id, or by your own id, which makes the customer at
   * first; `email` is given to a customer so made. Hand the answer to the page of that person only.
   */
  async create({ customer, email }: { customer: string; email?: string }): Promise<Session> {
    const id = checkedId(customer);
    const body = id.startsWith('cust_') ? { customer: id } : { externalId: id, email };
    const create = () => this.#api.call<Session>({ method: 'POST', path: '/api/sessions', body });
    try {
      return await create();
    } catch (error) {
      // The answer to an earlier try was lost, and secrets are not told twice: its session is never
      // used, and another one is made.
      if (error instanceof DreamError && error.code === 'already_done') return create();
      throw error;
    }
  }
}
