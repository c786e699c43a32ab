/**
 * Takes a customer's proved identities, or those of one provider: they open nothing more, and count
 * as what it proved before.
 */
export function endIdentities(sql: SqlStorage, customerId: string, provider?: string): void {
  const which = 'customer_id = ?1 AND (?2 IS NULL OR provider = ?2)';
  sql.exec(
    `INSERT OR IGNORE INTO former_identity
     SELECT customer_id, provider, subject FROM identity WHERE ${which}`,
    customerId,
    provider ?? null,
  );
  sql.exec(`DELETE FROM identity WHERE ${which}`, customerId, provider ?? null);
}
