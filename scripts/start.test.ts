import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from './local/free-port.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Local {
  edge: string;
  dashboard: string;
  demo: string;
  sandbox: { stripe: string; inbox: string };
  project: { id: string; pk: string; sk: string };
}

let data: string;
let ports: number[];
let running: ChildProcess | undefined;
/** What the newest start has printed. */
let said = '';

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'dream-start-'));
  ports = await Promise.all(Array.from({ length: 5 }, freePort));
});
afterAll(() => {
  if (running?.exitCode === null) killGroup(running);
  rmSync(data, { recursive: true, force: true });
});

/** Starts everything as `npm start` does, in a process group of its own. */
async function start(): Promise<Local> {
  const [edge, stripe, clerk, demo, dashboard] = ports.map(String);
  const env = {
    ...process.env,
    DREAM_BUILT: '1',
    DREAM_DATA: data,
    DREAM_EDGE_PORT: edge,
    DREAM_STRIPE_PORT: stripe,
    DREAM_CLERK_PORT: clerk,
    DREAM_DEMO_PORT: demo,
    DREAM_DASHBOARD_PORT: dashboard,
  };
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.ts')], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (said += String(chunk)));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => said.includes('dream is running.') && resolve());
    child.once('exit', () => reject(new Error(`It did not start:\n${said}`)));
  });
  return JSON.parse(readFileSync(join(data, 'local.json'), 'utf8')) as Local;
}

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
}

/** Whether anything is left of what a start has started: it leads a group, and that is in it. */
function isGroupAlive({ pid = 0 }: ChildProcess): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

const headers = (local: Local, user: string, more: Record<string, string> = {}) => ({
  authorization: `Bearer ${local.project.sk}`,
  'x-user-id': user,
  ...more,
});

async function countOf(local: Local, user: string): Promise<number> {
  const answer = await fetch(`${local.edge}/api/usage`, { headers: headers(local, user) });
  return ((await answer.json()) as { usageCount: number }).usageCount;
}

describe('npm start', () => {
  it('serves the demo project, and says where to look and what to try', async () => {
    const local = await start();
    expect((await fetch(`${local.edge}/health`)).status).toBe(200);
    expect((await fetch(local.sandbox.inbox)).status).toBe(200);
    const answer = await fetch(`${local.edge}/api/bootstrap?pk=${local.project.pk}`);
    expect(await answer.json()).toMatchObject({
      mode: 'test',
      sells: true,
      tiers: [{ name: 'free' }, { name: 'pro' }, { name: 'studio' }],
    });
    for (const text of [
      local.edge,
      local.dashboard,
      local.demo,
      local.sandbox.inbox,
      local.project.pk,
      local.project.sk,
      `curl -X POST ${local.edge}/api/data`,
    ])
      expect(said).toContain(text);
  });

  it('loses no acknowledged unit when it is killed in the middle of a load, and finds its data again', async () => {
    const local = JSON.parse(readFileSync(join(data, 'local.json'), 'utf8')) as Local;
    const child = running as ChildProcess;
    let acknowledged = 0;
    let sent = 0;
    const caller = async () => {
      for (;;) {
        sent += 1;
        const options = {
          method: 'POST',
          headers: headers(local, 'load', { 'x-user-plan': 'pro' }),
        };
        const answer = await fetch(`${local.edge}/api/usage`, options).catch(() => null);
        if (!answer) return;
        if (answer.status === 200) acknowledged += 1;
        if (acknowledged === 150) killGroup(child);
      }
    };
    await Promise.all(Array.from({ length: 16 }, caller));
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');

    const again = await start();
    expect(again.project).toEqual(local.project);
    const stored = await countOf(again, 'load');
    expect(acknowledged).toBeGreaterThanOrEqual(150);
    expect(stored).toBeGreaterThanOrEqual(acknowledged);
    expect(stored).toBeLessThanOrEqual(sent);
  });

  it('makes the plan right through real webhooks, without the customer coming back', async () => {
    const local = JSON.parse(readFileSync(join(data, 'local.json'), 'utf8')) as Local;
    const body = JSON.stringify({
      tier: 'pro',
      successUrl: 'http://localhost:5174/',
      cancelUrl: 'http://localhost:5174/',
    });
    const json = { 'content-type': 'application/json' };
    const checkout = await fetch(`${local.edge}/api/create-checkout`, {
      method: 'POST',
      headers: headers(local, 'buyer', json),
      body,
    });
    const { url } = (await checkout.json()) as { url: string };
    const session = url.split('/').at(-1);
    await fetch(`${local.sandbox.stripe}/_sandbox/checkout/${session}/pay`, {
      method: 'POST',
      headers: json,
      body: '{}',
    });
    await fetch(`${local.sandbox.stripe}/_sandbox/idle`);
    await expect
      .poll(
        async () => {
          const answer = await fetch(`${local.edge}/api/usage`, {
            headers: headers(local, 'buyer'),
          });
          return ((await answer.json()) as { plan: string }).plan;
        },
        { timeout: 20_000 },
      )
      .toBe('pro');
  });

  it('leaves nothing behind when it is stopped', async () => {
    const child = running as ChildProcess;
    child.kill('SIGINT');
    await once(child, 'exit');
    for (const port of ports)
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
    await expect.poll(() => isGroupAlive(child), { timeout: 10_000 }).toBe(false);
  });
});
