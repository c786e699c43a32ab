import type { Project } from '@dream/contract';
import { publishableKey } from '../auth/keys.ts';
import { Fail } from '../http/fail.ts';

/** A row of the directory's projects. */
export type ProjectRow = {
  id: string;
  account_id: string;
  name: string;
  state: 'creating' | 'active' | 'deleting' | 'deleted';
  created_ms: number;
  suspended_ms: number | null;
  suspension_reason: string | null;
};

/** A project as the directory knows it. */
export interface DirectoryProject {
  project: Project;
  state: ProjectRow['state'];
}

/** A row as the API shows it. */
export const toProject = (row: ProjectRow): Project => ({
  id: row.id,
  name: row.name,
  accountId: row.account_id,
  createdAtMs: row.created_ms,
  suspendedAtMs: row.suspended_ms,
  suspensionReason: row.suspension_reason,
  publishableKeys: { test: publishableKey(row.id, 'test'), live: publishableKey(row.id, 'live') },
});

export async function findProject(db: D1Database, id: string): Promise<DirectoryProject | null> {
  const row = await db.prepare('SELECT * FROM project WHERE id = ?').bind(id).first<ProjectRow>();
  return row ? { project: toProject(row), state: row.state } : null;
}

const CURSOR = /^\d{1,15} prj_[0-9a-z]{1,40}$/;

/** Throws `invalid_request` unless a list of projects can go on there. */
export function checkCursor(cursor: string | null): void {
  if (cursor === null || CURSOR.test(cursor)) return;
  throw new Fail('invalid_request', {
    issues: [{ path: 'cursor', message: 'Must be the nextCursor of a page before.' }],
  });
}

/** Which projects, and where the list goes on; of every account when `accountId` is null. */
export interface ProjectPage {
  accountId: string | null;
  q: string;
  limit: number;
  cursor: string | null;
}

/** Projects in use, oldest first, from after `cursor`, with `q` in the name or as id. */
export async function listProjects(
  db: D1Database,
  { accountId, q, limit, cursor }: ProjectPage,
): Promise<{ projects: Project[]; nextCursor: string | null }> {
  const [afterMs = '', afterId = ''] = cursor?.split(' ') ?? [];
  // Only what is asked for, so that an index serves it.
  const wanted: [condition: string, values: (string | number)[]][] = [["state = 'active'", []]];
  if (accountId !== null) wanted.push(['account_id = ?', [accountId]]);
  if (cursor !== null) wanted.push(['(created_ms, id) > (?, ?)', [Number(afterMs), afterId]]);
  if (q !== '') wanted.push(['(id = ? OR instr(lower(name), ?) > 0)', [q, q.toLowerCase()]]);
  const { results } = await db
    .prepare(
      `SELECT * FROM project WHERE ${wanted.map(([condition]) => condition).join(' AND ')}
       ORDER BY created_ms, id LIMIT ?`,
    )
    .bind(...wanted.flatMap(([, values]) => values), limit + 1)
    .all<ProjectRow>();
  const rows = results.slice(0, limit);
  const last = rows.at(-1);
  return {
    projects: rows.map(toProject),
    nextCursor: results.length > limit && last ? `${last.created_ms} ${last.id}` : null,
  };
}

/** How long the key of a creation is remembered. */
const KEEP_KEY_MS = 24 * 3_600_000;

/** A creation older than this is not going on any more. */
const CREATING_MS = 60_000;

/** A project to be made. The same `key` makes one project; `fingerprint` tells its bodies apart. */
export interface Creation {
  key: string;
  fingerprint: string;
  /** For the project if it is made now. A repeat gets the id of the first time. */
  projectId: string;
  /** The account: one that exists, or the one of `email`, made as `accountId` if there is none. */
  owner: { accountId: string; email: string | null };
  name: string;
  nowMs: number;
}

/** What became of a creation. `taken`: another one made a project of this id. */
export type Begun =
  | { kind: 'created' | 'repeated'; projectId: string }
  | { kind: 'conflict' }
  | { kind: 'taken' };

/**
 * Notes a project that is being made, once for each key, in one transaction; the objects follow,
 * then `markActive`. Whoever repeats it goes through the same steps, and so finishes what a crash
 * left. A refused one leaves nothing.
 */
export async function beginCreation(db: D1Database, creation: Creation): Promise<Begun> {
  const { key, fingerprint, projectId, owner, name, nowMs } = creation;
  const [, noted, , , read] = await db.batch<{ fingerprint: string; projectId: string }>([
    db.prepare('DELETE FROM creation WHERE created_ms <= ?').bind(nowMs - KEEP_KEY_MS),
    db
      .prepare(
        `INSERT INTO creation SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM project WHERE id = ?3)
         ON CONFLICT (key) DO NOTHING`,
      )
      .bind(key, fingerprint, projectId, nowMs),
    db
      .prepare(
        `INSERT INTO account SELECT ?3, ?4, NULL, ?5 FROM creation
         WHERE key = ?1 AND fingerprint = ?2 AND ?4 IS NOT NULL
         ON CONFLICT (owner_email) DO NOTHING`,
      )
      .bind(key, fingerprint, owner.accountId, owner.email, nowMs),
    db
      .prepare(
        `INSERT INTO project (id, account_id, name, state, created_ms)
         SELECT creation.project_id, account.id, ?3, 'creating', ?5 FROM creation, account
         WHERE creation.key = ?1 AND creation.fingerprint = ?2
           AND account.id = coalesce((SELECT id FROM account WHERE owner_email = ?4), ?6)
         ON CONFLICT (id) DO NOTHING`,
      )
      .bind(key, fingerprint, name, owner.email, nowMs, owner.accountId),
    db.prepare('SELECT fingerprint, project_id AS projectId FROM creation WHERE key = ?').bind(key),
  ]);
  const row = read?.results[0];
  if (!row) return { kind: 'taken' };
  if (row.fingerprint !== fingerprint) return { kind: 'conflict' };
  return { kind: noted?.meta.changes ? 'created' : 'repeated', projectId: row.projectId };
}

/** Projects in use nobody touched for longest, touched now. */
export async function touchProjects(
  db: D1Database,
  atMost: number,
  nowMs: number,
): Promise<string[]> {
  const { results } = await db
    .prepare(
      `UPDATE project SET touched_ms = ?1 WHERE id IN (
         SELECT id FROM project WHERE state = 'active' ORDER BY touched_ms LIMIT ?2
       ) RETURNING id`,
    )
    .bind(nowMs, atMost)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

export async function markActive(db: D1Database, id: string): Promise<void> {
  await db
    .prepare("UPDATE project SET state = 'active' WHERE id = ? AND state = 'creating'")
    .bind(id)
    .run();
}

export async function renameProject(db: D1Database, id: string, name: string): Promise<void> {
  await db.prepare('UPDATE project SET name = ? WHERE id = ?').bind(name, id).run();
}

/** From here on the cron finishes the deletion if nobody else does. */
export async function markDeleting(db: D1Database, id: string): Promise<void> {
  await db
    .prepare("UPDATE project SET state = 'deleting' WHERE id = ? AND state <> 'deleted'")
    .bind(id)
    .run();
}

/** Nothing revives a deleted project; its id stays known. */
export async function markDeleted(db: D1Database, id: string, nowMs: number): Promise<void> {
  await db.batch([
    db.prepare("UPDATE project SET state = 'deleted', deleted_ms = ? WHERE id = ?").bind(nowMs, id),
    db.prepare('DELETE FROM stripe_account WHERE project_id = ?').bind(id),
    db.prepare('DELETE FROM platform_customer WHERE project_id = ?').bind(id),
    db.prepare('DELETE FROM open_work WHERE project_id = ?').bind(id),
    db.prepare('DELETE FROM dead_work WHERE project_id = ?').bind(id),
  ]);
}

/** A project whose creation or deletion was begun and not finished. */
export interface HalfDone {
  id: string;
  name: string;
  state: 'creating' | 'deleting';
}

/** Projects left half done, the one longest unseen first, touched now. Creating takes its time. */
export async function touchHalfDone(
  db: D1Database,
  atMost: number,
  nowMs: number,
): Promise<HalfDone[]> {
  const { results } = await db
    .prepare(
      `UPDATE project SET touched_ms = ?1 WHERE id IN (
         SELECT id FROM project
         WHERE state = 'deleting' OR (state = 'creating' AND created_ms <= ?2)
         ORDER BY touched_ms LIMIT ?3
       ) RETURNING id, name, state`,
    )
    .bind(nowMs, nowMs - CREATING_MS, atMost)
    .all<HalfDone>();
  return results;
}
