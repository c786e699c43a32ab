import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAMES = [
  'DREAM_EDGE_PORT',
  'DREAM_DASHBOARD_PORT',
  'DREAM_DEMO_PORT',
  'DREAM_STRIPE_PORT',
  'DREAM_CLERK_PORT',
];

/** Starts everything as `npm start` does, with data of its own; gives what ends it. */
export default async function startStack(): Promise<() => Promise<void>> {
  const data = mkdtempSync(join(tmpdir(), 'dream-e2e-'));
  const ports = await Promise.all(NAMES.map(async (name) => [name, await freePort()] as const));
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../scripts/start.ts', import.meta.url))],
    {
      env: {
        ...process.env,
        ...Object.fromEntries(ports),
        DREAM_BUILT: '1',
        DREAM_DATA: data,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (said += String(chunk)));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => said.includes('dream is running.') && resolve());
    child.once('exit', () => reject(new Error(`It did not start:\n${said}`)));
  });
  process.env.DREAM_LOCAL = join(data, 'local.json');
  process.env.DREAM_SECRETS = join(data, 'secrets.json');
  return async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(data, { recursive: true, force: true });
  };
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}
