/** The account of a developer and what it is found by. */
type Row = { id: string; owner_email: string | null; customer_id: string | null };

/** A customer of the platform's own project. `email` is proved, or null. */
export interface Owner {
  customerId: string;
  email: string | null;
}

/**
 * The account of a developer, or null while there is none. One made for their e-mail before they
 * came is bound to them now, and for good: it stays theirs under another e-mail, and nobody else who
 * proves the first one gets it. Safe to repeat.
 */
export async function accountOf(db: D1Database, owner: Owner): Promise<string | null> {
  const { results } = await db
    .prepare('SELECT * FROM account WHERE customer_id = ? OR owner_email = ?')
    .bind(owner.customerId, owner.email)
    .all<Row>();
  const own = results.find(({ customer_id }) => customer_id === owner.customerId);
  const isSettled = own ? own.owner_email === owner.email : results.length === 0;
  if (isSettled || owner.email === null) return own?.id ?? null;
  return settle(db, owner.customerId, owner.email);
}

/** Takes a proved e-mail from accounts of others, and binds the account it is of, if it may. */
async function settle(db: D1Database, customerId: string, email: string): Promise<string | null> {
  const [, , , read] = await db.batch<{ id: string }>([
    db
      .prepare(
        'UPDATE account SET owner_email = NULL WHERE owner_email = ?2 AND customer_id IS NOT NULL AND customer_id <> ?1',
      )
      .bind(customerId, email),
    db
      .prepare('UPDATE OR IGNORE account SET owner_email = ?2 WHERE customer_id = ?1')
      .bind(customerId, email),
    db
      .prepare(
        'UPDATE OR IGNORE account SET customer_id = ?1 WHERE owner_email = ?2 AND customer_id IS NULL',
      )
      .bind(customerId, email),
    db.prepare('SELECT id FROM account WHERE customer_id = ?').bind(customerId),
  ]);
  return read?.results[0]?.id ?? null;
}

/** The account of a developer, made as `newId` when there is none. Twice at once makes one. */
export async function ensureAccount(
  db: D1Database,
  owner: Owner,
  newId: string,
  nowMs: number,
): Promise<string> {
  const known = await accountOf(db, owner);
  if (known !== null) return known;
  const [, read] = await db.batch<{ id: string }>([
    db
      .prepare('INSERT OR IGNORE INTO account VALUES (?, ?, ?, ?)')
      .bind(newId, owner.email, owner.customerId, nowMs),
    db.prepare('SELECT id FROM account WHERE customer_id = ?').bind(owner.customerId),
  ]);
  const made = read?.results[0];
  if (!made) throw new Error('An account just made is gone');
  return made.id;
}

/** Forgets the e-mail of a developer who is erased; the account stays bound. Safe to repeat. */
export async function forgetOwner(db: D1Database, customerId: string): Promise<void> {
  await db
    .prepare('UPDATE account SET owner_email = NULL WHERE customer_id = ?')
    .bind(customerId)
    .run();
}

/** Whether a project, in use or not, is of an account. */
export async function ownsProject(
  db: D1Database,
  accountId: string,
  projectId: string,
): Promise<boolean> {
  const found = await db
    .prepare('SELECT 1 FROM project WHERE id = ? AND account_id = ?')
    .bind(projectId, accountId)
    .first();
  return found !== null;
}

/** The projects in use of an account, oldest first. */
export async function projectsOf(
  directory: D1Database,
  accountId: string,
): Promise<{ id: string; name: string }[]> {
  const { results } = await directory
    .prepare(
      "SELECT id, name FROM project WHERE account_id = ? AND state = 'active' ORDER BY created_ms, id",
    )
    .bind(accountId)
    .all<{ id: string; name: string }>();
  return results;
}

/** Who owns a project; null when there is none. The customer is unknown until they first came. */
export async function ownerOfProject(
  db: D1Database,
  projectId: string,
): Promise<{ customerId: string | null; email: string | null } | null> {
  return db
    .prepare(
      `SELECT customer_id AS customerId, owner_email AS email FROM account
       WHERE id = (SELECT account_id FROM project WHERE id = ?)`,
    )
    .bind(projectId)
    .first();
}

/** The projects in use of a customer: those of the account that is theirs, or waits for them. */
export async function projectsOwnedBy(db: D1Database, owner: Owner): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT id FROM project WHERE state IN ('creating', 'active') AND account_id IN (
         SELECT id FROM account
         WHERE customer_id = ?1 OR (customer_id IS NULL AND owner_email = ?2))`,
    )
    .bind(owner.customerId, owner.email)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}
