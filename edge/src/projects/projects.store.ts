import type { Project } from '@dream/contract';
import { publishableKey } from '../auth/keys.ts';

type Row = {
  id: string;
  account_id: string;
  name: string;
  state: 'creating' | 'active' | 'deleting' | 'deleted';
  created_ms: number;
};

/** A project as the directory knows it. */
export interface DirectoryProject {
  project: Project;
  state: Row['state'];
}

const toProject = (row: Row): Project => ({
  id: row.id,
  name: row.name,
  accountId: row.account_id,
  createdAtMs: row.created_ms,
  publishableKeys: { test: publishableKey(row.id, 'test'), live: publishableKey(row.id, 'live') },
});

export async function findProject(db: D1Database, id: string): Promise<DirectoryProject | null> {
  const row = await db.prepare('SELECT * FROM project WHERE id = ?').bind(id).first<Row>();
  return row ? { project: toProject(row), state: row.state } : null;
}

/** Projects in use, oldest first. */
export async function listAllProjects(db: D1Database): Promise<Project[]> {
  const { results } = await db
    .prepare("SELECT * FROM project WHERE state = 'active' ORDER BY created_ms, id")
    .all<Row>();
  return results.map(toProject);
}

/** The account of a developer, made at first sight. */
export async function accountOf(
  db: D1Database,
  ownerEmail: string,
  newId: string,
  nowMs: number,
): Promise<string> {
  await db
    .prepare('INSERT INTO account VALUES (?, ?, ?) ON CONFLICT (owner_email) DO NOTHING')
    .bind(newId, ownerEmail, nowMs)
    .run();
  const row = await db
    .prepare('SELECT id FROM account WHERE owner_email = ?')
    .bind(ownerEmail)
    .first<{ id: string }>();
  if (!row) throw new Error('An account is gone right after it was made');
  return row.id;
}

/** Notes a project that is being made; the objects follow, then `markActive`. */
export async function insertProject(
  db: D1Database,
  project: { id: string; accountId: string; name: string; createdAtMs: number },
): Promise<void> {
  await db
    .prepare("INSERT INTO project VALUES (?, ?, ?, 'creating', ?, NULL)")
    .bind(project.id, project.accountId, project.name, project.createdAtMs)
    .run();
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

export async function markDeleting(db: D1Database, id: string): Promise<void> {
  await db.prepare("UPDATE project SET state = 'deleting' WHERE id = ?").bind(id).run();
}

/** Nothing revives a deleted project; its id stays known. */
export async function markDeleted(db: D1Database, id: string, nowMs: number): Promise<void> {
  await db
    .prepare("UPDATE project SET state = 'deleted', deleted_ms = ? WHERE id = ?")
    .bind(nowMs, id)
    .run();
  await db.prepare('DELETE FROM stripe_account WHERE project_id = ?').bind(id).run();
}
