import { resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { findChromium } from '../browser.ts';
import { hasPassed, runSteps } from './run-steps.ts';
import type { Result } from './run-steps.ts';
import { existingSteps, isMeant, withNeeds } from './select.ts';
import { steps } from './steps.ts';
import type { Step } from './steps.ts';

const root = resolve(import.meta.dirname, '..', '..');

const usage = `
  --only <name>   only this step, or all whose name starts with this word (may be repeated)
  --verbose       also show what passing steps print
  --list          names of the steps`;

/**
 * The command line of `npm test` and `npm run check`: runs those steps of the table that `wanted`
 * accepts, shows a line for each and the output of the failed ones, and ends with a line
 * `N passed, N failed`. Sets the exit code to 1 when anything failed or was stopped.
 */
export async function main(wanted: (step: Step) => boolean): Promise<void> {
  const options = readOptions(existingSteps(steps, root), wanted);
  if (!options) return;
  const { chosen, verbose } = options;
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1' };
  if (chosen.some((step) => step.browser)) env.PLAYWRIGHT_CHROMIUM = findChromium(root);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort());
  }
  const onResult = (result: Result): void => printResult(result, verbose);
  const results = await runSteps(chosen, { root, env, stop: stop.signal, onResult });
  printSummary(results);
  if (stop.signal.aborted || !results.every(hasPassed)) process.exitCode = 1;
}

function readOptions(
  present: readonly Step[],
  wanted: (step: Step) => boolean,
): { chosen: Step[]; verbose: boolean } | undefined {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      verbose: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { only } = values;
  const unknown = only.filter((asked) => !present.some((step) => isMeant(step, asked)));
  if (values.help || values.list || unknown.length > 0) {
    for (const asked of unknown) console.error(`No step "${asked}".`);
    if (values.help) console.log(usage);
    console.log(`\nSteps: ${present.map((step) => step.name).join(', ')}`);
    if (unknown.length > 0) process.exitCode = 2;
    return undefined;
  }
  const isChosen =
    only.length > 0 ? (step: Step) => only.some((asked) => isMeant(step, asked)) : wanted;
  return { chosen: withNeeds(present, isChosen), verbose: values.verbose };
}

function printResult(result: Result, verbose: boolean): void {
  const { step, counts, output, reason } = result;
  const passed = hasPassed(result);
  const skipped = counts.failed === 0 && !passed;
  const sign = passed
    ? styleText('green', '✓')
    : styleText(skipped ? 'yellow' : 'red', skipped ? '–' : '✗');
  const numbers = step.counts && !skipped ? countLine(counts) : '';
  const seconds = `${(result.durationMs / 1000).toFixed(1)} s`.padStart(8);
  console.log(`${sign} ${step.name.padEnd(18)}${seconds}  ${reason ?? numbers}`.trimEnd());
  if (output.trim() && (verbose || (!passed && !skipped))) {
    console.log(output.trimEnd().replaceAll(/^/gm, '  │ '));
  }
}

function printSummary(results: readonly Result[]): void {
  const failed = results.filter(({ counts }) => counts.failed > 0);
  if (failed.length > 0) {
    console.log(`\nFailed: ${failed.map(({ step }) => step.name).join(', ')}`);
    console.log('One of them alone: npm test -- --only <name>');
  }
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { counts } of results) {
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  console.log(`\n${countLine(total)}`);
}

function countLine({ passed, failed, skipped }: Result['counts']): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
