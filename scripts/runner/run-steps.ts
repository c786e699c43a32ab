import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { runContained } from './contained.ts';
import type { Contained, Outcome } from './contained.ts';
import { countPlaywright, countVitest, countWebTestRunner, settleCounts } from './count.ts';
import type { Counts } from './count.ts';
import type { Step } from './steps.ts';

/** What became of a step. `output` is all it printed. */
export type Result = {
  step: Step;
  counts: Counts;
  output: string;
  /** Why it failed, when the exit code alone does not tell. */
  reason?: string;
  durationMs: number;
};

/**
 * Runs the steps, as many at once as the machine has cores (at most four), each as soon as those
 * it needs have passed; a step whose need failed is not run and counts as skipped.
 * `onResult` sees every result when it is there. When `stop` aborts, running steps are ended and
 * no more are started. Resolves with all results.
 */
export async function runSteps(
  steps: readonly Step[],
  options: {
    root: string;
    env: NodeJS.ProcessEnv;
    stop: AbortSignal;
    onResult: (result: Result) => void;
  },
): Promise<Result[]> {
  const hands = Math.min(availableParallelism(), 4);
  const waiting = [...steps];
  const running = new Map<Step, Promise<void>>();
  const results: Result[] = [];
  const record = (result: Result): void => {
    results.push(result);
    options.onResult(result);
  };
  while (waiting.length + running.size > 0) {
    for (const step of waiting.slice()) {
      const needs = neededState(step, steps, results);
      const busy = [...running.keys()].some((other) => other.alone);
      const room = step.alone ? running.size === 0 : running.size < hands && !busy;
      if (options.stop.aborted || needs === 'failed') {
        waiting.splice(waiting.indexOf(step), 1);
        record(notRun(step, options.stop.aborted ? 'stopped' : 'a step it needs has failed'));
      } else if (needs === 'passed' && room) {
        waiting.splice(waiting.indexOf(step), 1);
        const work = (async () => {
          const result = await runStep(step, options);
          running.delete(step);
          record(result);
        })();
        running.set(step, work);
      }
    }
    // Results may have changed while this turn looked at earlier steps; look again then.
    if (running.size > 0) await Promise.race(running.values());
    else if (waiting.length > 0 && waiting.every((step) => isStuck(step, steps, results))) {
      throw new Error(`steps need each other: ${waiting.map((step) => step.name).join(', ')}`);
    }
  }
  return results;
}

function neededState(
  step: Step,
  steps: readonly Step[],
  results: readonly Result[],
): 'passed' | 'failed' | 'pending' {
  const needed = steps.filter((other) => step.after?.includes(other.name));
  const states = needed.map((other) => results.find((result) => result.step === other));
  if (states.some((state) => state && !hasPassed(state))) return 'failed';
  return states.every((state) => state) ? 'passed' : 'pending';
}

function isStuck(step: Step, steps: readonly Step[], results: readonly Result[]): boolean {
  return neededState(step, steps, results) === 'pending';
}

/** Whether every test of a step passed, and at least one ran. */
export function hasPassed({ counts }: Result): boolean {
  return counts.failed === 0 && counts.passed > 0;
}

function notRun(step: Step, reason: string): Result {
  const counts = { passed: 0, failed: 0, skipped: 1 };
  return { step, counts, output: '', reason: `not run: ${reason}`, durationMs: 0 };
}

async function runStep(
  step: Step,
  { root, env, stop }: { root: string; env: NodeJS.ProcessEnv; stop: AbortSignal },
): Promise<Result> {
  const startedAtMs = performance.now();
  const report = join(root, '.dream', 'reports', `${step.name.replaceAll(' ', '-')}.json`);
  mkdirSync(join(report, '..'), { recursive: true });
  rmSync(report, { force: true });
  const fill = (text: string): string => text.replaceAll('{report}', report);
  const extra = Object.entries(step.env ?? {}).map(([name, value]) => [name, fill(value)]);
  const bins = [
    join(root, step.folder, 'node_modules', '.bin'),
    join(root, 'node_modules', '.bin'),
  ];
  const contained: Contained = runContained(step.command.map(fill), {
    cwd: join(root, step.folder),
    env: {
      ...env,
      ...Object.fromEntries(extra),
      PATH: [...bins, env.PATH ?? ''].join(delimiter),
    },
    limitSeconds: step.limitSeconds,
  });
  const onStop = (): void => contained.end('stopped');
  stop.addEventListener('abort', onStop);
  const outcome = await contained.outcome;
  stop.removeEventListener('abort', onStop);
  const counts = settleCounts(reportedCounts(step, report, outcome), outcome.succeeded);
  const durationMs = performance.now() - startedAtMs;
  const { output, reason } = outcome;
  return { step, counts, output, durationMs, ...(reason !== undefined && { reason }) };
}

function reportedCounts(step: Step, report: string, outcome: Outcome): Counts | undefined {
  if (step.counts === 'web-test-runner') return countWebTestRunner(outcome.output);
  if (!step.counts || !existsSync(report)) return undefined;
  const count = step.counts === 'vitest' ? countVitest : countPlaywright;
  return count(readFileSync(report, 'utf8'));
}
