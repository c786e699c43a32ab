/** Since when the environment is suspended; null while it is not. */
export const suspendedAtMs = (sql: SqlStorage): number | null =>
  sql.exec<{ sinceMs: number }>('SELECT since_ms AS sinceMs FROM suspension').toArray()[0]
    ?.sinceMs ?? null;

/** Suspends the environment since an instant, or (null) goes on with it. */
export function putSuspension(sql: SqlStorage, sinceMs: number | null): void {
  sql.exec('DELETE FROM suspension');
  if (sinceMs !== null) sql.exec('INSERT INTO suspension VALUES (1, ?)', sinceMs);
}
