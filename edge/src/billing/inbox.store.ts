/** A charge that its refund or dispute names alone; whose it is, is known when it is fetched. */
const NAMED_ALONE = /^(ch|py)_/;

/** An event as an environment takes it in: what it is about, and whose that is. */
export interface ReceivedEvent {
  id: string;
  type: string;
  subjects: readonly { objectId: string; stripeCustomerId: string | null }[];
}

/**
 * Takes an event in. Answers what it is about, as far as this environment has to do with it; nothing
 * when it came before.
 */
export function takeIn(
  sql: SqlStorage,
  { id, type, subjects }: ReceivedEvent,
  nowMs: number,
): string[] {
  const fresh = sql.exec(
    'INSERT OR IGNORE INTO inbox VALUES (?, ?, ?) RETURNING 1',
    id,
    type,
    nowMs,
  );
  if (fresh.toArray().length === 0) return [];
  return subjects.filter((subject) => isOurs(sql, subject)).map(({ objectId }) => objectId);
}

function isOurs(
  sql: SqlStorage,
  { objectId, stripeCustomerId }: ReceivedEvent['subjects'][number],
): boolean {
  if (stripeCustomerId === null && NAMED_ALONE.test(objectId)) return true;
  const found = sql.exec(
    `SELECT 1 FROM stripe_customer WHERE id = ?2
     UNION ALL SELECT 1 FROM subscription WHERE id = ?1
     UNION ALL SELECT 1 FROM checkout WHERE id = ?1
     UNION ALL SELECT 1 FROM connection WHERE stripe_account_id = ?1 OR onboarding ->> '$.id' = ?1
     UNION ALL SELECT 1 FROM payment WHERE id = ?1`,
    objectId,
    stripeCustomerId,
  );
  return found.toArray().length > 0;
}
