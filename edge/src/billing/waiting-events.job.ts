import type { Deps, EnvironmentRef } from '../deps.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import type { Subject, VerifiedEvent } from '../providers/stripe/events.ts';

/** How many events wait for one account in one mode; the oldest give way. */
export const MOST_WAITING = 1000;
/** How long an event waits for somebody to connect its account. */
export const WAITS_MS = 7 * 86_400_000;

/** How many objects are looked at at once; the alarm sees to the others. */
const AT_ONCE = 20;

type Row = { seq: number; id: string; type: string; subjects: string };

/**
 * Keeps an event of an account that no environment holds. Give it nothing but verified events.
 * One that is about nothing we look at is not kept. Safe to repeat.
 */
export async function keepEvent(
  { directory }: Deps,
  { id, type, mode, accountId, subjects }: Omit<VerifiedEvent, 'projectHint'>,
  nowMs: number,
): Promise<void> {
  if (accountId === null || subjects.length === 0) return;
  await dropOldEvents({ directory }, nowMs);
  await directory.batch([
    directory
      .prepare(
        `INSERT OR IGNORE INTO waiting_event (account_id, mode, event_id, type, subjects, received_ms)
         VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .bind(accountId, mode, id, type, JSON.stringify(subjects), nowMs),
    directory
      .prepare(
        `DELETE FROM waiting_event WHERE account_id = ?1 AND mode = ?2 AND seq <=
           (SELECT seq FROM waiting_event WHERE account_id = ?1 AND mode = ?2
            ORDER BY seq DESC LIMIT 1 OFFSET ?3)`,
      )
      .bind(accountId, mode, MOST_WAITING),
  ]);
}

/** Deletes the events that have waited for too long. */
export async function dropOldEvents(
  { directory }: Pick<Deps, 'directory'>,
  nowMs: number,
): Promise<void> {
  await directory
    .prepare('DELETE FROM waiting_event WHERE received_ms <= ?')
    .bind(nowMs - WAITS_MS)
    .run();
}

/**
 * Hands an environment the events that waited for the account it has connected, and deletes them.
 * Cut off half-way they are handed over again, and its inbox takes each one once.
 */
export async function takeWaitingEvents(
  deps: Deps,
  ref: EnvironmentRef,
  accountId: string,
): Promise<void> {
  const { directory } = deps;
  const nowMs = deps.nowMs();
  const { results } = await directory
    .prepare(
      `SELECT seq, event_id AS id, type, subjects FROM waiting_event
       WHERE account_id = ? AND mode = ? AND received_ms > ? ORDER BY seq`,
    )
    .bind(accountId, ref.mode, nowMs - WAITS_MS)
    .all<Row>();
  const last = results.at(-1);
  if (!last) return;
  const events = results.map(({ id, type, subjects }) => ({
    id,
    type,
    subjects: JSON.parse(subjects) as Subject[],
  }));
  const jobIds = await deps
    .project(ref)
    .inbox()
    .receiveEvents(events, { accountId, via: 'webhook' }, deps.newId('job_'), nowMs);
  await directory
    .prepare('DELETE FROM waiting_event WHERE account_id = ? AND mode = ? AND seq <= ?')
    .bind(accountId, ref.mode, last.seq)
    .run();
  await deliverJobs(deps, ref, jobIds.slice(0, AT_ONCE));
}
