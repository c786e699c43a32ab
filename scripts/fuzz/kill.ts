import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '@dream/sandbox';
import { bundleEdge } from '../local/edge.ts';
import { freePort } from '../local/free-port.ts';
import { KillableEdge } from '../local/killable-edge.ts';
import { edgeVariables, localSecrets } from '../local/variables.ts';
import { Shop } from './loads.ts';

/** Calls that are acknowledged before a kill, and how long it may then take. */
const FEWEST_ACKNOWLEDGED = 30;
const MORE_ACKNOWLEDGED = 60;
const LONGEST_PAUSE_MS = 30;

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
      const load = shop.load(`${kill}`, FEWEST_ACKNOWLEDGED + random() * MORE_ACKNOWLEDGED);
      await load.isHeavy;
      await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_PAUSE_MS));
      await edge.kill();
      await edge.start();
      await load.end();
    }
    return await shop.faults();
  } finally {
    await edge.kill();
    await sandbox.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** The same numbers for the same seed, from 0 to below 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
