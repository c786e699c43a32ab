import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { startEdge } from './edge.ts';

type Options = Parameters<typeof startEdge>[0];

/** An edge in a process group of its own, over and over on the same disk. */
export class KillableEdge {
  readonly #options: Options;
  #running: ChildProcess | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const file = fileURLToPath(new URL('edge-process.ts', import.meta.url));
    const child = spawn(process.execPath, [file, JSON.stringify(this.#options)], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#running = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', () => reject(new Error('The edge did not start')));
    });
  }

  /** Kills it, and resolves when it is gone; safe to repeat. */
  async kill(): Promise<void> {
    const child = this.#running;
    this.#running = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await gone;
  }
}
