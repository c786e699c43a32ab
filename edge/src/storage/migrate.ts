/**
 * Brings an object's SQLite database to the newest schema: runs the steps it has not run yet, in
 * one transaction. Steps are never edited, only appended. (`PRAGMA user_version` is refused in
 * Durable Objects, so the version is a row.) An object that has nothing yet is given `tables`, which
 * is what all steps lead to: every ALTER TABLE reads the whole schema again.
 */
export function migrate(
  storage: DurableObjectStorage,
  steps: readonly string[],
  tables?: string,
): void {
  storage.transactionSync(() => {
    storage.sql.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)');
    const row = storage.sql
      .exec<{ version: number }>('SELECT version FROM schema_version')
      .toArray()[0];
    const from = row?.version ?? 0;
    if (from >= steps.length) return;
    const missing = from === 0 && tables !== undefined ? [tables] : steps.slice(from);
    for (const step of missing) storage.sql.exec(step);
    storage.sql.exec('DELETE FROM schema_version');
    storage.sql.exec('INSERT INTO schema_version VALUES (?)', steps.length);
  });
}

/** Whether the object has ever been set up. Reading this writes nothing. */
export function isInitialised(storage: DurableObjectStorage): boolean {
  const found = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'");
  return found.toArray().length > 0;
}
