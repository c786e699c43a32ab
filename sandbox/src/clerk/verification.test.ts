import { describe, expect, test } from 'vitest';
import {
  CODE_LIFETIME_MS,
  isTestAddress,
  judgeCode,
  MAX_WRONG_CODES,
  startVerification,
} from './verification.ts';

const fresh = startVerification('email_code', '123456', 1000);

describe('judgeCode', () => {
  test('verifies the right code', () => {
    const { verification, outcome } = judgeCode(fresh, '123456', 2000);
    expect(outcome).toBe('verified');
    expect(verification).toMatchObject({ status: 'verified', attempts: 1 });
  });

  test('takes the code until the last millisecond and not longer', () => {
    expect(judgeCode(fresh, '123456', 1000 + CODE_LIFETIME_MS - 1).outcome).toBe('verified');
    const late = judgeCode(fresh, '123456', 1000 + CODE_LIFETIME_MS);
    expect(late.outcome).toBe('expired');
    expect(late.verification.status).toBe('expired');
  });

  test('fails for good after three wrong codes, the right one included', () => {
    let verification = fresh;
    for (let i = 0; i < MAX_WRONG_CODES; i++) {
      const judgement = judgeCode(verification, '000000', 2000);
      expect(judgement.outcome).toBe('incorrect');
      verification = judgement.verification;
    }
    expect(verification.status).toBe('failed');
    expect(judgeCode(verification, '123456', 2000).outcome).toBe('failed');
  });

  test('does not verify twice', () => {
    const { verification } = judgeCode(fresh, '123456', 2000);
    expect(judgeCode(verification, '123456', 2000).outcome).toBe('already_verified');
  });
});

test.each([
  ['jane+clerk_test@example.com', true],
  ['jane@example.com', false],
  ['jane+clerk_test_2@example.com', false],
  ['jane+clerk_test@evil@example.com', false],
])('says whether %s is a test address: %s', (address, expected) => {
  expect(isTestAddress(address)).toBe(expected);
});
