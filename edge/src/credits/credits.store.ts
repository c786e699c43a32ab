import {
  type Account,
  ALLOWANCE,
  type Change,
  draw,
  type Grant,
  leftUnits,
  ROLL_OVER,
} from './account.ts';
import type { Level } from './balance-notice.ts';
import type { StoredAccount } from './standing.ts';
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

/** What is stored of a customer's credits beside the grants; null for who never had any. */
export function readAccount(sql: SqlStorage, customerId: string): StoredAccount | null {
  const row = sql
    .exec<Record<'startMs' | 'endMs' | 'balanceUnits' | 'fullUnits' | 'fullMs' | 'told', number>>(
      `SELECT period_start_ms AS startMs, period_end_ms AS endMs, balance_units AS balanceUnits,
       full_units AS fullUnits, full_ms AS fullMs, told FROM credit_account WHERE customer_id = ?`,
      customerId,
    )
    .toArray()[0];
  if (!row) return null;
  const { startMs, endMs, balanceUnits, ...level } = row;
  return { period: { startMs, endMs }, balanceUnits, level };
}

/**
 * The grants by which it is known whether time changes anything of a customer's credits, and which of
 * them is drawn next: the plan's, and the open one of all others that ends first.
 */
export function readNearest(sql: SqlStorage, customerId: string): GivenGrant[] {
  return sql
    .exec<GrantRow>(
      `SELECT * FROM credit_grant WHERE customer_id = ?1 AND id IN ${OF_PLAN}
       UNION ALL SELECT * FROM (
         SELECT * FROM credit_grant WHERE customer_id = ?1 AND is_open = 1 AND id NOT IN ${OF_PLAN}
         ORDER BY ${DRAWING_ORDER} LIMIT 1)`,
      customerId,
    )
    .toArray()
    .map(grantOf);
}

/** The plan's grants, and all open ones that are over by an instant. */
export function readEnding(sql: SqlStorage, customerId: string, nowMs: number): GivenGrant[] {
  return sql
    .exec<GrantRow>(
      `SELECT * FROM credit_grant WHERE customer_id = ?1 AND id IN ${OF_PLAN}
       UNION ALL SELECT * FROM (
         SELECT * FROM credit_grant WHERE customer_id = ?1 AND is_open = 1 AND id NOT IN ${OF_PLAN}
         AND ${ENDS_MS} <= ?2 ORDER BY ${DRAWING_ORDER})`,
      customerId,
      nowMs,
    )
    .toArray()
    .map(grantOf);
}

/** The open grants that are drawn next, in that order. */
export function readOpen(sql: SqlStorage, customerId: string, limit: number): GivenGrant[] {
  return sql
    .exec<GrantRow>(
      `SELECT * FROM credit_grant WHERE customer_id = ? AND is_open = 1
       ORDER BY ${DRAWING_ORDER} LIMIT ?`,
      customerId,
      limit,
    )
    .toArray()
    .map(grantOf);
}

/** Takes units out of the open grants, of which it reads no more than twice as many as it needs. */
export function takeOut(sql: SqlStorage, customerId: string, units: number): void {
  let open = units;
  for (let limit = 1; open > 0; limit *= 2) {
    const before = readOpen(sql, customerId, limit);
    const { grants, drawnUnits } = draw(before, open);
    if (drawnUnits === 0) throw new Error('More credits were drawn than there are');
    for (const grant of grants) if (!before.includes(grant)) useGrant(sql, customerId, grant);
    open -= drawnUnits;
  }
  addToBalance(sql, customerId, -units);
}

/** Adds to the balance what came, or went below 0, with changes that are written down. */
function addToBalance(sql: SqlStorage, customerId: string, units: number): void {
  sql.exec(
    'UPDATE credit_account SET balance_units = balance_units + ? WHERE customer_id = ?',
    units,
    customerId,
  );
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

/** Writes what of an account is not as it was, and the changes of its balance, which they add up to. */
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
    if (!before.grants.includes(grant))
      putGrant(sql, customerId, { note: null, fingerprint: null, ...grant });
  }
  for (const change of changes) putChange(sql, customerId, change);
  if (changes.length > 0) addToBalance(sql, customerId, sumOf(changes));
}

/** Forgets grants of before an instant of which nothing is left. */
export function forgetGrants(sql: SqlStorage, customerId: string, beforeMs: number): void {
  sql.exec(
    `DELETE FROM credit_grant WHERE customer_id = ? AND is_open = 0 AND starts_ms < ?
     AND id NOT IN ${OF_PLAN}`,
    customerId,
    beforeMs,
  );
}

/** Writes a grant, and the change of the balance that it is. */
export function writeGrant(
  sql: SqlStorage,
  customerId: string,
  grant: GivenGrant,
  change: Change,
): void {
  putGrant(sql, customerId, grant);
  putChange(sql, customerId, change);
  addToBalance(sql, customerId, change.units);
}

/** Writes a whole grant. */
function putGrant(sql: SqlStorage, customerId: string, grant: GivenGrant): void {
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
    leftUnits(grant) > 0 ? 1 : 0,
  );
}

/** It leaves the indexes alone unless the grant is used up. */
function useGrant(sql: SqlStorage, customerId: string, grant: Grant): void {
  sql.exec(
    `UPDATE credit_grant SET used_units = ?${leftUnits(grant) > 0 ? '' : ', is_open = 0'}
     WHERE customer_id = ? AND id = ?`,
    grant.usedUnits,
    customerId,
    grant.id,
  );
}

const sumOf = (changes: readonly Change[]): number =>
  changes.reduce((sum, { units }) => sum + units, 0);

const OF_PLAN = `('${ALLOWANCE}', '${ROLL_OVER}')`;
/** As the index has it; it is that of `inDrawingOrder`. */
const ENDS_MS = 'ifnull(expires_ms, 9000000000000000)';
const DRAWING_ORDER = `${ENDS_MS}, id <> '${ROLL_OVER}', starts_ms, id`;

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
