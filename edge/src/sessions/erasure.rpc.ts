/** What was proved of a customer: how it is known when it signs in. */
export function identificationsOf(
  sql: SqlStorage,
  customerId: string,
): { provider: string; subject: string }[] {
  return sql
    .exec<{ provider: string; subject: string }>(
      'SELECT provider, subject FROM identity WHERE customer_id = ? ORDER BY provider, subject',
      customerId,
    )
    .toArray();
}

/** Forgets what was proved of a customer, used or not. Call it in the transaction of the erasure. */
export function eraseIdentity(sql: SqlStorage, customerId: string): void {
  for (const { subject } of identificationsOf(sql, customerId))
    sql.exec('DELETE FROM proof WHERE subject = ?1 OR email = ?1', subject);
  sql.exec('DELETE FROM identity WHERE customer_id = ?', customerId);
}
