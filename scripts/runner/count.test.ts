import { describe, expect, it } from 'vitest';
import { countPlaywright, countVitest, countWebTestRunner, settleCounts } from './count.ts';

const vitestReport = (testResults: object[]) =>
  JSON.stringify({ numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, testResults });

describe('countVitest', () => {
  it('takes the numbers of the report', () => {
    const files = [{ status: 'failed', assertionResults: [{ status: 'failed' }] }];
    expect(countVitest(vitestReport(files))).toEqual({ passed: 3, failed: 1, skipped: 2 });
  });

  it('counts a file that did not load as one failed test', () => {
    const files = [{ status: 'failed', assertionResults: [] }];
    expect(countVitest(vitestReport(files)).failed).toBe(2);
  });
});

describe('countPlaywright', () => {
  const stats = { expected: 4, flaky: 1, unexpected: 2, skipped: 3 };

  it('counts a flaky test as passed', () => {
    const report = JSON.stringify({ stats });
    expect(countPlaywright(report)).toEqual({ passed: 5, failed: 2, skipped: 3 });
  });

  it('counts an error outside of any test as failed', () => {
    const report = JSON.stringify({ stats, errors: [{ message: 'webServer did not start' }] });
    expect(countPlaywright(report).failed).toBe(3);
  });
});

describe('countWebTestRunner', () => {
  it('adds up the last line of each browser', () => {
    const output = [
      'Chromium: |█████| 1/2 test files | 3 passed, 0 failed',
      'Chromium: |█████| 2/2 test files | 7 passed, 1 failed, 2 skipped',
      'Firefox:  |█████| 2/2 test files | 8 passed, 0 failed',
    ].join('\n');
    expect(countWebTestRunner(output)).toEqual({ passed: 15, failed: 1, skipped: 2 });
  });

  it('says nothing about an output without such a line', () => {
    expect(countWebTestRunner('Error: no browser')).toBeUndefined();
  });
});

describe('settleCounts', () => {
  const none = { passed: 0, failed: 0, skipped: 0 };

  it.each([
    ['a passing step without a report is one test', undefined, true, { ...none, passed: 1 }],
    ['a failing step without a report is one failure', undefined, false, { ...none, failed: 1 }],
    ['a report is believed', { ...none, passed: 9 }, true, { ...none, passed: 9 }],
    ['a bad exit is a failure', { ...none, passed: 9 }, false, { ...none, passed: 9, failed: 1 }],
    ['running nothing is a failure', none, true, { ...none, failed: 1 }],
    [
      'only skipped tests are a failure',
      { ...none, skipped: 2 },
      true,
      { passed: 0, failed: 1, skipped: 2 },
    ],
    ['a failure is not counted twice', { ...none, failed: 2 }, false, { ...none, failed: 2 }],
  ] as const)('%s', (_name, reported, succeeded, counts) => {
    expect(settleCounts(reported, succeeded)).toEqual(counts);
  });
});
