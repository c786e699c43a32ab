import type { CustomerStatus } from '@dream/contract';
import { hasLive } from '../billing/subscription.rpc.ts';
import { defaultTierName } from '../catalog/catalog.rpc.ts';
import { type CustomerRow, findCustomer, findCustomerByEmail } from './customers.store.ts';

/** Which customers are asked for; null is all. */
export interface CustomerQuery {
  q: string | null;
  plan: string | null;
  status: CustomerStatus | null;
}

/** Customers, newest first; `before` goes on behind them, null when there are no more. */
export interface Found {
  rows: CustomerRow[];
  before: number | null;
}

/** How many customers one step of a search looks through: a few milliseconds of the object's time. */
const STEP = 10_000;

type Condition = [sql: string, ...values: (string | number)[]];

/**
 * One step of a search: the next customers it finds among the newest before `before`. A step looks
 * through a bounded number and may find none; the caller goes on until `before` is null.
 */
export function searchStep(
  sql: SqlStorage,
  query: CustomerQuery,
  { before, limit }: { before: number; limit: number },
  nowMs: number,
): Found {
  const newest = sql.exec<{ seq: number | null }>('SELECT max(seq) AS seq FROM customer').one().seq;
  const top = Math.min(before, (newest ?? 0) + 1);
  const { conditions, isBounded } = conditionsOf(sql, query, nowMs);
  // Without a condition, or by an index, what is read is what is found.
  const floor = isBounded ? 0 : Math.max(0, top - STEP);
  const wanted: Condition[] = [['seq < ?', top], ['seq >= ?', floor], ...conditions];
  const rows = sql
    .exec<CustomerRow>(
      `SELECT * FROM customer WHERE ${wanted.map(([condition]) => condition).join(' AND ')}
       ORDER BY seq DESC LIMIT ?`,
      ...wanted.flatMap(([, ...values]) => values),
      limit + 1,
    )
    .toArray();
  if (rows.length > limit)
    return { rows: rows.slice(0, limit), before: rows[limit - 1]?.seq ?? null };
  return { rows, before: floor > 1 ? floor : null };
}

function conditionsOf(
  sql: SqlStorage,
  { q, plan, status }: CustomerQuery,
  nowMs: number,
): { conditions: Condition[]; isBounded: boolean } {
  const conditions: Condition[] = [];
  if (status !== null) conditions.push(statusCondition(status, nowMs));
  if (plan !== null) conditions.push(planCondition(plan, defaultTierName(sql) ?? 'free', nowMs));
  if (q === null) return { conditions, isBounded: conditions.length === 0 };
  const exact = q.includes('@') ? findCustomerByEmail(sql, q.toLowerCase()) : findById(sql, q);
  if (exact) return { conditions: [['id = ?', exact.id], ...conditions], isBounded: true };
  conditions.push(q.startsWith('cust_') ? idCondition(q) : textCondition(q));
  return { conditions, isBounded: false };
}

const findById = (sql: SqlStorage, q: string): CustomerRow | undefined =>
  q.startsWith('cust_') ? findCustomer(sql, q) : undefined;

function statusCondition(status: CustomerStatus, nowMs: number): Condition {
  switch (status) {
    case 'banned':
      return ['banned = 1'];
    case 'none':
      return [`NOT ${hasLive()}`, nowMs];
    case 'cancelling':
      return [hasLive('live.ends_ms IS NOT NULL'), nowMs];
    default:
      return [hasLive('live.status = ?'), nowMs, status];
  }
}

/** The plan in force, as `planInForce` says it. */
const planCondition = (plan: string, defaultPlan: string, nowMs: number): Condition => [
  `(${hasLive('live.tier = ?')}
   OR (coalesce(set_plan, header_plan, ?) = ? AND NOT ${hasLive()}))`,
  nowMs,
  plan,
  defaultPlan,
  plan,
  nowMs,
];

/** Ids are of small letters and digits, which all stand before "~". */
const idCondition = (q: string): Condition => ['id >= ? AND id < ?', q, `${q}~`];

// Not by LIKE: its patterns are bounded to 50 bytes here, and e-mails and names are longer.
const TEXT = `lower(coalesce(email, '') || char(10) || coalesce(first_name, '') || ' '
  || coalesce(last_name, '') || char(10) || coalesce(external_id, ''))`;

/** SQLite knows the case of ASCII letters only: others are looked for as they are mostly written. */
function textCondition(q: string): Condition {
  const small = q.toLowerCase();
  const spellings = [small, q, small.charAt(0).toUpperCase() + small.slice(1), q.toUpperCase()];
  const inAscii = spellings.map((text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
  const texts = [...new Set(inAscii)];
  return [`(${texts.map(() => `instr(${TEXT}, ?) > 0`).join(' OR ')})`, ...texts];
}
