/** What time it is for a customer: what its test clock says, and `nowMs` for everybody else. */
export function timeOf(sql: SqlStorage, customerId: string, nowMs: number): number {
  const row = sql
    .exec<{ clockMs: number | null }>(
      'SELECT clock_ms AS clockMs FROM customer WHERE id = ?',
      customerId,
    )
    .toArray()[0];
  return row?.clockMs ?? nowMs;
}
