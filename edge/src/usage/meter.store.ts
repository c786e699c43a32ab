import { createHash } from 'node:crypto';
import type { Usage } from '@dream/contract';
import type { RunningUsage } from '../customers/kept.ts';
import type { CustomerSnapshot, SubscriptionTerms } from '../customers/plan.ts';
import { BoundedMap } from '../storage/bounded-map.ts';
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

/** What a shard knows of a customer, with its terms as they are used. */
type Customer = Omit<CustomerRow, 'subscription'> & { subscription: SubscriptionTerms | null };
/** What is remembered of a customer: its row, and all of its meters. */
interface Remembered {
  customer: Customer;
  meters: Map<string, MeterRow>;
}

/** What a customer and a meter weigh in memory, in bytes and roughly. */
const CUSTOMER_BYTES = 500;
const METER_BYTES = 500;
/** What all that is remembered may weigh. */
const MOST_BYTES = 12_000_000;

/**
 * The statements of the metered path, and a memory of what they last read and wrote: one for the
 * object's life. It is right as long as every write of these tables goes through here, or tells
 * `forget`; when a transaction is rolled back, its customer must be forgotten, too.
 */
export class MeterStore {
  readonly #sql: SqlStorage;
  readonly #remembered = new BoundedMap<string, Remembered>(MOST_BYTES);
  #rules: Rules | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Forgets what is remembered of a customer, and the rules: they are read again. */
  forget(customerId: string): void {
    this.#remembered.delete(customerId);
    this.#rules = null;
  }

  rules(): Rules | null {
    if (this.#rules) return this.#rules;
    const row = this.#sql.exec<{ body: string }>('SELECT body FROM rules').toArray()[0];
    this.#rules = row ? (JSON.parse(row.body) as Rules) : null;
    return this.#rules;
  }

  putRules(rules: Rules): void {
    this.#rules = null;
    this.#sql.exec(
      `INSERT INTO rules VALUES (1, ?1, ?2) ON CONFLICT (one) DO UPDATE SET version = ?1, body = ?2
       WHERE version < ?1`,
      rules.version,
      JSON.stringify(rules),
    );
  }

  /** What is known of a customer. One that is gone is erased, whatever its row was. */
  customer(id: string): Customer | undefined {
    const remembered = this.#recall(id);
    if (remembered) return remembered.customer;
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

  /** A customer that has a row, with its meters; read at first, remembered from then on. */
  #recall(id: string): Remembered | undefined {
    const known = this.#remembered.get(id);
    if (known) return known;
    const row = this.#sql.exec<CustomerRow>('SELECT * FROM customer WHERE id = ?', id).toArray()[0];
    if (!row) return undefined;
    const subscription =
      row.subscription === null ? null : (JSON.parse(row.subscription) as SubscriptionTerms);
    const meters = new Map(this.#metersOf(id).map((meter) => [meter.feature, meter]));
    const read = { customer: { ...row, subscription }, meters };
    this.#remembered.set(id, read, weightOf(read));
    return read;
  }

  #metersOf(customerId: string): (MeterRow & { feature: string })[] {
    return this.#sql
      .exec<MeterRow & { feature: string }>('SELECT * FROM meter WHERE customer_id = ?', customerId)
      .toArray();
  }

  putCustomer(snapshot: CustomerSnapshot): void {
    const { customerId, version, plan, headerPlan, banned, subscription, clockMs } = snapshot;
    this.#remembered.delete(customerId);
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
    return this.#recall(customerId)?.meters.get(feature);
  }

  /** The customer's running rate window: the newest one, its calls added up over the features. */
  window(customerId: string): RateWindow {
    let window: RateWindow = { startMs: 0, calls: 0 };
    for (const meter of this.#recall(customerId)?.meters.values() ?? []) {
      const { window_start_ms: startMs, window_calls: calls } = meter;
      if (startMs > window.startMs) window = { startMs, calls };
      else if (startMs === window.startMs) window = { startMs, calls: window.calls + calls };
    }
    return window;
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
    const known = this.#remembered.get(customerId);
    if (!known) return;
    const isNew = !known.meters.has(feature);
    known.meters.set(feature, row);
    if (isNew) this.#remembered.set(customerId, known, weightOf(known));
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
    this.#remembered.delete(customerId);
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
    this.#remembered.delete(customerId);
    this.#sql.exec('UPDATE customer SET erased_ms = ? WHERE id = ?', nowMs, customerId);
    this.#sql.exec('INSERT OR IGNORE INTO gone VALUES (?, ?)', hashOf(customerId), nowMs);
  }

  erase(customerId: string): void {
    this.#remembered.delete(customerId);
    for (const table of ['meter', 'answer', 'notice', 'overage_due', 'overage_report'])
      this.#sql.exec(`DELETE FROM ${table} WHERE customer_id = ?`, customerId);
    eraseRollUp(this.#sql, customerId);
    this.#sql.exec('DELETE FROM customer WHERE id = ?', customerId);
  }
}

const weightOf = ({ meters }: Remembered): number => CUSTOMER_BYTES + METER_BYTES * meters.size;

/** An id is random, so its hash tells nobody anything who does not have it. */
const hashOf = (id: string): string => createHash('sha256').update(id).digest('base64url');
