import type { ApiClient } from './client.ts';
import { CustomerSessionsApi } from './customer-sessions.ts';
import type { Customer, Payment } from './types.ts';
import { customerPath } from './user.ts';

/** A new customer. The e-mail counts as unverified until its owner proves it. */
export interface NewCustomer {
  email: string;
  firstName?: string;
  lastName?: string;
  password?: string;
  plan?: string;
  externalId?: string;
  /** In test mode: its time stands still until `advance` moves it. */
  testClock?: boolean;
}

/** Where a test customer can be moved; `feature` is whose limit, `requests` unless told. */
export interface ClockMove {
  to: 'renewal' | 'trial_end' | 'period_end' | 'grace_end' | 'limit';
  feature?: string;
}

/** A test customer that was moved, and what its clock says. */
export interface MovedCustomer {
  customer: Customer;
  atMs: number;
}

/**
 * What may be changed of a customer; a name that is null is removed. A ban ends its sessions. An own id
 * is given to a customer that has none, for ever.
 */
export interface CustomerPatch {
  plan?: string;
  firstName?: string | null;
  lastName?: string | null;
  banned?: boolean;
  externalId?: string;
}

/** Who was erased; `kept` says in words what stays to know them again, or is null. */
export interface ErasedCustomer {
  id: string;
  email: string | null;
  kept: string | null;
}

interface Erasure {
  deleted: { id: string; email: string | null };
  kept: string | null;
}

/** One page of customers; `nextCursor` is null on the last. */
export interface CustomerPage {
  customers: Customer[];
  nextCursor: string | null;
}

/** One page of payments; `nextCursor` is null on the last. */
export interface PaymentPage {
  payments: Payment[];
  nextCursor: string | null;
}

/** Customers, by cust_… id or by your own id. */
export class CustomersApi {
  readonly sessions: CustomerSessionsApi;
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.sessions = new CustomerSessionsApi(api);
    this.#api = api;
  }

  /** Creates a customer. Throws `customer_exists`, with `details.customerId`, for a known e-mail. */
  async create(customer: NewCustomer): Promise<Customer> {
    return (
      await this.#api.call<{ customer: Customer }>({
        method: 'POST',
        path: '/api/customers',
        body: customer,
      })
    ).customer;
  }

  /** Reads a customer. Throws `customer_not_found`. */
  async get(id: string): Promise<Customer> {
    return (await this.#api.call<{ customer: Customer }>({ method: 'GET', path: customerPath(id) }))
      .customer;
  }

  /**
   * Changes plan or names, bans or lets in again. A ban ends every session, and nothing is counted for
   * the customer: `customer_banned`. Throws `subscription_active` for the plan of a subscriber,
   * `customer_exists` for the own id of another, and `external_id_set` for one that has another.
   */
  async update(id: string, patch: CustomerPatch): Promise<Customer> {
    return (
      await this.#api.call<{ customer: Customer }>({
        method: 'PATCH',
        path: customerPath(id),
        body: patch,
      })
    ).customer;
  }

  /**
   * Erases a customer; a live subscription is cancelled. Throws `customer_not_found` for one that is
   * gone already, also when it was this call's own earlier try that erased it.
   */
  async delete(id: string): Promise<ErasedCustomer> {
    const { deleted, kept } = await this.#api.call<Erasure>({
      method: 'DELETE',
      path: customerPath(id),
    });
    return { ...deleted, kept };
  }

  /** One page, newest first. */
  page(query: { limit?: number; cursor?: string; email?: string } = {}): Promise<CustomerPage> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return this.#api.call({ method: 'GET', path: `/api/customers?${search}` });
  }

  /** All of them, newest first, page by page as they are needed. */
  async *list(query: { email?: string } = {}): AsyncGenerator<Customer, void> {
    let cursor: string | null = null;
    do {
      const page: CustomerPage = await this.page({
        ...query,
        limit: 100,
        ...(cursor === null ? {} : { cursor }),
      });
      yield* page.customers;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  /**
   * In test mode: moves a customer made with `testClock` to its renewal or an end, or the count of any
   * customer to its limit. Throws `test_clock_missing`, `nothing_ahead`, and `test_mode_only`.
   */
  advance(id: string, move: ClockMove): Promise<MovedCustomer> {
    return this.#api.call({ method: 'POST', path: `${customerPath(id)}/clock`, body: move });
  }

  /** What a customer paid, newest first, with refunds and disputes. */
  async payments(id: string, page: { limit?: number; cursor?: string } = {}): Promise<PaymentPage> {
    const query = new URLSearchParams(
      Object.entries(page).map(([name, value]) => [name, String(value)]),
    );
    const path = `${customerPath(id)}/payments${query.size > 0 ? `?${query}` : ''}`;
    return this.#api.call({ method: 'GET', path });
  }
}
