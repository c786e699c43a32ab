import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';

/** How a contained command ended, with all it printed, less colours (oxlint has them in any CI). */
export type Outcome = { succeeded: boolean; output: string; reason?: string };

/** A running command and the way to end it early. */
export type Contained = { outcome: Promise<Outcome>; end: (reason: string) => void };

/** Between asking a command to end and killing it. */
const GRACE_MS = 5_000;
/** A pipe that a stray process holds open is not waited for longer than this. */
const DRAIN_MS = 2_000;
const MARK = 'DREAM_STEP';
const windows = process.platform === 'win32';

/**
 * Runs a command in a process group of its own, without a terminal, for at most `limitSeconds`.
 * When the promise settles, nothing that the command started is alive any more: its group is
 * killed and so, on Linux, is whatever left the group but carries the mark in its environment
 * (browsers do that). Never rejects: a command that cannot start is an outcome, too.
 */
export function runContained(
  command: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; limitSeconds: number },
): Contained {
  const mark = randomUUID();
  const [file = '', ...args] = command;
  const child = spawn(file === 'node' ? process.execPath : file, args, {
    cwd: options.cwd,
    env: { ...options.env, [MARK]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: !windows,
    // The programs in node_modules/.bin are .cmd files there.
    shell: windows && file !== 'node',
  });
  let output = '';
  let reason: string | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const end = (why: string): void => {
    if (reason !== undefined || child.pid === undefined) return;
    reason = why;
    signalGroup(child.pid, 'SIGTERM');
    const killLater = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS);
    child.once('exit', () => clearTimeout(killLater));
  };
  const limit = setTimeout(
    () => end(`took longer than ${options.limitSeconds} s and was ended`),
    options.limitSeconds * 1000,
  );
  const outcome = new Promise<Outcome>((resolve) => {
    const drained = once(child, 'close').catch(() => undefined);
    child.once('error', (error) => {
      clearTimeout(limit);
      resolve({ succeeded: false, output, reason: `could not start: ${error.message}` });
    });
    child.once('exit', (code) => {
      clearTimeout(limit);
      signalGroup(child.pid, 'SIGKILL');
      killMarked(mark);
      void Promise.race([drained, wait(DRAIN_MS, undefined, { ref: false })]).then(() =>
        resolve({
          succeeded: code === 0 && reason === undefined,
          output: stripVTControlCharacters(output),
          ...(reason && { reason }),
        }),
      );
    });
  });
  return { outcome, end };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  if (windows) {
    spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is empty already.
  }
}

function killMarked(mark: string): void {
  if (process.platform !== 'linux') return;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const marked = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${MARK}=${mark}`);
      if (marked) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended meanwhile, or belongs to somebody else.
    }
  }
}
