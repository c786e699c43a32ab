import type { MeterName } from './day.ts';
import type { Closed, KeptHold } from './hold.ts';

type Row = {
  id: string;
  customer_id: string;
  feature: string;
  first_units: number;
  granted: string | null;
  turn: number;
  units: number;
  expires_ms: number;
  is_live: number;
  closed: string | null;
};

/** A hold as it is kept, and whose it is. */
export interface StoredHold extends KeptHold, MeterName {
  id: string;
  /** The units of the first grant. */
  firstUnits: number;
  expiresMs: number;
  /** The first answer and what was asked, as JSON, where it was with a key. */
  granted: string | null;
}

const fromRow = (row: Row): StoredHold => ({
  id: row.id,
  customerId: row.customer_id,
  feature: row.feature,
  firstUnits: row.first_units,
  granted: row.granted,
  turn: row.turn,
  units: row.units,
  expiresMs: row.expires_ms,
  isLive: row.is_live === 1,
  closed: row.closed === null ? null : (JSON.parse(row.closed) as Closed),
});

export function findHold(sql: SqlStorage, id: string): StoredHold | null {
  const [row] = sql.exec<Row>('SELECT * FROM hold WHERE id = ?', id).toArray();
  return row ? fromRow(row) : null;
}

/** The holds of a customer and feature that are not settled. */
export const liveHolds = (sql: SqlStorage, { customerId, feature }: MeterName): StoredHold[] =>
  sql
    .exec<Row>(
      `SELECT * FROM hold WHERE is_live = 1 AND customer_id = ? AND feature = ?
       ORDER BY expires_ms, id`,
      customerId,
      feature,
    )
    .toArray()
    .map(fromRow);

/** The units in them. */
export const heldUnits = (sql: SqlStorage, { customerId, feature }: MeterName): number =>
  sql
    .exec<{ units: number }>(
      `SELECT coalesce(sum(units), 0) AS units FROM hold
       WHERE is_live = 1 AND customer_id = ? AND feature = ?`,
      customerId,
      feature,
    )
    .one().units;

/** The meters with holds that are not settled, of all or those over at an instant. */
export const metersWithHolds = (sql: SqlStorage, overMs: number | null = null): MeterName[] =>
  sql
    .exec<{ customerId: string; feature: string }>(
      `SELECT DISTINCT customer_id AS customerId, feature FROM hold
       WHERE is_live = 1 AND iif(?1 IS NULL, 1, expires_ms <= ?1)`,
      overMs,
    )
    .toArray();

/** When the first hold expires; null when there is none. */
export const firstExpiryMs = (sql: SqlStorage): number | null =>
  sql
    .exec<{ dueMs: number | null }>(
      'SELECT min(expires_ms) AS dueMs FROM hold INDEXED BY hold_live WHERE is_live = 1',
    )
    .one().dueMs;

/** Keeps a first hold. */
export function putHold(
  sql: SqlStorage,
  hold: Pick<StoredHold, 'id' | 'customerId' | 'feature' | 'units' | 'expiresMs' | 'granted'>,
): void {
  const { id, customerId, feature, units, expiresMs, granted } = hold;
  sql.exec(
    'INSERT INTO hold VALUES (?1, ?2, ?3, ?4, ?5, 0, ?4, ?6, 1, NULL, NULL)',
    id,
    customerId,
    feature,
    units,
    granted,
    expiresMs,
  );
}

/** Ends the newest hold of a row. */
export function closeHold(sql: SqlStorage, id: string, closed: Closed, nowMs: number): void {
  sql.exec(
    'UPDATE hold SET is_live = 0, closed = ?, closed_ms = ? WHERE id = ?',
    JSON.stringify(closed),
    nowMs,
    id,
  );
}

/** Ends the newest hold of a row, and puts the next one in its place. */
export function renewHold(
  sql: SqlStorage,
  id: string,
  closed: Closed,
  next: Pick<StoredHold, 'turn' | 'units' | 'expiresMs'>,
): void {
  sql.exec(
    'UPDATE hold SET closed = ?, turn = ?, units = ?, expires_ms = ? WHERE id = ?',
    JSON.stringify(closed),
    next.turn,
    next.units,
    next.expiresMs,
    id,
  );
}

/** Forgets what became of holds that ended before an instant. */
export function forgetHolds(sql: SqlStorage, beforeMs: number): void {
  sql.exec('DELETE FROM hold WHERE is_live = 0 AND closed_ms < ?', beforeMs);
}

/** Forgets the holds of a customer who is gone. */
export function dropHolds(sql: SqlStorage, customerId: string): void {
  sql.exec('DELETE FROM hold WHERE customer_id = ?', customerId);
}
