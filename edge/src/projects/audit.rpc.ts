/** Who changes an environment, and when. */
export interface Act {
  actor: string;
  nowMs: number;
}

/** Writes what was done, by whom, in the transaction that does it. */
export function writeAudit(
  sql: SqlStorage,
  act: Act,
  action: string,
  subject: string | null,
): void {
  sql.exec(
    'INSERT INTO audit (at_ms, actor, action, subject) VALUES (?, ?, ?, ?)',
    act.nowMs,
    act.actor,
    action,
    subject,
  );
}

/** Forgets entries about somebody erased. */
export function forgetAudit(sql: SqlStorage, subject: string): void {
  sql.exec('DELETE FROM audit WHERE subject = ?', subject);
}
