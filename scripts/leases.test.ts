import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Sandbox, startSandbox } from '@dream/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleEdge, type LocalEdge, startEdge } from './local/edge.ts';
import { edgeVariables, localSecrets } from './local/variables.ts';
import { seed } from './seed.ts';

const LIMIT = 1000;
const PROCESSES = 8;
/** Leases whose end is waited for are short; one whose end must not come in between is not. */
const [SHORT, LONG] = ['1', '60'];

let folder: string;
let sandbox: Sandbox;
let edge: LocalEdge;
let sk: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dream-leases-'));
  const [bundle, stripe] = await Promise.all([bundleEdge(join(folder, 'bundle')), startSandbox()]);
  sandbox = stripe;
  const secrets = localSecrets(join(folder, 'secrets.json'));
  const variables = await edgeVariables(secrets, 'http://127.0.0.1', sandbox);
  edge = await startEdge({ bundle, port: 0, variables, widgets: false });
  const { operatorSecret } = secrets;
  const target = { edge: edge.url, operatorSecret, stripe: sandbox.stripe, knownSk: null };
  const { project } = await seed(target);
  sk = project.sk;
  const tier = await fetch(`${edge.url}/api/projects/${project.id}/test/tiers/free`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${operatorSecret}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      displayName: 'Free',
      features: [{ kind: 'metered', name: 'requests', limitUnits: LIMIT }],
      isDefault: true,
      rateLimitPerMinute: null,
    }),
  });
  if (!tier.ok) throw new Error(await tier.text());
  const [one, two, ...others] = Array.from({ length: PROCESSES }, () => new Holder());
  if (one && two) all = [one, two, ...others];
}, 90_000);

afterAll(async () => {
  await Promise.all(all.map((holder) => holder.end()));
  await edge?.stop();
  await sandbox?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A process that spends leases; see `test-lease-process.ts` of the sdk. */
class Holder {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    const file = fileURLToPath(new URL('../sdk/src/test-lease-process.ts', import.meta.url));
    this.#child = spawn(process.execPath, [file, edge.url, sk], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdout } = this.#child;
    if (!stdout) throw new Error('The process has no output');
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** Tells it what to do; the number it answers. */
  async ask(what: string): Promise<number> {
    this.#child.stdin?.write(`${what}\n`);
    const { value } = await this.#lines.next();
    return Number(value);
  }

  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.signal('SIGKILL');
    await gone;
  }
}

let all: [Holder, Holder, ...Holder[]];

const each = (what: string, some: Holder[] = all): Promise<number[]> =>
  Promise.all(some.map((holder) => holder.ask(what)));

const sum = (units: number[]): number => units.reduce((total, one) => total + one, 0);

async function usageOf(customer: string): Promise<{ usageCount: number; held?: number }> {
  const headers = { authorization: `Bearer ${sk}`, 'x-user-id': customer };
  const answer = await fetch(`${edge.url}/api/usage`, { headers });
  return (await answer.json()) as { usageCount: number; held?: number };
}

/** What is counted when nothing is held any more. */
async function countedInTheEnd(customer: string): Promise<number> {
  const held = async () => (await usageOf(customer)).held ?? 0;
  await expect.poll(held, { timeout: 20_000, interval: 50 }).toBe(0);
  return (await usageOf(customer)).usageCount;
}

it('8 processes with leases at one limit admit exactly the limit, and count it', async () => {
  await each(`open exact 20 ${LONG}`);
  const used = await each('use all');
  await each('close');
  expect(sum(used)).toBe(LIMIT);
  const usage = await usageOf('exact');
  expect([usage.usageCount, usage.held]).toEqual([LIMIT, undefined]);
});

it('never admit more with clocks that are hours off, and set while they run', async () => {
  const hours = (offset: number) =>
    Promise.all(
      all.map((holder, index) => holder.ask(`set clock ${(index - offset) * 3_600_000}`)),
    );
  await hours(3);
  await each(`open clocks 20 ${SHORT}`);
  const first = await each('use 50');
  await hours(5);
  const rest = await each('use all');
  await each('close');
  await each('set clock 0');
  const counted = await countedInTheEnd('clocks');
  expect(sum(first) + sum(rest)).toBeLessThanOrEqual(counted);
  expect(counted).toBe(LIMIT);
});

it('never admit more when one is cut off from the edge past the end of its lease', async () => {
  const [alone, other] = all;
  await alone.ask(`open cut 600 ${SHORT}`);
  await alone.ask('cut off');
  expect(await alone.ask('use 10')).toBe(10);
  expect(await countedInTheEnd('cut')).toBe(600);
  expect(await alone.ask('take 590')).toBe(0);
  await other.ask(`open cut 20 ${LONG}`);
  expect(await other.ask('use all')).toBe(400);
  await alone.ask('reconnect');
  expect(await alone.ask('use all')).toBe(0);
  await Promise.all([alone.ask('close'), other.ask('close')]);
  expect(await usageOf('cut')).toMatchObject({ usageCount: LIMIT });
});

it('never admit more when one stands still past the end of its lease and goes on', async () => {
  const [stopped, other] = all;
  await stopped.ask(`open stopped 600 ${SHORT}`);
  expect(await stopped.ask('use 10')).toBe(10);
  stopped.signal('SIGSTOP');
  expect(await countedInTheEnd('stopped')).toBe(600);
  await other.ask(`open stopped 20 ${LONG}`);
  expect(await other.ask('use all')).toBe(400);
  // What it finds in its pocket first, before it can ask anybody.
  const taken = stopped.ask('take 590');
  stopped.signal('SIGCONT');
  expect(await taken).toBe(0);
  expect(await stopped.ask('use all')).toBe(0);
  await Promise.all([stopped.ask('close'), other.ask('close')]);
  expect(await usageOf('stopped')).toMatchObject({ usageCount: LIMIT });
});

it('never admit more when some are killed: what they held counts as used', async () => {
  const [killed, others] = [all.slice(0, 3), all.slice(3)];
  await Promise.all([
    each(`open killed 20 ${SHORT}`, killed),
    each(`open killed 20 ${LONG}`, others),
  ]);
  const first = await each('use 30');
  await Promise.all(killed.map((holder) => holder.end()));
  const rest = await each('use all', others);
  await each('close', others);
  const counted = await countedInTheEnd('killed');
  expect(sum(first) + sum(rest)).toBeLessThanOrEqual(counted);
  expect(counted).toBeLessThanOrEqual(LIMIT);
  // What was not granted to anybody in the end is what the killed ones held for a while.
  expect(sum(first) + sum(rest)).toBeGreaterThanOrEqual(LIMIT - 3 * 60);
});
