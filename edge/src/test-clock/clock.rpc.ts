import { RpcTarget } from 'cloudflare:workers';
import { CustomersRpc } from '../customers/customers.rpc.ts';
import { BillingRpc } from '../billing/billing.rpc.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { timeOf } from './now.rpc.ts';
import { longestMoveMs, type Moment, momentOf } from './clock.ts';

/** A move of a customer's clock: where to, and what is to be looked at when it is there. */
export interface ClockMove {
  customerId: string;
  /** What the move is for; that of an earlier one, if that is not over. */
  to: Moment;
  targetMs: number;
  longestMoveMs: number;
  stripeCustomerId: string;
  stripeAccountId: string | null;
  subscriptionIds: string[];
}

type Row = { clock_ms: number | null; clock_to: Moment | null; clock_target_ms: number | null };

/** The clocks of an environment's test customers. */
export class TestClockRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** What time it is for a customer. */
  timeOf(customerId: string, nowMs: number): number {
    return timeOf(this.#storage.sql, customerId, nowMs);
  }

  /** Decides where a clock is to be moved, and notes it: a move that was begun is finished first. */
  begin(id: string, to: Moment, nowMs: number): Outcome<ClockMove> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const buyer = new CustomersRpc(this.#storage).buyer(id);
      if (!buyer) return no('customer_not_found');
      const { id: customerId, stripeCustomerId } = buyer;
      const row = sql.exec<Row>('SELECT * FROM customer WHERE id = ?', customerId).one();
      if (row.clock_ms === null) return no('test_clock_missing');
      const { live, all, stripeAccountId } = new BillingRpc(this.#storage).ahead(customerId, nowMs);
      const atMs = row.clock_target_ms ?? (live && momentOf(to, live));
      if (atMs === null || stripeCustomerId === null) return no('nothing_ahead', { to });
      const move = {
        customerId,
        to: row.clock_to ?? to,
        // Stripe's clocks show whole seconds.
        targetMs: Math.ceil(atMs / 1000) * 1000,
        longestMoveMs: longestMoveMs(all.map(({ interval }) => interval)),
        stripeCustomerId,
        stripeAccountId,
        subscriptionIds: all.map((one) => one.id),
      };
      sql.exec(
        'UPDATE customer SET clock_to = ?, clock_target_ms = ? WHERE id = ?',
        move.to,
        move.targetMs,
        customerId,
      );
      return ok(move);
    });
  }

  /** Notes that a clock is there, and queues telling the customer's shard. Answers the outbox rows. */
  moved({ customerId, targetMs }: ClockMove, jobId: string, nowMs: number): string[] {
    return this.#storage.transactionSync(() => {
      const moved = this.#storage.sql.exec(
        `UPDATE customer SET clock_ms = max(clock_ms, ?1), clock_to = NULL, clock_target_ms = NULL
         WHERE id = ?2 AND clock_target_ms = ?1 RETURNING 1`,
        targetMs,
        customerId,
      );
      if (moved.toArray().length === 0) return [];
      return new BillingRpc(this.#storage).timeMoved(customerId, jobId, nowMs);
    });
  }
}
