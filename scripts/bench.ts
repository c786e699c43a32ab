import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSandbox } from '@dream/sandbox';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { bundleEdge, startEdge } from './local/edge.ts';
import { edgeVariables, localSecrets } from './local/variables.ts';

const ROUNDS = 5;
const SECONDS = 4;
const CONNECTIONS = 32;
const OPERATOR_TIERS = {
  displayName: 'Bench',
  features: [{ kind: 'metered', name: 'requests', limitUnits: null }],
  rateLimitPerMinute: null,
  isDefault: true,
};

const cannon = fileURLToPath(new URL('../node_modules/autocannon/autocannon.js', import.meta.url));

/** Calls a second, over one round. Throws when anything but a success is answered. */
async function round(url: string, args: string[]): Promise<number> {
  const common = ['-j', '-c', String(CONNECTIONS), '-d', String(SECONDS), ...args, url];
  const { stdout } = await promisify(execFile)(process.execPath, [cannon, ...common], {
    maxBuffer: 1e7,
  });
  const result = JSON.parse(stdout) as {
    '2xx': number;
    non2xx: number;
    errors: number;
    duration: number;
  };
  if (result.non2xx + result.errors > 0)
    throw new Error(`${url} failed ${result.non2xx + result.errors} times`);
  return result['2xx'] / result.duration;
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const folder = mkdtempSync(join(tmpdir(), 'dream-bench-'));
const sandbox = await startSandbox();
const secrets = localSecrets(join(folder, 'secrets.json'));
const variables = await edgeVariables(secrets, 'http://127.0.0.1', sandbox);
const edge = await startEdge({
  bundle: await bundleEdge(join(folder, 'bundle')),
  port: 0,
  variables,
  dataDir: join(folder, 'data'),
  widgets: false,
});
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

try {
  const manage = async (method: string, path: string, body: object) => {
    const headers = {
      authorization: `Bearer ${secrets.operatorSecret}`,
      'content-type': 'application/json',
    };
    const answer = await fetch(edge.url + path, { method, headers, body: JSON.stringify(body) });
    return (await answer.json()) as { project: { id: string }; secret: string };
  };
  const { project } = await manage('POST', '/api/projects', {
    name: 'Bench',
    ownerEmail: 'bench@example.com',
  });
  await manage('PUT', `/api/projects/${project.id}/test/tiers/free`, OPERATOR_TIERS);
  const { secret } = await manage('POST', `/api/projects/${project.id}/test/keys`, {});
  const metered = ['-m', 'POST', '-H', `Authorization=Bearer ${secret}`, '-H', 'X-User-Id=ada'];
  const helloUrl = (await hello.ready).href;

  const rates = { hello: [] as number[], metered: [] as number[], ratio: [] as number[] };
  for (let n = 1; n <= ROUNDS; n++) {
    const first = n % 2 === 0;
    const before = first
      ? await round(helloUrl, [])
      : await round(`${edge.url}/api/usage`, metered);
    const after = first ? await round(`${edge.url}/api/usage`, metered) : await round(helloUrl, []);
    const [plain, counted] = first ? [before, after] : [after, before];
    rates.hello.push(plain);
    rates.metered.push(counted);
    rates.ratio.push(counted / plain);
    console.log(
      `round ${n}: hello ${plain.toFixed(0)}/s, metered ${counted.toFixed(0)}/s, ratio ${(counted / plain).toFixed(3)}`,
    );
  }
  console.log(
    `median: hello ${median(rates.hello).toFixed(0)}/s, metered ${median(rates.metered).toFixed(0)}/s, ratio ${median(rates.ratio).toFixed(3)}`,
  );
} finally {
  await Promise.all([edge.stop(), hello.dispose(), sandbox.stop()]);
  rmSync(folder, { recursive: true, force: true });
}
