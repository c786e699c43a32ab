import type { Usage } from '@dream/contract';
import type { CustomerSnapshot } from '../customers/plan.ts';
import type { RateWindow } from './limit.ts';
import type { Rules } from './meter.rpc.ts';

/** A count of one feature. The window columns hold this feature's share of the rate window. */
export type MeterRow = {
  used_units: number;
  period_start_ms: number;
  period_end_ms: number;
  window_start_ms: number;
  window_calls: number;
};
type CustomerRow = {
  version: number;
  plan: string | null;
  header_plan: string | null;
  erased_ms: number | null;
  banned: number;
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

  customer(id: string): CustomerRow | undefined {
    return this.#sql.exec<CustomerRow>('SELECT * FROM customer WHERE id = ?', id).toArray()[0];
  }

  putCustomer({ customerId, version, plan, headerPlan, banned }: CustomerSnapshot): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO customer VALUES (?, ?, ?, ?, NULL, ?)',
      customerId,
      version,
      plan,
      headerPlan,
      banned ? 1 : 0,
    );
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
      'INSERT OR REPLACE INTO meter VALUES (?, ?, ?, ?, ?, ?, ?)',
      customerId,
      feature,
      row.used_units,
      row.period_start_ms,
      row.period_end_ms,
      row.window_start_ms,
      row.window_calls,
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

  erase(customerId: string, nowMs: number): void {
    this.#sql.exec('DELETE FROM meter WHERE customer_id = ?', customerId);
    this.#sql.exec('DELETE FROM answer WHERE customer_id = ?', customerId);
    this.#sql.exec(
      `INSERT INTO customer VALUES (?1, 0, NULL, NULL, ?2, 0)
       ON CONFLICT (id) DO UPDATE SET plan = NULL, header_plan = NULL, erased_ms = ?2`,
      customerId,
      nowMs,
    );
  }
}
