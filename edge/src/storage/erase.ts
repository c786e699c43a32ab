/**
 * Deletes everything an object keeps, its alarm included, and leaves one mark: that it was erased.
 * Safe to repeat. No table is left, so nothing that comes late can write.
 */
export async function erase(storage: DurableObjectStorage, nowMs: number): Promise<void> {
  await storage.deleteAlarm();
  await storage.deleteAll();
  storage.sql.exec('CREATE TABLE erased (at_ms INTEGER NOT NULL)');
  storage.sql.exec('INSERT INTO erased VALUES (?)', nowMs);
}

/** Whether the object was erased, for good. Reading this writes nothing. */
export function isErased(storage: DurableObjectStorage): boolean {
  const found = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'erased'");
  return found.toArray().length > 0;
}

/**
 * Stands in for the storage of an object that is gone: whatever is asked of it throws `code`. What
 * an object hands out must be handed out first, or the error would reach nobody who waits for it.
 */
export function refusingStorage(code: string): DurableObjectStorage {
  const refuse = (): never => {
    throw new Error(code);
  };
  return { sql: { exec: refuse }, transactionSync: refuse } as unknown as DurableObjectStorage;
}
