/** How many rows of a table one run deletes: an alarm's work stays small whatever has piled up. */
export const PRUNE_ROWS = 500;

/** Rows whose time can be over. `over` has one `?`: the instant up to which it is. */
export interface Perishable {
  table: string;
  /** The primary key, as the columns of a row value. */
  key: string;
  over: string;
  keepMs: number;
}

/** Deletes rows whose time is over, some at a time: the next run goes on. */
export function prune(sql: SqlStorage, rows: Perishable, nowMs: number): void {
  const { table, key, over, keepMs } = rows;
  sql.exec(
    `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${over} LIMIT ?)`,
    nowMs - keepMs,
    PRUNE_ROWS,
  );
}
