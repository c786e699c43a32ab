import { emit } from '../outgoing/emit.rpc.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { type CustomerRow, toCustomer } from './customers.store.ts';

/** How many customers one job tells of. */
const BATCH = 200;

type Change = { id: string; from: string; to: string; after: number; until: number };

/** Of several changes the oldest is told first: who hears of them hears them in their order. */
const OLDEST = `SELECT id, from_plan AS "from", to_plan AS "to", after_seq AS after, until_seq AS until
  FROM default_change ORDER BY rowid LIMIT 1`;

/**
 * Notes that another tier is the default, and queues telling webhooks of everybody whose plan is
 * another one by that, a bounded number at a time. Call it in the transaction of the change.
 */
export function noteDefaultChange(
  storage: DurableObjectStorage,
  { id, from, to }: { id: string; from: string; to: string },
  nowMs: number,
): void {
  storage.sql.exec(
    `INSERT INTO default_change (id, from_plan, to_plan, after_seq, until_seq)
     SELECT ?, ?, ?, 0, coalesce(max(seq), 0) FROM customer`,
    id,
    from,
    to,
  );
  goOn(storage, `${id}_default`, nowMs);
}

/**
 * Tells of the next customers of the oldest change, each once, and queues going on while there are
 * more. Safe to repeat: how far it came is noted with what was told.
 */
export function tellDefaultChange(storage: DurableObjectStorage, nowMs: number): void {
  const { sql } = storage;
  const [change] = sql.exec<Change>(OLDEST).toArray();
  if (!change) return;
  const rows = sql
    .exec<CustomerRow>(
      `SELECT * FROM customer WHERE seq > ?1 AND seq <= ?2 AND coalesce(announced_plan, ?3) = ?3
       ORDER BY seq LIMIT ?4`,
      change.after,
      change.until,
      change.from,
      BATCH,
    )
    .toArray();
  for (const row of rows) tellOne(storage, row, change, nowMs);
  const after = rows.length < BATCH ? change.until : (rows.at(-1)?.seq ?? change.until);
  if (after < change.until)
    sql.exec('UPDATE default_change SET after_seq = ? WHERE id = ?', after, change.id);
  else sql.exec('DELETE FROM default_change WHERE id = ?', change.id);
  if (sql.exec(OLDEST).toArray().length > 0) goOn(storage, `${change.id}_default_${after}`, nowMs);
}

/**
 * The default a customer was told of last: the one before a change that has not come to it yet. Null
 * when none is on its way to it.
 */
export function defaultToldOf(sql: SqlStorage, { seq }: Pick<CustomerRow, 'seq'>): string | null {
  return (
    sql
      .exec<{ plan: string }>(
        `SELECT from_plan AS plan FROM default_change
         WHERE after_seq < ?1 AND until_seq >= ?1 ORDER BY rowid LIMIT 1`,
        seq,
      )
      .toArray()[0]?.plan ?? null
  );
}

function tellOne(
  storage: DurableObjectStorage,
  row: CustomerRow,
  { from, to }: Change,
  nowMs: number,
): void {
  const { planSource: why, subscription, externalId } = toCustomer(storage.sql, row, nowMs);
  if (why !== 'default') return;
  const data = { customer: { id: row.id, externalId }, from, to, why, subscription };
  emit(storage, { type: 'plan.changed', data, customerId: row.id }, nowMs);
  storage.sql.exec('UPDATE customer SET announced_plan = NULL WHERE id = ?', row.id);
}

function goOn(storage: DurableObjectStorage, jobId: string, nowMs: number): void {
  enqueue(storage.sql, jobId, { kind: 'customers.tell_default' }, nowMs);
  armAlarm(storage);
}
