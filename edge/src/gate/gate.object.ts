import { DurableObject } from 'cloudflare:workers';
import type { Bindings } from '../env.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS attempts (
  name TEXT NOT NULL,
  at_ms INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS attempts_by_name ON attempts(name, at_ms);`;

/** At most `max` attempts in any `windowMs`. */
export interface GateRule {
  name: string;
  max: number;
  windowMs: number;
}

/** Counts attempts on routes that need no key of their own, by address or e-mail. */
export class GateObject extends DurableObject<Bindings> {
  /**
   * Counts an attempt against every rule, or against none: answers 0 when it may go on, else the
   * milliseconds to wait. What is older than the longest window is forgotten, whatever it counted for.
   */
  attempt(rules: readonly GateRule[], nowMs: number): number {
    const { sql } = this.ctx.storage;
    return this.ctx.storage.transactionSync(() => {
      sql.exec(SCHEMA);
      const longestMs = Math.max(0, ...rules.map(({ windowMs }) => windowMs));
      sql.exec('DELETE FROM attempts WHERE at_ms <= ?', nowMs - longestMs);
      const waitsMs = rules.map((rule) => {
        const { count, oldest } = sql
          .exec<{ count: number; oldest: number | null }>(
            `SELECT count(*) AS count, min(at_ms) AS oldest FROM attempts
             WHERE name = ? AND at_ms > ?`,
            rule.name,
            nowMs - rule.windowMs,
          )
          .one();
        return count >= rule.max ? (oldest ?? nowMs) + rule.windowMs - nowMs : 0;
      });
      const waitMs = Math.max(0, ...waitsMs);
      if (waitMs === 0)
        for (const rule of rules) sql.exec('INSERT INTO attempts VALUES (?, ?)', rule.name, nowMs);
      return waitMs;
    });
  }
}
