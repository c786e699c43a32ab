import type { PeriodBounds } from '../usage/period.ts';
import {
  type Account,
  ALLOWANCE,
  type Change,
  type Grant,
  leftUnits,
  ROLL_OVER,
} from './account.ts';
import type { Level } from './balance-notice.ts';
import { putChange } from './ledger.store.ts';

/** A grant with what was said when it was given. */
export interface GivenGrant extends Grant {
  note: string | null;
  fingerprint: string | null;
}

type GrantRow = {
  id: string;
  source: Grant['source'];
  units: number;
  used_units: number;
  gone_units: number;
  starts_ms: number;
  expires_ms: number | null;
  note: string | null;
  fingerprint: string | null;
};

/** A customer's period and its open grants. */
export function readAccount(
  sql: SqlStorage,
  customerId: string,
): Account & {
  grants: readonly GivenGrant[];
} {
  const period = sql
    .exec<{ [Field in keyof PeriodBounds]: number }>(
      `SELECT period_start_ms AS startMs, period_end_ms AS endMs
       FROM credit_account WHERE customer_id = ?`,
      customerId,
    )
    .toArray()[0];
  const grants = sql
    .exec<GrantRow>('SELECT * FROM credit_grant WHERE customer_id = ? AND is_open = 1', customerId)
    .toArray();
  return { period: period ?? null, grants: grants.map(grantOf) };
}

/** What a customer's balance came to when it last rose, and what was told of it since. */
export function readLevel(sql: SqlStorage, customerId: string): Level | undefined {
  return sql
    .exec<{ [Field in keyof Level]: number }>(
      `SELECT full_units AS fullUnits, full_ms AS fullMs, told
       FROM credit_account WHERE customer_id = ?`,
      customerId,
    )
    .toArray()[0];
}

export function writeLevel(sql: SqlStorage, customerId: string, level: Level): void {
  sql.exec(
    'UPDATE credit_account SET full_units = ?, full_ms = ?, told = ? WHERE customer_id = ?',
    level.fullUnits,
    level.fullMs,
    level.told,
    customerId,
  );
}

/** A grant that was ever given to a customer. */
export function findGrant(sql: SqlStorage, customerId: string, id: string): GivenGrant | undefined {
  const row = sql
    .exec<GrantRow>('SELECT * FROM credit_grant WHERE customer_id = ? AND id = ?', customerId, id)
    .toArray()[0];
  return row && grantOf(row);
}

/** Writes what of an account is not as it was, and the changes of its balance. */
export function writeAccount(
  sql: SqlStorage,
  customerId: string,
  before: Account,
  { period, grants }: Account,
  changes: readonly Change[],
): void {
  if (period && (period.startMs !== before.period?.startMs || period.endMs !== before.period.endMs))
    sql.exec(
      `INSERT INTO credit_account (customer_id, period_start_ms, period_end_ms) VALUES (?1, ?2, ?3)
       ON CONFLICT (customer_id) DO UPDATE SET period_start_ms = ?2, period_end_ms = ?3`,
      customerId,
      period.startMs,
      period.endMs,
    );
  for (const grant of grants) {
    const known = before.grants.find(({ id }) => id === grant.id);
    if (known === grant) continue;
    if (known && isOnlyUsed(known, grant)) useGrant(sql, customerId, grant);
    else putGrant(sql, customerId, { note: null, fingerprint: null, ...grant });
  }
  for (const change of changes) putChange(sql, customerId, change);
}

/** Forgets grants of before an instant of which nothing is left. */
export function forgetGrants(sql: SqlStorage, customerId: string, beforeMs: number): void {
  sql.exec(
    'DELETE FROM credit_grant WHERE customer_id = ? AND is_open = 0 AND starts_ms < ?',
    customerId,
    beforeMs,
  );
}

/** Writes a whole grant. */
export function putGrant(sql: SqlStorage, customerId: string, grant: GivenGrant): void {
  sql.exec(
    'INSERT OR REPLACE INTO credit_grant VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    customerId,
    grant.id,
    grant.source,
    grant.units,
    grant.usedUnits,
    grant.goneUnits,
    grant.startsMs,
    grant.expiresMs,
    grant.note,
    grant.fingerprint,
    isOpen(grant) ? 1 : 0,
  );
}

/** Most writes are of use: they leave the index alone unless the grant is empty then. */
function useGrant(sql: SqlStorage, customerId: string, grant: Grant): void {
  sql.exec(
    `UPDATE credit_grant SET used_units = ?${isOpen(grant) ? '' : ', is_open = 0'}
     WHERE customer_id = ? AND id = ?`,
    grant.usedUnits,
    customerId,
    grant.id,
  );
}

const isOnlyUsed = (known: Grant, grant: Grant): boolean =>
  known.units === grant.units &&
  known.goneUnits === grant.goneUnits &&
  known.startsMs === grant.startsMs &&
  known.expiresMs === grant.expiresMs;

const isOpen = (grant: Grant): boolean =>
  leftUnits(grant) > 0 || grant.id === ALLOWANCE || grant.id === ROLL_OVER;

const grantOf = (row: GrantRow): GivenGrant => ({
  id: row.id,
  source: row.source,
  units: row.units,
  usedUnits: row.used_units,
  goneUnits: row.gone_units,
  startsMs: row.starts_ms,
  expiresMs: row.expires_ms,
  note: row.note,
  fingerprint: row.fingerprint,
});
