import type { Verification } from './entities.ts';

/** How long a code may be typed. */
export const CODE_LIFETIME_MS = 10 * 60 * 1000;
/** The wrong code that makes a verification useless until a new one is prepared. */
export const MAX_WRONG_CODES = 3;
/** The code every test address verifies with, in test mode. */
export const TEST_CODE = '424242';

/** A fresh verification for a code that is being sent now. */
export function startVerification(
  strategy: Verification['strategy'],
  code: string,
  nowMs: number,
): Verification {
  return {
    strategy,
    status: 'unverified',
    code,
    attempts: 0,
    expiresAtMs: nowMs + CODE_LIFETIME_MS,
  };
}

/** What a typed code does: the verification afterwards, and what to answer. */
interface Judgement {
  verification: Verification;
  outcome: 'verified' | 'incorrect' | 'expired' | 'failed' | 'already_verified';
}

/**
 * Judges a typed code. The third wrong code still answers `incorrect` and fails the
 * verification; from then on every code, right or wrong, answers `failed`.
 */
export function judgeCode(verification: Verification, code: string, nowMs: number): Judgement {
  if (verification.status === 'verified') return { verification, outcome: 'already_verified' };
  if (verification.status === 'failed') return { verification, outcome: 'failed' };
  if (nowMs >= verification.expiresAtMs) {
    return { verification: { ...verification, status: 'expired' }, outcome: 'expired' };
  }
  const attempts = verification.attempts + 1;
  if (code === verification.code) {
    return { verification: { ...verification, attempts, status: 'verified' }, outcome: 'verified' };
  }
  const status = attempts >= MAX_WRONG_CODES ? 'failed' : 'unverified';
  return { verification: { ...verification, attempts, status }, outcome: 'incorrect' };
}

/** Whether Clerk's test mode takes an address for its own: a `+clerk_test` sub-address. */
export function isTestAddress(address: string): boolean {
  return /\+clerk_test@[^@]+$/.test(address);
}
