import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPassed, type Result, runSteps } from './run-steps.ts';
import { isMeant, withNeeds } from './select.ts';
import { type Step, steps } from './steps.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'dream-steps-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A step that runs a line of JavaScript. */
function step(name: string, code: string, more: Partial<Step> = {}): Step {
  const command = ['node', '--eval', code];
  return { name, kind: 'static', command, folder: '.', limitSeconds: 30, ...more };
}

async function run(table: readonly Step[], stop = new AbortController()): Promise<Result[]> {
  const onResult = () => undefined;
  return await runSteps(table, { root, env: process.env, stop: stop.signal, onResult });
}

describe('runSteps', () => {
  it('runs a step only after those it needs, and one that wants the machine alone', async () => {
    const table = [
      step('last', '', { alone: true, after: ['second'] }),
      step('second', '', { after: ['first'] }),
      step('first', ''),
    ];
    const results = await run(table);
    expect(results.map((result) => result.step.name)).toEqual(['first', 'second', 'last']);
    expect(results.every(hasPassed)).toBe(true);
  });

  it('shows what a failed step printed and skips what needs it, to the end of the chain', async () => {
    const table = [
      step('bad', 'console.log("\\x1b[31mthe reason\\x1b[0m"); process.exit(3)'),
      step('next', '', { after: ['bad'] }),
      step('after next', '', { after: ['next'] }),
      step('other', ''),
    ];
    const results = await run(table);
    const of = (name: string) => results.find((result) => result.step.name === name);
    expect(of('bad')).toMatchObject({ counts: { failed: 1 }, output: 'the reason\n' });
    expect(of('next')?.counts).toEqual({ passed: 0, failed: 0, skipped: 1 });
    expect(of('after next')?.counts).toEqual({ passed: 0, failed: 0, skipped: 1 });
    expect(of('other')?.counts.passed).toBe(1);
  });

  it('ends a step at its limit, with all that the step started', async () => {
    const grandchild = `const { spawn } = require('node:child_process');
      const code = 'setInterval(() => {}, 1000)';
      const child = spawn(process.execPath, ['--eval', code], { detached: true, stdio: 'inherit' });
      console.log(child.pid);
      process.on('SIGTERM', () => {});
      setInterval(() => {}, 1000);`;
    const [result] = await run([step('hangs', grandchild, { limitSeconds: 1 })]);
    expect(result).toMatchObject({ counts: { failed: 1 }, reason: expect.stringContaining('1 s') });
    if (process.platform !== 'linux') return;
    const pid = Number(result?.output);
    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isAlive(pid)).toBe(false);
  }, 30_000);

  it('ends running steps and starts no more when it is stopped', async () => {
    const stop = new AbortController();
    const waiting = run(
      [step('runs', 'setInterval(() => {}, 1000)', { alone: true }), step('next', '')],
      stop,
    );
    stop.abort();
    const results = await waiting;
    expect(results.map(({ reason }) => reason)).toEqual(['stopped', 'not run: stopped']);
  });

  it('says so when a command cannot be started', async () => {
    const [result] = await run([step('none', '', { command: ['no-such-program'] })]);
    expect(result).toMatchObject({
      counts: { failed: 1 },
      reason: expect.stringContaining('could not start'),
    });
  });

  it('reads the report that a step writes into the place it is given', async () => {
    const report = JSON.stringify({ stats: { expected: 5, unexpected: 0, flaky: 0, skipped: 1 } });
    const code = `require('node:fs').writeFileSync(process.env.REPORT, ${JSON.stringify(report)})`;
    const [result] = await run([
      step('reports', code, { counts: 'playwright', env: { REPORT: '{report}' } }),
    ]);
    expect(result?.counts).toEqual({ passed: 5, failed: 0, skipped: 1 });
  });
});

describe('the table of steps', () => {
  it('has unique names and a time limit in every row', () => {
    expect(new Set(steps.map(({ name }) => name)).size).toBe(steps.length);
    expect(steps.filter(({ limitSeconds }) => !(limitSeconds > 0))).toEqual([]);
  });

  it('brings along what a chosen step needs, and what that needs', () => {
    const table = [
      step('a', ''),
      step('b', '', { after: ['a'] }),
      step('c', '', { after: ['b'] }),
      step('d', ''),
    ];
    const chosen = withNeeds(table, ({ name }) => name === 'c');
    expect(chosen.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('takes the first word of a name for all steps that begin with it', () => {
    expect(isMeant(step('types edge', ''), 'types')).toBe(true);
    expect(isMeant(step('types edge', ''), 'types edge')).toBe(true);
    expect(isMeant(step('types edge', ''), 'type')).toBe(false);
    expect(isMeant(step('edge', ''), 'types')).toBe(false);
  });
});

/** Whether a process runs; a zombie that nobody has collected yet does not. Linux only. */
function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
}
