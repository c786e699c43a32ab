type Cursor = SqlStorageCursor<Record<string, SqlStorageValue>>;

/** A Durable Object's storage that adds up the rows its statements write. */
export function withRowsCounted(storage: DurableObjectStorage) {
  const cursors: Cursor[] = [];
  const counting = {
    transactionSync: <T>(act: () => T) => storage.transactionSync(act),
    setAlarm: (atMs: number) => storage.setAlarm(atMs),
    sql: {
      exec: (query: string, ...bindings: unknown[]): Cursor => {
        const cursor = storage.sql.exec(query, ...bindings);
        cursors.push(cursor);
        return cursor;
      },
    },
  };
  return {
    storage: counting as unknown as DurableObjectStorage,
    /** Those written since it was asked last. */
    rowsWritten: (): number =>
      cursors.splice(0).reduce((rows, cursor) => rows + cursor.rowsWritten, 0),
  };
}
