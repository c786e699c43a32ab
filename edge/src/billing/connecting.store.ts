/** Begins an actor's attempt with the hash of its state, in place of an earlier one. */
export function putState(
  sql: SqlStorage,
  actor: string,
  hash: string,
  nowMs: number,
  expiresAtMs: number,
): void {
  sql.exec('DELETE FROM connecting WHERE expires_ms <= ?', nowMs);
  sql.exec(
    'INSERT OR REPLACE INTO connecting (actor, state_hash, expires_ms) VALUES (?, ?, ?)',
    actor,
    hash,
    expiresAtMs,
  );
}

/** Uses up the state of an actor's attempt; whether it was the right one and in time. */
export function spendState(sql: SqlStorage, actor: string, hash: string, nowMs: number): boolean {
  const spent = sql
    .exec<{ expires_ms: number }>(
      'UPDATE connecting SET state_hash = NULL WHERE actor = ? AND state_hash = ? RETURNING expires_ms',
      actor,
      hash,
    )
    .toArray()[0];
  return spent !== undefined && nowMs < spent.expires_ms;
}

/** Keeps the account that came back, until the actor has confirmed it. */
export function putProposal(
  sql: SqlStorage,
  actor: string,
  accountId: string,
  expiresAtMs: number,
): void {
  sql.exec(
    'INSERT OR REPLACE INTO connecting (actor, account_id, expires_ms) VALUES (?, ?, ?)',
    actor,
    accountId,
    expiresAtMs,
  );
}

/** Whether this account was shown to the actor, to be confirmed, and not too long ago. */
export function isProposed(
  sql: SqlStorage,
  actor: string,
  accountId: string,
  nowMs: number,
): boolean {
  const found = sql.exec(
    'SELECT 1 FROM connecting WHERE actor = ? AND account_id = ? AND expires_ms > ?',
    actor,
    accountId,
    nowMs,
  );
  return found.toArray().length > 0;
}

/** Ends an actor's attempt. */
export function endAttempt(sql: SqlStorage, actor: string): void {
  sql.exec('DELETE FROM connecting WHERE actor = ?', actor);
}
