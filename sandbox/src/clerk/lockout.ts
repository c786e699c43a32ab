import type { User } from './entities.ts';
import { faults } from './errors.ts';
import type { Scope } from './scope.ts';
import { settingsOf } from './settings.ts';

const MINUTE_MS = 60_000;

/** Whether a user is locked out now; a lock with an end opens by itself. */
export function isLocked(user: User, nowMs: number): boolean {
  return user.locked && (user.lockExpiresAtMs === null || nowMs < user.lockExpiresAtMs);
}

/** Seconds until the lock of a locked user opens; null when it never does. */
export function lockSecondsLeft(user: User, nowMs: number): number | null {
  return user.lockExpiresAtMs === null ? null : Math.ceil((user.lockExpiresAtMs - nowMs) / 1000);
}

/** Throws `user_banned` or `user_locked` for a user who must not sign in. */
export function refuseBarred(scope: Scope, user: User): void {
  if (user.banned) throw faults.banned();
  if (isLocked(user, scope.nowMs())) {
    throw faults.locked(lockSecondsLeft(user, scope.nowMs()));
  }
}

/** The lock that begins now, for as long as the instance says. */
export function lockNow(scope: Scope): Pick<User, 'locked' | 'lockExpiresAtMs' | 'failedAttempts'> {
  const { lockoutMinutes } = settingsOf(scope.instance);
  const lockExpiresAtMs = scope.nowMs() + lockoutMinutes * MINUTE_MS;
  return { locked: true, lockExpiresAtMs, failedAttempts: 0 };
}

/**
 * Runs one try to prove who somebody is. A wrong password or code is counted against the user,
 * and the one too many locks the user and answers `user_locked`. What is thrown is thrown on.
 */
export async function countingTries<T>(
  scope: Scope,
  user: User,
  tryOnce: () => T | Promise<T>,
): Promise<T> {
  refuseBarred(scope, user);
  try {
    return await tryOnce();
  } catch (error) {
    const wrong = ['form_password_incorrect', 'form_code_incorrect'];
    if (!wrong.includes((error as { code?: string }).code ?? '')) throw error;
    const { lockoutAttempts } = settingsOf(scope.instance);
    const current = scope.users.get(user.id);
    if (!current) throw error;
    const failedAttempts = current.failedAttempts + 1;
    if (lockoutAttempts === null || failedAttempts < lockoutAttempts) {
      scope.users.put({ ...current, failedAttempts });
      throw error;
    }
    const locked = scope.users.put({ ...current, ...lockNow(scope) });
    throw faults.locked(lockSecondsLeft(locked, scope.nowMs()));
  }
}
