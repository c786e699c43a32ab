import { createHash } from 'node:crypto';
import { timeOf } from '../test-clock/now.rpc.ts';
import { calendarDay } from '../usage/period.ts';
import { isPaying, NOTHING, type Standing, standingOf, stepsBetween } from './standing.ts';

/** The day of an instant in the environment's time zone. */
function dayOf(sql: SqlStorage, atMs: number): string {
  const { timeZone } = sql
    .exec<{ timeZone: string }>(
      "SELECT json_extract(settings, '$.timeZone') AS timeZone FROM environment",
    )
    .one();
  return calendarDay(timeZone, atMs).day;
}

function step(sql: SqlStorage, metric: string, key: string, day: string, value: number): void {
  if (value === 0) return;
  sql.exec(
    `INSERT INTO metric_day VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (metric, key, day) DO UPDATE SET value = value + ?4`,
    metric,
    key,
    day,
    value,
  );
}

/** Counts a new customer. Call it in the transaction that makes it. */
export function bookCustomer(sql: SqlStorage, nowMs: number): void {
  step(sql, 'customers', '', dayOf(sql, nowMs), 1);
}

type StandingRow = {
  seq: number;
  state: Standing['state'];
  isCancelling: number;
  yearMinor: number;
  currency: string;
  untilMs: number | null;
  changedDay: string;
};

const COLUMNS = `seq, state, is_cancelling AS isCancelling, year_minor AS yearMinor, currency,
  until_ms AS untilMs, changed_day AS changedDay`;

/**
 * Books what a subscription adds to the numbers now. One that is new counts from the day it was made,
 * any change from the day it became known: what was read of a day before stays. Call it in the
 * transaction of the change; repeated, it changes nothing.
 */
export function bookSubscription(
  sql: SqlStorage,
  subscription: Parameters<typeof standingOf>[0] & {
    id: string;
    customerId: string;
    createdAtMs: number;
  },
  nowMs: number,
): void {
  const { id, customerId, createdAtMs } = subscription;
  const given = standingOf(subscription, timeOf(sql, customerId, nowMs));
  const known = sql
    .exec<StandingRow>(`SELECT ${COLUMNS} FROM standing WHERE subscription_id = ?`, id)
    .toArray()[0];
  // A price of an account that is not connected any more is not known; what it came to is.
  const isPriceless = known && given.state !== 'none' && given.currency === '';
  const { yearMinor, currency } = isPriceless ? known : given;
  const is = { ...given, yearMinor, currency };
  if (known) {
    moveTo(sql, known, is, Math.min(nowMs, known.untilMs ?? nowMs), nowMs);
    return;
  }
  if (is.state === 'none') return;
  const atMs = Math.min(createdAtMs, nowMs);
  const day = dayOf(sql, atMs);
  const row = sql
    .exec<StandingRow>(
      `INSERT INTO standing (subscription_id, state, is_cancelling, year_minor, currency, changed_day)
       VALUES (?, 'none', 0, 0, '', ?) RETURNING ${COLUMNS}`,
      id,
      day,
    )
    .one();
  moveTo(sql, row, is, atMs, atMs);
}

/** Ends what was to end by now and of which nobody told us so, on the day it ended. */
export function bookEnds(sql: SqlStorage, nowMs: number): void {
  const over = sql
    .exec<StandingRow>(
      `SELECT ${COLUMNS} FROM standing WHERE until_ms <= ? AND state <> 'none'
       UNION SELECT ${COLUMNS} FROM standing WHERE seq IN (
         SELECT t.seq FROM customer c CROSS JOIN subscription s ON s.customer_id = c.id
         CROSS JOIN standing t ON t.subscription_id = s.id
         WHERE c.clock_ms IS NOT NULL AND t.until_ms <= c.clock_ms AND t.state <> 'none')`,
      nowMs,
    )
    .toArray();
  for (const row of over) moveTo(sql, row, NOTHING, Math.min(row.untilMs ?? nowMs, nowMs), nowMs);
}

/**
 * Ends what an erased customer's subscriptions add; the numbers of before stay, and name nobody. Call it
 * in the transaction of the erasure, before its subscriptions are gone.
 */
export function forgetStandings(sql: SqlStorage, customerId: string, nowMs: number): void {
  sql.exec('DELETE FROM near_limit WHERE customer_id = ?', customerId);
  const rows = sql
    .exec<StandingRow>(
      `SELECT ${COLUMNS} FROM standing
       WHERE subscription_id IN (SELECT id FROM subscription WHERE customer_id = ?)`,
      customerId,
    )
    .toArray();
  for (const row of rows) {
    moveTo(sql, row, NOTHING, nowMs, nowMs);
    sql.exec('UPDATE standing SET subscription_id = NULL WHERE seq = ?', row.seq);
  }
}

/** Writes what a subscription adds from now on. An end is of the day it was to be, if that is over. */
function moveTo(
  sql: SqlStorage,
  row: StandingRow,
  is: Standing,
  endedMs: number,
  nowMs: number,
): void {
  const was = { ...row, isCancelling: row.isCancelling === 1 };
  const steps = stepsBetween(was, is);
  if (steps.length === 0 && was.untilMs === is.untilMs) return;
  const atMs = is.state === 'none' ? endedMs : nowMs;
  const known = dayOf(sql, atMs);
  // Days go on: what was booked on a day is not undone on one before it.
  const day = known < row.changedDay ? row.changedDay : known;
  for (const { metric, key, value } of steps) step(sql, metric, key, day, value);
  const [begins, ends] = [!isPaying(was) && isPaying(is), isPaying(was) && !isPaying(is)];
  sql.exec(
    `UPDATE standing SET state = ?2, is_cancelling = ?3, year_minor = ?4, currency = ?5, until_ms = ?6,
       changed_day = ?7,
       began_day = iif(?8, coalesce(began_day, ?7), began_day),
       began_ms = iif(?8, coalesce(began_ms, ?10), began_ms),
       ended_day = iif(?8, NULL, iif(?9, ?7, ended_day)),
       ended_ms = iif(?8, NULL, iif(?9, ?10, ended_ms))
     WHERE seq = ?1`,
    row.seq,
    is.state,
    is.isCancelling ? 1 : 0,
    is.yearMinor,
    is.currency,
    is.untilMs,
    day,
    begins ? 1 : 0,
    ends ? 1 : 0,
    atMs,
  );
}

/** A charge as it is booked. */
export interface BookedCharge {
  id: string;
  isOfOrder: boolean;
  currency: string;
  status: 'succeeded' | 'pending' | 'failed';
  amountMinor: number;
  refundedMinor: number;
  /** Stripe's word for where a dispute stands. */
  dispute: string | null;
  createdAtMs: number;
}

/** Whether a charge was booked: then it is ours, also when its customer is not known any more. */
export const isBooked = (sql: SqlStorage, chargeId: string): boolean =>
  sql.exec('SELECT 1 FROM revenue WHERE charge_id IN (?, ?)', chargeId, hashOf(chargeId)).toArray()
    .length > 0;

/** Goes on without the id of a charge; who has it, as Stripe does when it is given back, finds it. */
export function forgetCharge(sql: SqlStorage, chargeId: string): void {
  sql.exec('UPDATE revenue SET charge_id = ? WHERE charge_id = ?', hashOf(chargeId), chargeId);
}

/** An id is random, so its hash tells nobody anything who does not have it. */
const hashOf = (id: string): string => createHash('sha256').update(id).digest('base64url');

/**
 * Books the whole of a charge, once: paid on its day, given back on the day that became known. A dispute
 * that was lost is given back. A charge that turns out to be of an order moves there. Call it in the
 * transaction that applies the charge.
 */
export function bookCharge(sql: SqlStorage, charge: BookedCharge, nowMs: number): void {
  if (charge.status !== 'succeeded') return;
  const { id, currency, amountMinor } = charge;
  const known = sql
    .exec<{ row: string; source: string; paidMinor: number; refundedMinor: number; day: string }>(
      `SELECT charge_id AS row, source, paid_minor AS paidMinor, refunded_minor AS refundedMinor, day
       FROM revenue WHERE charge_id IN (?, ?)`,
      id,
      hashOf(id),
    )
    .toArray()[0];
  const source = charge.isOfOrder || known?.source === 'orders' ? 'orders' : 'subscriptions';
  const day = known?.day ?? dayOf(sql, Math.min(charge.createdAtMs, nowMs));
  const refundedMinor = charge.dispute === 'lost' ? amountMinor : charge.refundedMinor;
  if (known) step(sql, known.source, currency, day, -known.paidMinor);
  step(sql, source, currency, day, amountMinor);
  const moreMinor = refundedMinor - (known?.refundedMinor ?? 0);
  step(sql, 'refunded', currency, dayOf(sql, nowMs), moreMinor);
  sql.exec(
    `INSERT INTO revenue (charge_id, source, currency, paid_minor, refunded_minor, day)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (charge_id) DO UPDATE SET source = ?2, paid_minor = ?4, refunded_minor = ?5`,
    known?.row ?? id,
    source,
    currency,
    amountMinor,
    refundedMinor,
    day,
  );
}
