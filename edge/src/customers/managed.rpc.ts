import { RpcTarget } from 'cloudflare:workers';
import type { AuditDetail, Customer, CustomerDetail, CustomerEvent } from '@dream/contract';
import { no, ok, type Outcome } from '../http/fail.ts';
import { eventsAbout } from '../outgoing/emit.rpc.ts';
import { type Act, auditAbout, writeAudit } from '../projects/audit.rpc.ts';
import { findCustomer, toCustomer } from './customers.store.ts';
import { type CustomerQuery, searchStep } from './search.store.ts';

/** A page of customers; `before` goes on with the next one. */
export interface CustomerPage {
  customers: Customer[];
  before: number | null;
}

/** How many events of a customer are shown. */
const MOST_EVENTS = 100;

/** The customers of one environment as those see them who manage it. */
export class ManagedCustomersRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** One step of a search: what it finds among the next customers, which may be nothing. */
  step(query: CustomerQuery, page: { before: number; limit: number }, nowMs: number): CustomerPage {
    const { sql } = this.#storage;
    const { rows, before } = searchStep(sql, query, page, nowMs);
    return { customers: rows.map((row) => toCustomer(sql, row, nowMs)), before };
  }

  /** A customer, and what decides its plan where no subscription does. */
  detail(id: string, nowMs: number): Outcome<Omit<CustomerDetail, 'usage' | 'providers'>> {
    const { sql } = this.#storage;
    const row = findCustomer(sql, id);
    if (!row) return no('customer_not_found');
    const { set_plan: setPlan, header_plan: headerPlan, clock_ms: clockMs } = row;
    return ok({ customer: toCustomer(sql, row, nowMs), setPlan, headerPlan, clockMs });
  }

  /** Writes to the audit log what is done for a customer elsewhere than here. */
  note(customerId: string, action: string, act: Act, details: readonly AuditDetail[] = []): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      if (findCustomer(sql, customerId)) writeAudit(sql, act, action, customerId, details);
    });
  }

  /** What happened to a customer, newest first, as far as it is kept. */
  events(id: string): Outcome<CustomerEvent[]> {
    const { sql } = this.#storage;
    const row = findCustomer(sql, id);
    if (!row) return no('customer_not_found');
    const all = [auditAbout(sql, row.id, MOST_EVENTS), eventsAbout(sql, row.id, MOST_EVENTS)];
    return ok(
      all
        .flat()
        .toSorted((a, b) => b.atMs - a.atMs)
        .slice(0, MOST_EVENTS),
    );
  }
}
