import type { Settings } from '@dream/contract';
import { ok, type Outcome } from '../http/fail.ts';

const DAY_MS = 86_400_000;

/**
 * Counts a customer who signs themselves up, or refuses with `sign_ups_capped` when the environment
 * has had its `signUpsPerDay` of this UTC day. To be called in the transaction that makes the customer.
 */
export function countSignUp(sql: SqlStorage, nowMs: number): Outcome<null> {
  const { settings } = sql.exec<{ settings: string }>('SELECT settings FROM environment').one();
  const { signUpsPerDay } = JSON.parse(settings) as Settings;
  const day = Math.floor(nowMs / DAY_MS);
  const today = sql
    .exec<{ count: number }>('SELECT count FROM sign_ups WHERE day = ?', day)
    .toArray()[0];
  if ((today?.count ?? 0) >= signUpsPerDay) {
    const resetsAtMs = (day + 1) * DAY_MS;
    return {
      ok: false,
      code: 'sign_ups_capped',
      details: { signUpsPerDay, resetsAtMs },
      retryAfterSeconds: Math.ceil((resetsAtMs - nowMs) / 1000),
    };
  }
  sql.exec('DELETE FROM sign_ups WHERE day < ?', day);
  sql.exec('INSERT INTO sign_ups VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1', day);
  return ok(null);
}
