import type { OperatorProject } from '@dream/contract';
import type { Mode } from '@dream/contract/primitives';
import { type ProjectRow, toProject } from './projects.store.ts';

/** Which projects, and where the list goes on. */
export interface ProjectQuery {
  q: string;
  suspended: boolean;
  limit: number;
  cursor: string | null;
}

/** Projects in use of all accounts, newest first, from after `cursor`. */
export async function searchProjects(
  db: D1Database,
  { q, suspended, limit, cursor }: ProjectQuery,
): Promise<{ projects: OperatorProject[]; nextCursor: string | null }> {
  const [beforeMs = '', beforeId = ''] = cursor?.split(' ') ?? [];
  const { results } = await db
    .prepare(
      `SELECT project.*, account.owner_email AS owner FROM project
       JOIN account ON account.id = project.account_id
       WHERE state = 'active'
         AND (?1 = '' OR (project.created_ms, project.id) < (CAST(?1 AS INTEGER), ?2))
         AND (?3 = '' OR project.id = ?3 OR account_id = ?3 OR instr(lower(name), ?4) > 0
           OR instr(account.owner_email, ?4) > 0)
         AND (?5 = 0 OR suspended_ms IS NOT NULL)
       ORDER BY project.created_ms DESC, project.id DESC LIMIT ?6`,
    )
    .bind(beforeMs, beforeId, q, q.toLowerCase(), suspended ? 1 : 0, limit + 1)
    .all<ProjectRow & { owner: string | null }>();
  const rows = results.slice(0, limit);
  const last = rows.at(-1);
  return {
    projects: rows.map((row) => ({ ...toProject(row), ownerEmail: row.owner })),
    nextCursor: results.length > limit && last ? `${last.created_ms} ${last.id}` : null,
  };
}

/** Notes for lists since when a project is suspended, and why; null is not. */
export async function noteSuspension(
  db: D1Database,
  id: string,
  sinceMs: number | null,
  reason: string | null,
): Promise<void> {
  await db
    .prepare('UPDATE project SET suspended_ms = ?, suspension_reason = ? WHERE id = ?')
    .bind(sinceMs, reason, id)
    .run();
}

/** How long operators are shown that a job was given up. */
const DEAD_WORK_MS = 30 * 86_400_000;
/** How many notes are forgotten at once. */
const FORGOTTEN_AT_ONCE = 500;

/** Forgets where a job was given up long ago. The job itself stays, and can be retried. */
export async function forgetDeadWork(db: D1Database, nowMs: number): Promise<void> {
  await db
    .prepare(
      `DELETE FROM dead_work WHERE rowid IN
         (SELECT rowid FROM dead_work WHERE noted_ms < ? ORDER BY noted_ms LIMIT ?)`,
    )
    .bind(nowMs - DEAD_WORK_MS, FORGOTTEN_AT_ONCE)
    .run();
}

/** An environment the directory knows to have work left; `notedAtMs` is null when it was all given up. */
type Noted = { projectId: string; mode: Mode; notedAtMs: number | null };
type Counts = { noted: number; unclaimedEvents: number; halfDone: number };

/**
 * What the directory knows of work that waits: how much, and where. Environments whose work waits longest
 * come first, then those where some was given up lately, so many of each.
 */
export async function waitingWork(
  db: D1Database,
  atMost: number,
): Promise<Counts & { environments: Noted[] }> {
  const counts = await db
    .prepare(
      `SELECT (SELECT count(*) FROM open_work) AS noted,
         (SELECT count(*) FROM waiting_event) AS unclaimedEvents,
         (SELECT count(*) FROM project WHERE state IN ('creating', 'deleting')) AS halfDone`,
    )
    .first<Counts>();
  const open = await db
    .prepare(
      `SELECT project_id AS projectId, mode, noted_ms AS notedAtMs FROM open_work
       ORDER BY noted_ms LIMIT ?`,
    )
    .bind(atMost)
    .all<Noted>();
  const dead = await db
    .prepare(
      `SELECT project_id AS projectId, mode, NULL AS notedAtMs FROM dead_work
       WHERE NOT EXISTS (SELECT 1 FROM open_work
         WHERE open_work.project_id = dead_work.project_id AND open_work.mode = dead_work.mode)
       ORDER BY noted_ms DESC LIMIT ?`,
    )
    .bind(atMost)
    .all<Noted>();
  const none = { noted: 0, unclaimedEvents: 0, halfDone: 0 };
  return { ...(counts ?? none), environments: [...open.results, ...dead.results] };
}
