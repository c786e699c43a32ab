import type { Deps, EnvironmentRef } from '../deps.ts';

/** Notes that events of the account are for this environment, too. */
export async function noteAccount(
  deps: Deps,
  { projectId, mode }: EnvironmentRef,
  accountId: string,
): Promise<void> {
  await deps.directory
    .prepare('INSERT OR IGNORE INTO stripe_account VALUES (?, ?, ?)')
    .bind(accountId, mode, projectId)
    .run();
}

/** No more events of the account are for this environment. */
export async function forgetAccount(
  deps: Deps,
  { projectId, mode }: EnvironmentRef,
  accountId: string,
): Promise<void> {
  await deps.directory
    .prepare('DELETE FROM stripe_account WHERE account_id = ? AND mode = ? AND project_id = ?')
    .bind(accountId, mode, projectId)
    .run();
}

/** Whether another project uses the account in this mode: giving the permission back would end it. */
export async function isUsedElsewhere(
  deps: Deps,
  { projectId, mode }: EnvironmentRef,
  accountId: string,
): Promise<boolean> {
  const other = await deps.directory
    .prepare('SELECT 1 FROM stripe_account WHERE account_id = ? AND mode = ? AND project_id <> ?')
    .bind(accountId, mode, projectId)
    .first();
  return other !== null;
}
