import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { TestEdge } from '../sdk/src/test-edge.ts';

const run = promisify(execFile);

/** What each platform runs: the built package, through all of it that depends on a platform. */
const SMOKE = `
import { Dream, verifyWebhook } from './index.js';
import { meter } from './next.js';

export async function smoke(baseUrl) {
  const dream = new Dream({ secretKey: 'sk_test_x', baseUrl });
  const said = {};
  const tracked = await Promise.all([1, 2, 3].map(() => dream.usage.track({ customer: 'ada' })));
  said.tracked = tracked.map((answer) => answer.allowed);
  const lease = await dream.usage.lease({ customer: 'ada', size: 4 });
  said.leased = [];
  for (let used = 0; used < 10; used++) said.leased.push((await lease.admit()).allowed);
  const reservation = await dream.usage.reserve({ customer: 'ada', amount: 50 });
  await reservation.settle(7);
  const handler = meter({ dream, customer: () => 'eve' }, () => new Response('poem'));
  const answer = await handler(new Request('http://x/'));
  said.metered = [answer.status, (await answer.json()).code];
  said.webhook = (await verifyWebhook('{}', {}, 'whsec_eA==')).valid;
  // Left open, with a timer: nothing of it may keep a process alive.
  await dream.usage.lease({ customer: 'bob', size: 1 });
  await lease.close();
  return said;
}
`;

const MAIN = `
import { smoke } from './smoke.js';
const [baseUrl] = globalThis.Deno ? Deno.args : process.argv.slice(2);
console.log(JSON.stringify(await smoke(baseUrl)));
`;

const WORKER = `
import { smoke } from './smoke.js';
export default {
  fetch: async (request, env) => Response.json(await smoke(env.EDGE)),
};
`;

/** Runtimes of this machine: those that are always there, and those that are found in its PATH. */
const commands: Record<string, string[]> = { node: [process.execPath] };
for (const [name, ...words] of [['bun'], ['deno', 'run', '--no-config', '--allow-net']]) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const file = folders.map((folder) => join(folder, name ?? '')).find((path) => existsSync(path));
  if (name && file) commands[name] = [file, ...words];
}

const sdk = fileURLToPath(new URL('../sdk', import.meta.url));
let folder: string;
let edge: TestEdge;
let url: string;
let close: () => Promise<void>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dream-runtimes-'));
  const tsc = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  const project = join(sdk, 'tsconfig.build.json');
  await run(process.execPath, [tsc, '--project', project, '--outDir', folder]);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'smoke.js'), SMOKE);
  writeFileSync(join(folder, 'main.js'), MAIN);
  writeFileSync(join(folder, 'worker.js'), WORKER);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  edge = new TestEdge();
  edge.counters.set('ada', { count: 0, limit: 1000 });
  edge.counters.set('eve', { count: 5, limit: 5 });
  ({ url, close } = await edge.start());
});

afterEach(() => close());

/** What the test edge counts for `ada` when all went well. */
const COUNTED = 3 + 10 + 7;
const SAID = {
  tracked: [true, true, true],
  leased: Array(10).fill(true),
  metered: [403, 'limit_reached'],
  webhook: false,
};

it.each(Object.entries(commands))('the built package works on %s', async (_, command) => {
  const [file = '', ...words] = command;
  const { stdout } = await run(file, [...words, join(folder, 'main.js'), url], { timeout: 30_000 });
  expect(JSON.parse(stdout)).toEqual(SAID);
  expect(edge.counted('ada')).toBe(COUNTED);
});

it('the built package works on workerd', async () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.js') && name !== 'main.js');
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      workers: [
        {
          name: 'smoke',
          compatibilityDate: '2026-01-01',
          bindings: { EDGE: url },
          modules: files
            .toSorted((a) => (a === 'worker.js' ? -1 : 1))
            .map((path) => ({
              type: 'ESModule' as const,
              path,
              contents: readFileSync(join(folder, path), 'utf8'),
            })),
        },
      ],
      host: '127.0.0.1',
      port: 0,
    }),
  });
  try {
    const answer = await miniflare.dispatchFetch('http://x/');
    expect(await answer.json()).toEqual(SAID);
    expect(edge.counted('ada')).toBe(COUNTED);
  } finally {
    await miniflare.dispose();
  }
});
