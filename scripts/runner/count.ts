/** How many tests a step ran; a step without a report counts as one test. */
export type Counts = { passed: number; failed: number; skipped: number };

/**
 * Reads Vitest's JSON report. A file that did not even load has no test of its own and counts as
 * one failed test.
 */
export function countVitest(report: string): Counts {
  const read: VitestReport = JSON.parse(report);
  const broken = read.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(isFailed),
  );
  return {
    passed: read.numPassedTests,
    failed: read.numFailedTests + broken.length,
    skipped: read.numPendingTests + (read.numTodoTests ?? 0),
  };
}

/** Reads Playwright's JSON report; an error outside of any test counts as a failed test. */
export function countPlaywright(report: string): Counts {
  const { stats, errors = [] }: PlaywrightReport = JSON.parse(report);
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
  };
}

/**
 * Reads the closing lines that Web Test Runner prints, one for each browser, such as
 * `Chromium: |████| 9/9 test files | 24 passed, 0 failed, 1 skipped`.
 * Undefined when there is none.
 */
export function countWebTestRunner(output: string): Counts | undefined {
  const lastOfBrowser = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [, browser, results] = /^\s*(\S[^|]*?):?\s*\|.*test files \| (.*)$/.exec(line) ?? [];
    if (browser && results) lastOfBrowser.set(browser, results);
  }
  if (lastOfBrowser.size === 0) return undefined;
  const sum = (word: string): number => {
    const numbers = [...lastOfBrowser.values()].map((line) =>
      Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0),
    );
    return numbers.reduce((total, number) => total + number, 0);
  };
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/**
 * The counts of a finished step. What its runner reports is believed only as far as its exit code
 * agrees: a step that failed has at least one failed test, and one that ran nothing has failed.
 */
export function settleCounts(reported: Counts | undefined, succeeded: boolean): Counts {
  const counts = reported ?? { passed: succeeded ? 1 : 0, failed: 0, skipped: 0 };
  const nothingRan = counts.passed + counts.failed === 0;
  if ((!succeeded || nothingRan) && counts.failed === 0) return { ...counts, failed: 1 };
  return counts;
}

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests?: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
};

type PlaywrightReport = {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  errors?: unknown[];
};

function isFailed(result: { status: string }): boolean {
  return result.status === 'failed';
}
