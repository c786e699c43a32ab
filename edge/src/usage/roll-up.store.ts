import type { Batch, DayUsage, MeterName } from './day.ts';

type Row = { [Field in keyof DayUsage]-?: NonNullable<DayUsage[Field]> };
type OverRow = Omit<Row, 'usedUnits' | 'grantedUnits' | 'periodEndMs'>;

/** The batch that did not arrive yet, the number of the last one, and when the next is due. */
export function rollUpState(sql: SqlStorage): {
  open: Batch | null;
  seq: number;
  dueMs: number | null;
} {
  const { seq, body, dueMs } = sql
    .exec<{ seq: number; body: string | null; dueMs: number | null }>(
      'SELECT seq, body, due_ms AS dueMs FROM roll_up',
    )
    .one();
  const open = body === null ? null : { seq, rows: JSON.parse(body) as DayUsage[] };
  return { open, seq, dueMs };
}

export function setRollUpDue(sql: SqlStorage, dueMs: number | null): void {
  sql.exec('UPDATE roll_up SET due_ms = ?', dueMs);
}

/** Fixes a batch; `retryMs` is when it is handed over again unless it has arrived. */
export function openBatch(sql: SqlStorage, { seq, rows }: Batch, retryMs: number): void {
  sql.exec('UPDATE roll_up SET seq = ?, body = ?, due_ms = ?', seq, JSON.stringify(rows), retryMs);
}

/** Forgets a batch that arrived, and says when the next one is due. Safe to repeat. */
export function closeBatch(sql: SqlStorage, seq: number, dueMs: number | null): void {
  sql.exec(
    'UPDATE roll_up SET body = NULL, due_ms = ? WHERE seq = ? AND body IS NOT NULL',
    dueMs,
    seq,
  );
}

/** Keeps what was left of a day that is over. */
export function putDayOver(sql: SqlStorage, { customerId, feature, day, units }: DayUsage): void {
  sql.exec(
    `INSERT INTO day_over VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (customer_id, feature, day) DO UPDATE SET units = units + ?4`,
    customerId,
    feature,
    day,
    units,
  );
}

/** Takes what was left of days that are over, at most `limit` rows. */
export function takeDaysOver(sql: SqlStorage, limit: number): DayUsage[] {
  const rows = sql
    .exec<OverRow>(
      'SELECT customer_id AS customerId, feature, day, units FROM day_over LIMIT ?',
      limit,
    )
    .toArray();
  for (const { customerId, feature, day } of rows)
    sql.exec(
      'DELETE FROM day_over WHERE customer_id = ? AND feature = ? AND day = ?',
      customerId,
      feature,
      day,
    );
  return rows;
}

const UNROLLED = `SELECT customer_id AS customerId, feature, day, day_units - rolled_units AS units,
  used_units AS usedUnits, granted_units AS grantedUnits, period_end_ms AS periodEndMs
  FROM meter WHERE day_units > rolled_units AND`;

/** Takes what one meter counted and did not hand over; null when there is nothing. */
export function takeMeter(sql: SqlStorage, { customerId, feature }: MeterName): DayUsage | null {
  const found = sql.exec<Row>(`${UNROLLED} customer_id = ? AND feature = ?`, customerId, feature);
  const row = found.toArray()[0];
  if (row) noteTaken(sql, row);
  return row ?? null;
}

/** The same of the meters that come after one, in their order, at most `limit`. */
export function takeMetersAfter(sql: SqlStorage, after: MeterName, limit: number): DayUsage[] {
  const rows = sql
    .exec<Row>(
      `${UNROLLED} (customer_id, feature) > (?, ?) ORDER BY customer_id, feature LIMIT ?`,
      after.customerId,
      after.feature,
      limit,
    )
    .toArray();
  for (const row of rows) noteTaken(sql, row);
  return rows;
}

function noteTaken(sql: SqlStorage, { customerId, feature }: MeterName): void {
  sql.exec(
    'UPDATE meter SET rolled_units = day_units WHERE customer_id = ? AND feature = ?',
    customerId,
    feature,
  );
}

/** Forgets a customer's usage by day, also in a batch that waits: the Project drops it, too. */
export function eraseRollUp(sql: SqlStorage, customerId: string): void {
  sql.exec('DELETE FROM day_over WHERE customer_id = ?', customerId);
  const { open } = rollUpState(sql);
  const rows = open?.rows.filter((row) => row.customerId !== customerId);
  if (open && rows && rows.length < open.rows.length)
    sql.exec('UPDATE roll_up SET body = ?', JSON.stringify(rows));
}
