import { createHash } from 'node:crypto';
import type { Usage } from '@dream/contract';
import type { RunningUsage } from '../customers/kept.ts';
import type { CustomerSnapshot } from '../customers/plan.ts';
import type { DayCount } from './day.ts';
import type { RateWindow } from './limit.ts';
import type { Rules } from './meter.rpc.ts';
import { eraseRollUp } from './roll-up.store.ts';

/** A count of one feature. The window columns hold this feature's share of the rate window. */
export type MeterRow = DayCount & {
  used_units: number;
  period_start_ms: number;
  period_end_ms: number;
  window_start_ms: number;
  window_calls: number;
  /** What webhooks were told of it in this period, as bits. */
  told: number;
  /** Of the used units, those to be billed as overage, and of these, those in a report. */
  over_units: number;
  handed_units: number;
};
type CustomerRow = {
  version: number;
  plan: string | null;
  header_plan: string | null;
  erased_ms: number | null;
  banned: number;
  /** JSON of the subscription's terms. */
  subscription: string | null;
  /** What its test clock says; null for whom time passes. */
  clock_ms: number | null;
};

/** The statements of the metered path. */
export class MeterStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  rules(): Rules | null {
    const row = this.#sql.exec<{ body: string }>('SELECT body FROM rules').toArray()[0];
    return row ? (JSON.parse(row.body) as Rules) : null;
  }

  putRules(rules: Rules): void {
    this.#sql.exec(
      `INSERT INTO rules VALUES (1, ?1, ?2) ON CONFLICT (one) DO UPDATE SET version = ?1, body = ?2
       WHERE version < ?1`,
      rules.version,
      JSON.stringify(rules),
    );
  }

  /** What is known of a customer. One that is gone is erased, whatever its row was. */
  customer(id: string): CustomerRow | undefined {
    const row = this.#sql.exec<CustomerRow>('SELECT * FROM customer WHERE id = ?', id).toArray()[0];
    if (row) return row;
    const gone = this.#sql
      .exec<{ at_ms: number }>('SELECT at_ms FROM gone WHERE id_hash = ?', hashOf(id))
      .toArray()[0];
    if (!gone) return undefined;
    const nothing = {
      version: 0,
      plan: null,
      header_plan: null,
      banned: 0,
      subscription: null,
      clock_ms: null,
    };
    return { ...nothing, erased_ms: gone.at_ms };
  }

  putCustomer(snapshot: CustomerSnapshot): void {
    const { customerId, version, plan, headerPlan, banned, subscription, clockMs } = snapshot;
    this.#sql.exec(
      'INSERT OR REPLACE INTO customer VALUES (?, ?, ?, ?, NULL, ?, ?, ?)',
      customerId,
      version,
      plan,
      headerPlan,
      banned ? 1 : 0,
      subscription ? JSON.stringify(subscription) : null,
      clockMs ?? null,
    );
  }

  /** A customer whose overage waits to be reported. */
  anyWithOverage(): string | undefined {
    return this.#sql
      .exec<{ id: string }>(
        `SELECT customer_id AS id FROM overage_due
         UNION ALL SELECT customer_id FROM overage_report LIMIT 1`,
      )
      .toArray()[0]?.id;
  }

  meter(customerId: string, feature: string): MeterRow | undefined {
    return this.#sql
      .exec<MeterRow>(
        'SELECT * FROM meter WHERE customer_id = ? AND feature = ?',
        customerId,
        feature,
      )
      .toArray()[0];
  }

  /** The customer's running rate window: the newest one, its calls added up over the features. */
  window(customerId: string): RateWindow {
    const rows = this.#sql
      .exec<MeterRow>('SELECT * FROM meter WHERE customer_id = ?', customerId)
      .toArray();
    const startMs = Math.max(0, ...rows.map((row) => row.window_start_ms));
    const inWindow = rows.filter((row) => row.window_start_ms === startMs);
    return { startMs, calls: inWindow.reduce((sum, row) => sum + row.window_calls, 0) };
  }

  putMeter(customerId: string, feature: string, row: MeterRow): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO meter VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      customerId,
      feature,
      row.used_units,
      row.period_start_ms,
      row.period_end_ms,
      row.window_start_ms,
      row.window_calls,
      row.told,
      row.over_units,
      row.handed_units,
      row.day,
      row.day_end_ms,
      row.day_units,
      row.rolled_units,
    );
  }

  answer(customerId: string, key: string): { fingerprint: string; usage: Usage } | null {
    const row = this.#sql
      .exec<{ fingerprint: string; body: string }>(
        'SELECT * FROM answer WHERE customer_id = ? AND key = ?',
        customerId,
        key,
      )
      .toArray()[0];
    return row ? { fingerprint: row.fingerprint, usage: JSON.parse(row.body) as Usage } : null;
  }

  putAnswer(
    customerId: string,
    { key, fingerprint }: { key: string; fingerprint: string },
    usage: Usage,
    nowMs: number,
  ): void {
    this.#sql.exec(
      'INSERT INTO answer VALUES (?, ?, ?, ?, ?)',
      customerId,
      key,
      fingerprint,
      nowMs,
      JSON.stringify(usage),
    );
  }

  forgetAnswers(beforeMs: number): void {
    this.#sql.exec('DELETE FROM answer WHERE created_ms < ?', beforeMs);
  }

  /** The counts of a customer whose period still runs. */
  running(customerId: string, nowMs: number): RunningUsage[] {
    return this.#sql
      .exec<{ [Field in keyof RunningUsage]: RunningUsage[Field] }>(
        `SELECT feature, used_units AS usedUnits, period_start_ms AS periodStartMs,
         period_end_ms AS periodEndMs FROM meter WHERE customer_id = ? AND period_end_ms > ?`,
        customerId,
        nowMs,
      )
      .toArray();
  }

  /** Raises a count to what was used before; the rate window starts empty. */
  resume(customerId: string, usage: RunningUsage): void {
    this.#sql.exec(
      `INSERT INTO meter (customer_id, feature, used_units, period_start_ms, period_end_ms,
         window_start_ms, window_calls) VALUES (?1, ?2, ?3, ?4, ?5, 0, 0)
       ON CONFLICT (customer_id, feature) DO UPDATE SET used_units = max(used_units, ?3) WHERE period_end_ms = ?5`,
      customerId,
      usage.feature,
      usage.usedUnits,
      usage.periodStartMs,
      usage.periodEndMs,
    );
  }

  /** Ends counting for a customer; the counts stay until `erase`. */
  retire(customerId: string, nowMs: number): void {
    this.#sql.exec('UPDATE customer SET erased_ms = ? WHERE id = ?', nowMs, customerId);
    this.#sql.exec('INSERT OR IGNORE INTO gone VALUES (?, ?)', hashOf(customerId), nowMs);
  }

  erase(customerId: string): void {
    for (const table of ['meter', 'answer', 'notice', 'overage_due', 'overage_report'])
      this.#sql.exec(`DELETE FROM ${table} WHERE customer_id = ?`, customerId);
    eraseRollUp(this.#sql, customerId);
    this.#sql.exec('DELETE FROM customer WHERE id = ?', customerId);
  }
}

/** An id is random, so its hash tells nobody anything who does not have it. */
const hashOf = (id: string): string => createHash('sha256').update(id).digest('base64url');
