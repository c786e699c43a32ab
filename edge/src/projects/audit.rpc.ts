import type { AuditDetail } from '@dream/contract';

/** Who changes an environment, and when. */
export interface Act {
  actor: string;
  nowMs: number;
}

/** Writes what was done, by whom, and what it changed, in the transaction that does it. */
export function writeAudit(
  sql: SqlStorage,
  act: Act,
  action: string,
  subject: string | null,
  details: readonly AuditDetail[] = [],
): void {
  sql.exec(
    'INSERT INTO audit (at_ms, actor, action, subject, details) VALUES (?, ?, ?, ?, ?)',
    act.nowMs,
    act.actor,
    action,
    subject,
    details.length === 0 ? null : JSON.stringify(details),
  );
}

/** The newest entries about a subject. */
export const auditAbout = (sql: SqlStorage, subject: string, limit: number): Entry[] =>
  sql
    .exec<Entry>(
      `SELECT 'aud_' || id AS id, action AS type, at_ms AS atMs, actor AS "by" FROM audit
       WHERE subject = ? ORDER BY audit.id DESC LIMIT ?`,
      subject,
      limit,
    )
    .toArray();

type Entry = { id: string; type: string; atMs: number; by: string };

/** Forgets entries about somebody erased. */
export function forgetAudit(sql: SqlStorage, subject: string): void {
  sql.exec('DELETE FROM audit WHERE subject = ?', subject);
}
