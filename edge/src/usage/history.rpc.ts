import { RpcTarget } from 'cloudflare:workers';
import type { TopCustomer, UsageDay, UsageTotal } from '@dream/contract/usage-history';
import { noteNearLimits } from '../metrics/near-limit.rpc.ts';
import { eraseTopCustomer, noteTopCustomers } from '../metrics/top-customers.rpc.ts';
import { noteActive } from '../platform/active.rpc.ts';
import type { Perishable } from '../storage/prune.ts';
import type { DayRange } from './day-range.ts';
import type { Batch, DayUsage } from './day.ts';

/** Days of customers older than any range that can be asked for. Totals stay. */
export const OLD_USAGE_DAYS: Perishable = {
  table: 'usage_day',
  key: 'customer_id, feature, day',
  over: "day < date(? / 1000, 'unixepoch')",
  keepMs: 400 * 86_400_000,
};

/** How many customers are named as those who used most. */
const TOP = 10;

/** Usage by day of one environment, as its shards hand it over. */
export class UsageHistoryRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /**
   * Adds a shard's batch, once: one it handed over before changes nothing. Of a customer who was
   * erased only the total grows.
   */
  add(shard: string, { seq, rows }: Batch, nowMs: number): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      const isNew = sql.exec(
        `INSERT INTO roll_up VALUES (?1, ?2) ON CONFLICT (shard) DO UPDATE SET seq = ?2
         WHERE seq < ?2 RETURNING 1`,
        shard,
        seq,
      );
      if (isNew.toArray().length === 0) return;
      for (const row of rows) {
        this.#addDay(row);
        noteActive(this.#storage, row.customerId, row.day.slice(0, 7), nowMs);
      }
      this.#addTotals(rows);
      noteNearLimits(sql, rows);
      noteTopCustomers(sql, rows);
    });
  }

  /** The units of a customer and feature, day by day; days without any are left out. */
  days(customerId: string, feature: string, { from, to }: DayRange): UsageDay[] {
    return this.#storage.sql
      .exec<Row<UsageDay>>(
        `SELECT day, units FROM usage_day
         WHERE customer_id = ? AND feature = ? AND day BETWEEN ? AND ? ORDER BY day`,
        customerId,
        feature,
        from,
        to,
      )
      .toArray();
  }

  /** The units of all customers by day and feature, and who used most; of every feature if null. */
  totals(
    feature: string | null,
    range: DayRange,
  ): { days: UsageTotal[]; topCustomers: TopCustomer[] } {
    return { days: this.daysOfAll(feature, range), topCustomers: this.top(feature, range) };
  }

  /** The units of all customers by day and feature; of every feature if null. */
  daysOfAll(feature: string | null, { from, to }: DayRange): UsageTotal[] {
    return this.#storage.sql
      .exec<Row<UsageTotal>>(
        `SELECT day, feature, units FROM usage_total
         WHERE day BETWEEN ?1 AND ?2 AND iif(?3 IS NULL, 1, feature = ?3) ORDER BY day, feature`,
        from,
        to,
        feature,
      )
      .toArray();
  }

  /** Who used most of a feature, of any if null. It looks through every customer's days. */
  top(feature: string | null, { from, to }: DayRange): TopCustomer[] {
    return this.#storage.sql
      .exec<Row<TopCustomer>>(
        `SELECT id, external_id AS externalId, email, feature, units FROM (
           SELECT customer_id, feature, sum(units) AS units FROM usage_day
           WHERE day BETWEEN ?1 AND ?2 AND iif(?3 IS NULL, 1, feature = ?3)
           GROUP BY customer_id, feature ORDER BY units DESC, customer_id, feature LIMIT ?4
         ) JOIN customer ON id = customer_id ORDER BY units DESC, id, feature`,
        from,
        to,
        feature,
        TOP,
      )
      .toArray();
  }

  #addDay({ customerId, feature, day, units }: DayUsage): void {
    this.#storage.sql.exec(
      `INSERT INTO usage_day SELECT id, ?2, ?3, ?4 FROM customer WHERE id = ?1
       ON CONFLICT (customer_id, feature, day) DO UPDATE SET units = units + ?4`,
      customerId,
      feature,
      day,
      units,
    );
  }

  /** Of a whole batch a row for each day and feature. */
  #addTotals(rows: readonly DayUsage[]): void {
    const totals = new Map<string, UsageTotal>();
    for (const { day, feature, units } of rows) {
      const name = `${day} ${feature}`;
      totals.set(name, { day, feature, units: (totals.get(name)?.units ?? 0) + units });
    }
    for (const { day, feature, units } of totals.values())
      this.#storage.sql.exec(
        `INSERT INTO usage_total VALUES (?1, ?2, ?3)
         ON CONFLICT (day, feature) DO UPDATE SET units = units + ?3`,
        day,
        feature,
        units,
      );
  }
}

type Row<T> = { [Field in keyof T]: T[Field] };

/** Forgets a customer's usage by day. Call it in the transaction of the erasure. */
export function eraseUsageHistory(sql: SqlStorage, customerId: string): void {
  sql.exec('DELETE FROM usage_day WHERE customer_id = ?', customerId);
  eraseTopCustomer(sql, customerId);
}
