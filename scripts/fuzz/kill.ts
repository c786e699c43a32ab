import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '@dream/sandbox';
import { bundleEdge, type startEdge } from '../local/edge.ts';
import { edgeVariables, localSecrets } from '../local/variables.ts';
import { Shop } from './loads.ts';

type Options = Parameters<typeof startEdge>[0];

/**
 * Kills the edge again and again, each time in the middle of every load, and answers what is not as it
 * was acknowledged: a count, a balance, a bill, or the answer to a call that is made once more.
 */
export async function killUnderLoad({
  kills,
  seed,
}: {
  kills: number;
  seed: number;
}): Promise<string[]> {
  const data = mkdtempSync(join(tmpdir(), 'dream-kill-'));
  const [bundle, sandbox] = await Promise.all([bundleEdge(join(data, 'bundle')), startSandbox()]);
  const secrets = localSecrets(join(data, 'secrets.json'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const variables = await edgeVariables(secrets, url, sandbox);
  const edge = new KillableEdge({
    bundle,
    port,
    variables,
    dataDir: join(data, 'edge'),
    widgets: false,
  });
  try {
    await edge.start();
    const { operatorSecret } = secrets;
    const shop = await Shop.open({ url, operatorSecret, stripe: sandbox.stripe });
    const random = randomFrom(seed);
    for (let kill = 0; kill < kills; kill++) {
      const untilKilled = shop.load(`${kill}`);
      await new Promise((resolve) => setTimeout(resolve, 50 + random() * 400));
      await edge.kill();
      await edge.start();
      await untilKilled.end();
    }
    return await shop.faults();
  } finally {
    await edge.kill();
    await sandbox.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The same numbers for the same seed, from 0 to below 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** An edge in a process group of its own, over and over on the same disk. */
class KillableEdge {
  readonly #options: Options;
  #running: ChildProcess | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const file = fileURLToPath(new URL('../local/edge-process.ts', import.meta.url));
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

  async kill(): Promise<void> {
    const child = this.#running;
    this.#running = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await gone;
  }
}
