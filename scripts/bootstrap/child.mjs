import { spawn } from 'node:child_process';

/** Signals that ask a program to end. Each is passed on to the running child. */
const ENDING_SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** How long a child that was asked to end may take before it is killed. */
const GRACE_MS = 20_000;

/**
 * How a child ended, and the first signal we passed on to it: some programs exit with 0 on one.
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null, asked?: NodeJS.Signals }} Ended
 */

/**
 * Runs a program with our own terminal and waits for its end; never outlives it and never ends
 * before it. Ending signals are passed on, so a child may see one twice (a terminal sends Ctrl-C
 * to everybody): it must take the repeat as the same request.
 * Rejects only when the program cannot be started.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<Ended>}
 */
export function runChild(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    /** @type {NodeJS.Timeout | undefined} */
    let grace;
    /** @type {NodeJS.Signals | undefined} */
    let asked;
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => {
      asked ??= signal;
      // Windows has no signals: the console has told the child already, and kill() would cut it off.
      if (process.platform !== 'win32') child.kill(signal);
      grace ??= setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    };
    const settle = () => {
      clearTimeout(grace);
      for (const signal of ENDING_SIGNALS) process.off(signal, passOn);
    };
    for (const signal of ENDING_SIGNALS) process.on(signal, passOn);
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      settle();
      resolve({ code, signal, ...(asked && { asked }) });
    });
  });
}

/**
 * Ends this process the way the child ended: with its exit code, or by the same signal, so that
 * a shell sees an interrupted program as interrupted.
 * @param {Ended} ended
 */
export function exitLike(ended) {
  if (ended.signal && process.platform !== 'win32') process.kill(process.pid, ended.signal);
  process.exitCode = ended.code ?? 1;
}
