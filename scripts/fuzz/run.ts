import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '@dream/sandbox';
import { bundleEdge, startEdge } from '../local/edge.ts';
import { edgeVariables, localSecrets } from '../local/variables.ts';
import { callAt } from './calls.ts';
import { FuzzWorld, type Target } from './world.ts';

/** Which calls to make: `calls` of them, the first with the number `from`. */
export interface FuzzRun {
  seed: number;
  from: number;
  calls: number;
  /** Told now and then how many were made. */
  progress?: (made: number) => void;
  /** Told of a finding when it is made. */
  found?: (finding: Finding) => void;
}

/** A call that was answered wrongly, or after which something did not add up. */
export interface Finding {
  number: number;
  /** Where its world began: what is before it there may be the cause. */
  from: number;
  call: string;
  fault: string;
}

/** Findings after which a run ends. */
const ENOUGH = 20;
const WORLDS = 10;
const CALLS_OF_A_WORLD = 1000;
const CALLS_BETWEEN_AUDITS = 25;

/** Runs an edge of its own, with a sandbox beside it, as long as `act` takes. */
export async function withEdge<T>(act: (target: Target) => Promise<T>): Promise<T> {
  const data = mkdtempSync(join(tmpdir(), 'dream-fuzz-'));
  const [bundle, sandbox] = await Promise.all([bundleEdge(join(data, 'bundle')), startSandbox()]);
  const secrets = localSecrets(join(data, 'secrets.json'));
  const variables = await edgeVariables(secrets, 'http://127.0.0.1', sandbox);
  const edge = await startEdge({ bundle, port: 0, variables, widgets: false });
  try {
    return await act({ url: edge.url, operatorSecret: secrets.operatorSecret });
  } finally {
    await edge.stop();
    await sandbox.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** Makes the calls, in several worlds at once, and answers what is wrong with what came of them. */
export async function fuzz(target: Target, run: FuzzRun): Promise<Finding[]> {
  const findings: Finding[] = [];
  const end = run.from + run.calls;
  let next = run.from;
  let made = 0;
  const live = async (): Promise<void> => {
    while (next < end && findings.length < ENOUGH) {
      const first = next;
      const after = Math.min(end, first + CALLS_OF_A_WORLD);
      next = after;
      const world = await FuzzWorld.open(target);
      await liveIn(world, run.seed, first, after, (finding) => {
        findings.push(finding);
        run.found?.(finding);
      });
      made += after - first;
      run.progress?.(made);
    }
  };
  await Promise.all(Array.from({ length: WORLDS }, live));
  return findings;
}

async function liveIn(
  world: FuzzWorld,
  seed: number,
  from: number,
  end: number,
  found: (finding: Finding) => void,
): Promise<void> {
  for (let number = from; number < end; number++) {
    const call = callAt(seed, number);
    const note = (fault: string) =>
      found({ number, from, call: JSON.stringify(call).slice(0, 1500), fault });
    const fault = await world.make(call).catch((error) => `no answer: ${error}`);
    if (fault) note(fault);
    if (number % CALLS_BETWEEN_AUDITS !== 0 && number !== end - 1) continue;
    const deficit = await world.audit();
    if (deficit) note(deficit);
    await world.revive();
  }
}
