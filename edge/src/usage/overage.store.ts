import { MINUTE_MS, type OverageReport } from './overage.ts';

type ReportRow = { [Column in keyof OverageReport]: OverageReport[Column] };

/** What was counted above a limit and not handed over yet. */
interface Counted {
  customerId: string;
  feature: string;
  /** Units to be billed of the period, and those of them that are in a report already. */
  overUnits: number;
  handedUnits: number;
  periodStartMs: number;
  periodEndMs: number;
}

/**
 * Notes that units are to be handed over within a minute. True when that was not noted before: only
 * then a row is written, so that a call above the limit costs no more than one below it.
 */
export function noteOverage(
  sql: SqlStorage,
  customerId: string,
  feature: string,
  nowMs: number,
): boolean {
  const noted = sql.exec(
    'INSERT OR IGNORE INTO overage_due VALUES (?, ?, ?) RETURNING 1',
    customerId,
    feature,
    nowMs,
  );
  return noted.toArray().length > 0;
}

/**
 * Puts what was counted into a report, whose id and instant are fixed from here on. Call it in the
 * transaction that notes the units as handed over, or begins a new period.
 */
export function putReport(sql: SqlStorage, counted: Counted, nowMs: number): void {
  const { customerId, feature, overUnits, handedUnits, periodStartMs, periodEndMs } = counted;
  const [due] = sql
    .exec<{ since_ms: number }>(
      'DELETE FROM overage_due WHERE customer_id = ? AND feature = ? RETURNING since_ms',
      customerId,
      feature,
    )
    .toArray();
  if (overUnits <= handedUnits) return;
  const sinceMs = due?.since_ms ?? nowMs;
  const [customer] = sql
    .exec<{ clockMs: number | null }>(
      'SELECT clock_ms AS clockMs FROM customer WHERE id = ?',
      customerId,
    )
    .toArray();
  // A clock that was moved must not move use into another period.
  const countedMs = customer?.clockMs ?? sinceMs;
  const atMs = Math.max(periodStartMs, Math.min(countedMs, periodEndMs - 1000));
  sql.exec(
    'INSERT INTO overage_report VALUES (?, ?, ?, ?, ?, 0, ?, NULL)',
    `${customerId}_${feature}_${sinceMs}_${overUnits}`,
    customerId,
    feature,
    overUnits - handedUnits,
    atMs,
    nowMs,
  );
}

/**
 * Hands over everything that has waited for its minute, and of `customerId` all there is. Answers
 * whose meters it wrote.
 */
export function handOverDue(sql: SqlStorage, nowMs: number, customerId: string | null): string[] {
  const due = sql
    .exec<{ [Field in keyof Counted]: Counted[Field] }>(
      `SELECT meter.customer_id AS customerId, meter.feature, over_units AS overUnits,
         handed_units AS handedUnits, period_start_ms AS periodStartMs, period_end_ms AS periodEndMs
       FROM overage_due JOIN meter USING (customer_id, feature)
       WHERE since_ms <= ? OR customer_id = ?`,
      nowMs - MINUTE_MS,
      customerId,
    )
    .toArray();
  for (const counted of due) {
    putReport(sql, counted, nowMs);
    sql.exec(
      'UPDATE meter SET handed_units = over_units WHERE customer_id = ? AND feature = ?',
      counted.customerId,
      counted.feature,
    );
  }
  return due.map((counted) => counted.customerId);
}

/**
 * Takes reports that are due, of `customerId` alone all there are, and leaves each to its taker for a minute. `firstSentMs` is when one
 * was first taken, null for one that never was.
 */
export function takeReports(
  sql: SqlStorage,
  nowMs: number,
  limit: number,
  customerId: string | null,
): OverageReport[] {
  const reports = sql
    .exec<ReportRow>(
      `SELECT id, customer_id AS customerId, feature, units, at_ms AS atMs, tries,
         first_sent_ms AS firstSentMs
       FROM overage_report WHERE iif(?3 IS NULL, due_ms <= ?1, customer_id = ?3)
       ORDER BY due_ms LIMIT ?2`,
      nowMs,
      limit,
      customerId,
    )
    .toArray();
  for (const { id } of reports) {
    sql.exec(
      'UPDATE overage_report SET due_ms = ?1, first_sent_ms = coalesce(first_sent_ms, ?2) WHERE id = ?3',
      nowMs + MINUTE_MS,
      nowMs,
      id,
    );
  }
  return reports;
}

/** Forgets a report that arrived, or is nobody's to pay. */
export function dropReport(sql: SqlStorage, id: string): void {
  sql.exec('DELETE FROM overage_report WHERE id = ?', id);
}

/** Has a report that failed tried again. */
export function retryReport(sql: SqlStorage, id: string, dueMs: number): void {
  sql.exec('UPDATE overage_report SET tries = tries + 1, due_ms = ? WHERE id = ?', dueMs, id);
}

/** When something is to be handed over or sent next; null when there is nothing. */
export function overageDueMs(sql: SqlStorage): number | null {
  return sql
    .exec<{ dueMs: number | null }>(
      `SELECT min(due_ms) AS dueMs FROM (
         SELECT min(since_ms) + ? AS due_ms FROM overage_due
         UNION ALL SELECT min(due_ms) FROM overage_report)`,
      MINUTE_MS,
    )
    .one().dueMs;
}
