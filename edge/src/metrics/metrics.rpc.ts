import { RpcTarget } from 'cloudflare:workers';
import type { Dashboard, RecentEvent, TierCount } from '@dream/contract/dashboard';
import { defaultTierName, tierNames } from '../catalog/catalog.rpc.ts';
import { OrdersRpc } from '../orders/orders.rpc.ts';
import type { Perishable } from '../storage/prune.ts';
import type { DayRange } from '../usage/day-range.ts';
import { UsageHistoryRpc } from '../usage/history.rpc.ts';
import { bookEnds } from './book.rpc.ts';
import { nearLimits } from './near-limit.rpc.ts';
import { type Booked, type DayStep, formerRange, reportOf } from './report.ts';
import { topCustomers } from './top-customers.rpc.ts';
import type { Part } from './totals.ts';

/** Whose period is over is not near its limit any more. */
export const OLD_NEAR_LIMITS: Perishable = {
  table: 'near_limit',
  key: 'customer_id, feature',
  over: 'resets_ms < ?',
  keepMs: 0,
};

/** How many orders and events are shown. */
const RECENT_ORDERS = 10;
const RECENT_EVENTS = 20;

/** The numbers of one environment. */
export class MetricsRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** The metrics of a range, and day by day. What was to end by now has ended. */
  report(range: DayRange, nowMs: number): Part {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => bookEnds(sql, nowMs));
    return reportOf(this.#booked(range), range);
  }

  /** The same, with the customers, tiers, orders and events behind it. */
  dashboard(range: DayRange, nowMs: number): Omit<Dashboard, 'mode' | 'range'> {
    const { sql } = this.#storage;
    const tiers = this.#tiers();
    const query = { before: Number.MAX_SAFE_INTEGER, limit: RECENT_ORDERS };
    const { orders } = new OrdersRpc(this.#storage).list({
      ...query,
      customerId: null,
      status: null,
      q: null,
    });
    return {
      ...this.report(range, nowMs),
      customers: {
        total: tiers.reduce((sum, { customers }) => sum + customers, 0),
        top: topCustomers(sql, range.to.slice(0, 7)),
        nearLimit: nearLimits(sql, nowMs),
      },
      tiers,
      orders,
      events: this.#events(),
    };
  }

  #booked(range: DayRange): Booked {
    const { sql } = this.#storage;
    const former = formerRange(range);
    const before = sql
      .exec<Omit<DayStep, 'day'>>(
        'SELECT metric, key, sum(value) AS value FROM metric_day WHERE day < ? GROUP BY metric, key',
        former.from,
      )
      .toArray();
    const steps = sql
      .exec<{ [Field in keyof DayStep]: DayStep[Field] }>(
        'SELECT metric, key, day, value FROM metric_day WHERE day BETWEEN ? AND ?',
        former.from,
        range.to,
      )
      .toArray();
    const usageBefore = sql
      .exec<{ feature: string; units: number }>(
        `SELECT feature, sum(units) AS units FROM usage_total WHERE day BETWEEN ? AND ?
         GROUP BY feature`,
        former.from,
        former.to,
      )
      .toArray();
    return {
      before,
      steps,
      ended: { now: this.#ended(range), before: this.#ended(former) },
      usage: new UsageHistoryRpc(this.#storage).daysOfAll(null, range),
      usageBefore,
    };
  }

  /** Of the subscriptions that paid before a range, how many ended in it. */
  #ended({ from, to }: DayRange): number {
    return this.#storage.sql
      .exec<{ ended: number }>(
        `SELECT count(*) AS ended FROM standing
         WHERE ended_day BETWEEN ?1 AND ?2 AND began_day < ?1`,
        from,
        to,
      )
      .one().ended;
  }

  #tiers(): TierCount[] {
    const { sql } = this.#storage;
    const fallback = defaultTierName(sql);
    const counts = new Map<string | null, number>();
    for (const { plan, customers } of sql.exec<{ plan: string | null; customers: number }>(
      'SELECT announced_plan AS plan, count(*) AS customers FROM customer GROUP BY announced_plan',
    )) {
      const name = plan ?? fallback;
      counts.set(name, (counts.get(name) ?? 0) + customers);
    }
    return tierNames(sql)
      .map((tier) => ({ ...tier, customers: counts.get(tier.name) ?? 0 }))
      .filter(({ archived, customers }) => !archived || customers > 0);
  }

  /** What happened last, each kind from the end of an index. */
  #events(): RecentEvent[] {
    const kinds = Object.entries(EVENTS) as [RecentEvent['type'], string][];
    return kinds
      .flatMap(([type, select]) =>
        this.#storage.sql
          .exec<Omit<RecentEvent, 'type'>>(select, RECENT_EVENTS)
          .toArray()
          .map((row) => ({ type, ...row })),
      )
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, RECENT_EVENTS);
  }
}

const SUBSCRIPTION = (what: 'began' | 'ended') =>
  `SELECT t.subscription_id AS subject, s.customer_id AS customerId, t.${what}_ms AS atMs
   FROM standing t JOIN subscription s ON s.id = t.subscription_id
   WHERE t.${what}_day IS NOT NULL ORDER BY t.${what}_day DESC LIMIT ?`;

const EVENTS: Record<RecentEvent['type'], string> = {
  'customer.created':
    'SELECT id AS subject, id AS customerId, created_ms AS atMs FROM customer ORDER BY seq DESC LIMIT ?',
  'subscription.started': SUBSCRIPTION('began'),
  'subscription.ended': SUBSCRIPTION('ended'),
  'payment.succeeded': `SELECT id AS subject, customer_id AS customerId, created_ms AS atMs FROM payment
    WHERE status = 'succeeded' ORDER BY created_ms DESC LIMIT ?`,
  'order.paid': `SELECT id AS subject, customer_id AS customerId, paid_ms AS atMs FROM store_order
    WHERE paid_ms IS NOT NULL ORDER BY paid_ms DESC LIMIT ?`,
};
