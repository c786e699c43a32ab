import type { Letter, Verification } from './entities.ts';
import { newCode, newId } from './ids.ts';
import type { Scope } from './scope.ts';
import { isTestAddress, judgeCode, startVerification, TEST_CODE } from './verification.ts';
import { faults } from './errors.ts';

/** How many letters an instance's inbox keeps. */
const INBOX_SIZE = 200;

/**
 * Starts a verification of an address and sends its code to the inbox. In test mode a test
 * address gets Clerk's test code and no letter.
 */
export function sendCode(
  scope: Scope,
  address: string,
  strategy: Verification['strategy'],
  purpose: Letter['purpose'],
): Verification {
  if (scope.instance.mode === 'test' && isTestAddress(address)) {
    return startVerification(strategy, TEST_CODE, scope.nowMs());
  }
  const code = newCode();
  scope.letters.put({ id: newId('ema'), to: address, code, purpose, sentAtMs: scope.nowMs() });
  const letters = scope.letters.list();
  for (const letter of letters.slice(0, Math.max(0, letters.length - INBOX_SIZE))) {
    scope.letters.delete(letter.id);
  }
  return startVerification(strategy, code, scope.nowMs());
}

/**
 * Tries a typed code. `keep` stores the verification afterwards, whatever the outcome; then a
 * code that does not verify throws Clerk's error for it.
 */
export function tryCode(
  scope: Scope,
  verification: Verification | null,
  strategy: string,
  code: string,
  keep: (verification: Verification) => void,
): void {
  if (!verification || verification.strategy !== strategy) throw faults.verificationMissing();
  const judgement = judgeCode(verification, code, scope.nowMs());
  keep(judgement.verification);
  switch (judgement.outcome) {
    case 'verified':
      return;
    case 'incorrect':
      throw faults.codeIncorrect();
    case 'expired':
      throw faults.verificationExpired();
    case 'failed':
      throw faults.verificationFailed();
    case 'already_verified':
      throw faults.alreadyVerified();
  }
}
