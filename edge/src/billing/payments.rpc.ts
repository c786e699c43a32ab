import { RpcTarget } from 'cloudflare:workers';
import type { Payment } from '@dream/contract/payments';
import { CustomersRpc } from '../customers/customers.rpc.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { paymentsOf } from './payment.store.ts';

/** What the customers of one environment paid. */
export class PaymentsRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** A customer's charges, newest first. */
  list(
    id: string,
    page: { limit: number; cursor: string | null },
  ): Outcome<{ payments: Payment[]; nextCursor: string | null }> {
    const customer = new CustomersRpc(this.#storage).buyer(id);
    return customer
      ? ok(paymentsOf(this.#storage.sql, customer.id, page))
      : no('customer_not_found');
  }
}
