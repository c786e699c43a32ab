import type { Deps, EnvironmentRef } from '../deps.ts';

/**
 * Notes in the directory that an environment has work which did not succeed at once, and puts it
 * last in the cron's order. Answers the mark of this note, which differs from that of every other.
 */
export async function noteOpenWork(deps: Deps, ref: EnvironmentRef): Promise<number> {
  const row = await deps.directory
    .prepare(
      `INSERT INTO open_work VALUES (?1, ?2, ?3)
       ON CONFLICT (project_id, mode) DO UPDATE SET noted_ms = max(noted_ms + 1, ?3)
       RETURNING noted_ms AS mark`,
    )
    .bind(ref.projectId, ref.mode, deps.nowMs())
    .first<{ mark: number }>();
  if (!row) throw new Error('A note of open work was not written');
  return row.mark;
}

/** Forgets the note with this mark. One that was noted again meanwhile stays. */
export async function forgetOpenWork(deps: Deps, ref: EnvironmentRef, mark: number): Promise<void> {
  await deps.directory
    .prepare('DELETE FROM open_work WHERE project_id = ? AND mode = ? AND noted_ms = ?')
    .bind(ref.projectId, ref.mode, mark)
    .run();
}

/** Environments with open work, the one noted longest ago first. */
export async function openWork(deps: Deps, atMost: number): Promise<EnvironmentRef[]> {
  const { results } = await deps.directory
    .prepare('SELECT project_id AS projectId, mode FROM open_work ORDER BY noted_ms LIMIT ?')
    .bind(atMost)
    .all<EnvironmentRef>();
  return results;
}

/** Notes in the directory, for operators, that a job of an environment was given up. */
export async function noteDeadWork(deps: Deps, { projectId, mode }: EnvironmentRef): Promise<void> {
  await deps.directory
    .prepare('INSERT OR REPLACE INTO dead_work VALUES (?, ?, ?)')
    .bind(projectId, mode, deps.nowMs())
    .run();
}
