import { DEFAULT_STORE, type StoreSettings } from '@dream/contract/store';

/** How the store sells. A setting that came later than what was written is as it is in the beginning. */
export function readStore(sql: SqlStorage): StoreSettings {
  const row = sql.exec<{ settings: string }>('SELECT settings FROM store').toArray()[0];
  return row ? { ...DEFAULT_STORE, ...(JSON.parse(row.settings) as StoreSettings) } : DEFAULT_STORE;
}

/** Replaces how the store sells. */
export function writeStore(sql: SqlStorage, settings: StoreSettings): void {
  sql.exec(
    'INSERT INTO store VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET settings = ?1',
    JSON.stringify(settings),
  );
}
