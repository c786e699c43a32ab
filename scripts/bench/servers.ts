import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '@dream/sandbox';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { bundleWorker, startEdge } from '../local/edge.ts';
import { edgeVariables, localSecrets } from '../local/variables.ts';
import { childrenNamed, isInstalled } from './process.ts';

/** A server under load, and its processes: what they use together is what a call costs. */
export interface Served {
  url: string;
  pids: number[];
  stop(): Promise<void>;
}

/** The edge with an environment to call. */
export interface ServedEdge extends Served {
  secretKey: string;
  inspectorUrl: string | null;
  /** The names of the environment's shards are this and two characters. */
  shardPrefix: string;
}

const TIER = {
  displayName: 'Bench',
  features: [{ kind: 'metered', name: 'requests', limitUnits: 1_000_000_000 }],
  rateLimitPerMinute: null,
  isDefault: true,
};

/** A folder of its own under the system's temporary one. */
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'dream-bench-'));

/** The real Worker in workerd, its state on disk, beside a sandbox. */
export async function serveEdge(isInspected = false): Promise<ServedEdge> {
  const folder = newFolder();
  const before = childrenNamed('workerd');
  const sandbox = await startSandbox();
  const secrets = localSecrets(join(folder, 'secrets.json'));
  const entry = fileURLToPath(new URL('../../edge/bench/worker.ts', import.meta.url));
  const edge = await startEdge({
    bundle: await bundleWorker(join(folder, 'bundle'), entry),
    port: 0,
    variables: {
      ...(await edgeVariables(secrets, 'http://127.0.0.1', sandbox)),
      // Thousands of customers in test mode take no plan of the platform.
      PLATFORM_BILLING: 'off',
    },
    dataDir: join(folder, 'data'),
    widgets: false,
    objects: { NOTHING: 'NothingObject' },
    isInspected,
  });
  const manage = async (method: string, path: string, body: object) => {
    const headers = {
      authorization: `Bearer ${secrets.operatorSecret}`,
      'content-type': 'application/json',
    };
    const answer = await fetch(edge.url + path, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return (await answer.json()) as { project: { id: string }; secret: string };
  };
  const owner = { name: 'Bench', ownerEmail: 'bench@example.com' };
  const { project } = await manage('POST', '/api/projects', owner);
  await manage('PUT', `/api/projects/${project.id}/test/tiers/free`, TIER);
  const { secret } = await manage('POST', `/api/projects/${project.id}/test/keys`, {});
  return {
    url: edge.url,
    pids: childrenNamed('workerd').filter((pid) => !before.includes(pid)),
    secretKey: secret,
    inspectorUrl: edge.inspectorUrl,
    shardPrefix: `${project.id}:test:`,
    async stop() {
      await edge.stop();
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What workerd does at best: a Worker that answers a word. */
export async function serveHello(): Promise<Served> {
  const before = childrenNamed('workerd');
  const hello = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      workers: [
        {
          name: 'hello',
          modules: true,
          script: "export default { fetch: () => new Response('hello') }",
          compatibilityDate: '2026-10-01',
        },
      ],
    }),
  );
  const url = (await hello.ready).origin;
  const pids = childrenNamed('workerd').filter((pid) => !before.includes(pid));
  return { url, pids, stop: () => hello.dispose() };
}

/** A Fastify counter over a Redis that stores before it answers; null where Redis is not installed. */
export async function serveRedisCounter(): Promise<Served | null> {
  if (!isInstalled('redis-server')) return null;
  const folder = newFolder();
  const socket = join(folder, 'redis.sock');
  const options = ['--port', '0', '--unixsocket', socket, '--dir', folder];
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const redis = spawn('redis-server', [...options, ...durable]);
  await lineOf(redis, /ready to accept connections/i);
  const script = fileURLToPath(new URL('redis-counter.ts', import.meta.url));
  const counter = spawn(process.execPath, [script, socket]);
  const url = await lineOf(counter, /^http/);
  return {
    url,
    pids: [redis, counter].flatMap(({ pid }) => pid ?? []),
    async stop() {
      for (const child of [counter, redis]) {
        const ended = once(child, 'exit');
        child.kill();
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first line a program says that is like `pattern`. Throws when it ends before. */
async function lineOf(child: ChildProcess, pattern: RegExp): Promise<string> {
  if (child.stdout === null) throw new Error('There is no output to read');
  for await (const line of createInterface({ input: child.stdout }))
    if (pattern.test(line)) {
      child.stdout.resume();
      return line;
    }
  throw new Error(`It ended before it said ${String(pattern)}`);
}
