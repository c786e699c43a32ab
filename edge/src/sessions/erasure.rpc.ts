/**
 * What was proved of a customer, also before: whoever goes from one address to the next is known by
 * each of them.
 */
export function identificationsOf(
  sql: SqlStorage,
  customerId: string,
): { provider: string; subject: string }[] {
  return sql
    .exec<{ provider: string; subject: string }>(
      `SELECT provider, subject FROM identity WHERE customer_id = ?1
       UNION SELECT provider, subject FROM former_identity WHERE customer_id = ?1`,
      customerId,
    )
    .toArray();
}

/** Forgets what was proved of a customer, used or not. Call it in the transaction of the erasure. */
export function eraseIdentity(sql: SqlStorage, customerId: string): void {
  for (const { subject } of identificationsOf(sql, customerId))
    sql.exec('DELETE FROM proof WHERE subject = ?1 OR email = ?1', subject);
  for (const table of ['identity', 'former_identity'])
    sql.exec(`DELETE FROM ${table} WHERE customer_id = ?`, customerId);
}
