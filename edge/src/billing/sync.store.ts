import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';

/** One fetching of one object: its place in the order, and the marks it covers. */
export interface Turn {
  objectId: string;
  fence: number;
  marked: number;
}

/** Whoever marks an object also fetches it at once; this long after, the alarm does it instead. */
const LEFT_TO_MARKER_MS = 15_000;

type Row = { marked: number; clean: number; fence: number; applied: number };

/** Notes that an object may have changed at Stripe, and queues looking at it. */
export function markDirty(
  storage: DurableObjectStorage,
  objectId: string,
  jobId: string,
  nowMs: number,
): void {
  const { sql } = storage;
  sql.exec(
    `INSERT INTO synced VALUES (?, 1, 0, 0, 0) ON CONFLICT (object_id) DO UPDATE SET marked = marked + 1`,
    objectId,
  );
  enqueue(sql, jobId, { kind: 'stripe.sync', objectId }, nowMs, nowMs + LEFT_TO_MARKER_MS);
  armAlarm(storage);
}

/** How often an object was marked dirty. */
export function marksOf(sql: SqlStorage, objectId: string): number {
  return (
    sql
      .exec<{ marked: number }>('SELECT marked FROM synced WHERE object_id = ?', objectId)
      .toArray()[0]?.marked ?? 0
  );
}

/** Queues looking at an object when it is due to change, once for each instant. */
export function lookAgainAt(
  storage: DurableObjectStorage,
  objectId: string,
  dueMs: number,
  nowMs: number,
): void {
  const { sql } = storage;
  const id = `job_${objectId}_${dueMs}`;
  if (sql.exec('SELECT 1 FROM outbox WHERE id = ?', id).toArray().length > 0) return;
  enqueue(sql, id, { kind: 'stripe.sync', objectId }, nowMs, dueMs);
  armAlarm(storage);
}

/** Takes a turn at an object. Call it before asking Stripe: the answer is newer than all marks so far. */
export function takeTurn(sql: SqlStorage, objectId: string): Turn {
  const { fence, marked } = sql
    .exec<Pick<Row, 'fence' | 'marked'>>(
      `INSERT INTO synced VALUES (?, 0, 0, 1, 0) ON CONFLICT (object_id) DO UPDATE SET fence = fence + 1
       RETURNING fence, marked`,
      objectId,
    )
    .one();
  return { objectId, fence, marked };
}

/** Whether the answer of a turn may be applied: not when that of a later one was. Notes it if so. */
export function appliesTurn(sql: SqlStorage, { objectId, fence, marked }: Turn): boolean {
  const noted = sql.exec(
    'UPDATE synced SET applied = ?2, clean = max(clean, ?3) WHERE object_id = ?1 AND applied < ?2 RETURNING 1',
    objectId,
    fence,
    marked,
  );
  return noted.toArray().length > 0;
}

/** Whether the object was marked after the turn began, and nobody else looks at it yet. */
export function isDirtyAgain(sql: SqlStorage, { objectId, fence }: Turn): boolean {
  const row = sql.exec<Row>('SELECT * FROM synced WHERE object_id = ?', objectId).toArray()[0];
  return row !== undefined && row.marked > row.clean && row.fence === fence;
}
