import { MOST_FAILURES, type OpenWork } from './health.ts';

/** A job is overdue this long after it was due: its alarm is not coming. */
const OVERDUE_MS = 5 * 60_000;

/** The objects nobody fetches any more: their jobs are dead, and no other is to come. */
const GIVEN_UP = `
  SELECT json_extract(body, '$.objectId') FROM outbox WHERE kind = 'stripe.sync' AND state = 'dead'
  EXCEPT
  SELECT json_extract(body, '$.objectId') FROM outbox WHERE kind = 'stripe.sync' AND state = 'open'`;

/** What waits in an environment: counted by indexes where there may be many. */
export function openWorkOf(sql: SqlStorage, nowMs: number): OpenWork {
  const count = (query: string, ...bindings: number[]): number =>
    sql.exec<{ many: number }>(query, ...bindings).one().many;
  return {
    openJobs: count("SELECT count(*) AS many FROM outbox WHERE state = 'open'"),
    overdueJobs: count(
      "SELECT count(*) AS many FROM outbox WHERE state = 'open' AND due_ms <= ?",
      nowMs - OVERDUE_MS,
    ),
    deadJobs: count("SELECT count(*) AS many FROM outbox WHERE state = 'dead'"),
    waitingEvents: count(
      `SELECT count(*) AS many FROM inbox WHERE object_id IS NOT NULL
       AND coalesce((SELECT clean FROM synced WHERE synced.object_id = inbox.object_id), 0) < mark
       AND object_id NOT IN (${GIVEN_UP})`,
    ),
    waitingDeliveries: count(
      "SELECT count(*) AS many FROM webhook_delivery WHERE state = 'waiting'",
    ),
    failures: sql
      .exec<OpenWork['failures'][number]>(
        `SELECT kind, state, last_error AS error, created_ms AS atMs FROM outbox
         WHERE state IN ('open', 'dead') AND last_error IS NOT NULL
         ORDER BY created_ms DESC LIMIT ?`,
        MOST_FAILURES,
      )
      .toArray(),
  };
}
