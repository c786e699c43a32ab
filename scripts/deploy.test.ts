import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { SOLD_EVENTS } from '../edge/src/providers/stripe/sold-events.ts';
import { Variables } from '../edge/src/variables.ts';
import { PLATFORM_KEY, readConfig } from './deploy/config.ts';
import { newKeys, rotated, signingKeyFaults } from './deploy/keys.ts';
import { carryReleases } from './deploy/releases.ts';
import { readSecrets, secretFaults, secretNames, textsIn } from './deploy/secrets.ts';
import { verify } from './deploy/verify.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const example = join(root, 'deploy.config.example.json');
const HOUR_MS = 3_600_000;

/** Secrets as the providers give them, which open nothing. */
function secretsLikeReal(): Record<string, string> {
  const secrets: Record<string, string> = { ...newKeys(Date.now()) };
  for (const name of secretNames(readConfig(example))) {
    const mode = name.includes('_TEST_') ? 'test' : 'live';
    secrets[name] ??= name.endsWith('WEBHOOK_SECRET')
      ? `whsec_${Buffer.from(name.padEnd(30, '.')).toString('base64')}`
      : `sk_${mode}_${name.replaceAll('_', '').toLowerCase()}`;
  }
  return secrets;
}

let folder: string;
let config: string;
let secrets: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dream-deploy-'));
  config = join(folder, 'config.json');
  secrets = join(folder, 'secrets.json');
  writeFileSync(config, readFileSync(example));
  writeFileSync(secrets, JSON.stringify(secretsLikeReal()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number | null; said: string }> {
  const env: NodeJS.ProcessEnv = { ...process.env, DREAM_BUILT: '1' };
  for (const name of Object.keys(env)) if (/^(CLOUDFLARE|CF)_/.test(name)) delete env[name];
  const child = spawn(process.execPath, [join(root, 'scripts/deploy.ts'), ...args], { env });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

describe('the dry run', () => {
  let out: string;
  let answer: { code: number | null; said: string };
  beforeAll(async () => {
    out = join(folder, 'out');
    answer = await run('--dry-run', '--config', config, '--secrets', secrets, '--out', out);
  });

  it('goes through without an account, and shows no secret', () => {
    expect(answer).toMatchObject({ code: 0, said: expect.stringContaining('Nothing was sent') });
    for (const value of Object.values(textsIn(secrets))) expect(answer.said).not.toContain(value);
  });

  it('gives the edge every setting, as a variable or as a secret', () => {
    const edge = JSON.parse(readFileSync(join(out, 'edge.json'), 'utf8')) as {
      vars: Record<string, string>;
      durable_objects: { bindings: object[] };
      triggers: { crons: string[] };
      routes: { pattern: string }[];
    };
    const given = [...Object.keys(edge.vars), ...secretNames(readConfig(config))];
    const defaults = ['STRIPE_API_URL', 'STRIPE_CONNECT_URL', 'CLERK_API_URL', 'TURNSTILE_URL'];
    const needed = Object.keys(Variables.entries).filter(
      (name) => ![...defaults, 'WEBHOOKS_TO_LOOPBACK'].includes(name),
    );
    expect(given.toSorted()).toEqual(needed.toSorted());
    expect(edge.vars.CLERK_LIVE_FRONTEND_URL).toBe('https://clerk.example.com');
    expect(edge.routes.map(({ pattern }) => pattern)).toEqual([
      'api.example.com',
      'dream-content.example',
    ]);
    expect(edge.durable_objects.bindings).not.toEqual([]);
    expect(edge.triggers.crons).not.toEqual([]);
    expect(JSON.stringify(edge)).not.toMatch(/sk_|whsec_/);
  });

  it('puts the docs for language models on the cdn, with the address of the edge', () => {
    const text = readFileSync(join(out, 'cdn/llms.txt'), 'utf8');
    expect(text).toContain('(https://api.example.com/llms-full.txt)');
    expect(text).not.toContain('{edge}');
  });

  it('makes a dashboard that answers its pages, keeps its files and lets lost ones be lost', async () => {
    const worker = unstable_getMiniflareWorkerOptions(join(out, 'dashboard.json'));
    const bundle = readFileSync(join(out, 'dashboard-bundle/worker.js'), 'utf8');
    const modules = [{ type: 'ESModule' as const, path: 'worker.js', contents: bundle }];
    const site = new Miniflare(
      convertV4MiniflareOptions({
        workers: [{ name: 'dashboard', ...worker.workerOptions, modules }],
        host: '127.0.0.1',
        port: 0,
      }),
    );
    try {
      const { origin } = await site.ready;
      for (const path of ['/', '/projects/prj_a/test/keys']) {
        const page = await fetch(origin + path);
        expect(page.status).toBe(200);
        expect(page.headers.get('content-security-policy')).toContain(
          "script-src 'self' https://api.example.com;",
        );
        expect(page.headers.get('cache-control')).toBe('no-cache');
        expect(await page.text()).toContain(`content="${PLATFORM_KEY}"`);
      }
      const [, script = ''] =
        /src="(\/assets\/[^"]+\.js)"/.exec(await (await fetch(origin)).text()) ?? [];
      expect((await fetch(origin + script)).headers.get('cache-control')).toContain('immutable');
      const lost = await fetch(`${origin}/assets/main-00000000.js`);
      expect(lost.status).toBe(404);
      expect(lost.headers.get('cache-control') ?? '').not.toContain('immutable');
      expect((await fetch(origin, { method: 'POST' })).status).toBe(405);
    } finally {
      await site.dispose();
    }
  });
});

it('the dashboard is given the key of the platform that the edge gives it', async () => {
  const keys = (await import(pathToFileURL(join(root, 'edge/src/auth/keys.ts')).href)) as {
    publishableKey(project: string, mode: string): string;
  };
  expect(PLATFORM_KEY).toBe(keys.publishableKey('prj_dream', 'live'));
});

it('says of each thing that is wrong with the configuration what to do', () => {
  const file = join(folder, 'wrong.json');
  const { domains, ...right } = JSON.parse(readFileSync(example, 'utf8')) as {
    domains: Record<string, string>;
    clerk: object;
  };
  const faultsOf = (json: object) => {
    writeFileSync(file, JSON.stringify(json));
    try {
      return String(readConfig(file));
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(() => readConfig(join(folder, 'none.json'))).toThrow('deploy.config.example.json');
  expect(faultsOf(right)).toContain('domains');
  expect(faultsOf({ ...right, domains: { ...domains, edge: 'https://a.example' } })).toContain(
    'domains.edge: Must be a host name',
  );
  expect(faultsOf({ ...right, domains: { ...domains, content: domains.edge } })).toContain(
    'four hosts that differ',
  );
  const platform = { publishableKey: 'pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk' };
  expect(faultsOf({ ...right, domains, clerk: { ...right.clerk, platform } })).toContain(
    'clerk.platform.publishableKey: Must start with pk_live_',
  );
  expect(faultsOf({ ...right, domains, operatorEmails: ['a+clerk_test@example.com'] })).toContain(
    'anybody signs in with it',
  );
});

describe('the secrets', () => {
  const faults = (change: Record<string, string>) =>
    secretFaults(readConfig(example), { ...secretsLikeReal(), ...change });

  it('are taken when each is what its name says', () => expect(faults({})).toEqual([]));

  it.each([
    ['a live key where a test key belongs', 'STRIPE_TEST_SECRET_KEY', 'sk_live_00000000'],
    ['a test key where a live key belongs', 'STRIPE_LIVE_SECRET_KEY', 'sk_test_00000000'],
    ['a test app of Clerk for developers', 'CLERK_PLATFORM_SECRET_KEY', 'sk_test_00000000'],
    ['a missing one', 'STRIPE_LIVE_WEBHOOK_SECRET', ''],
    ['a secret of something else', 'CLERK_LIVE_WEBHOOK_SECRET', 'sk_live_0000000000000000'],
    ['a short operator secret', 'OPERATOR_SECRET', 'op_short'],
    ['a master key that is no key', 'MASTER_KEYS', '[{"id":"a","key":"c2hvcnQ="}]'],
    ['signing keys that are no JSON', 'SIGNING_KEYS', 'nothing-of-that-kind'],
  ])('are refused by name for %s, without being shown', (_, name, value) => {
    const found = faults({ [name]: value });
    expect(found.filter((fault) => fault.startsWith(name))).not.toEqual([]);
    expect(found.join()).not.toContain(value || '[nothing]');
  });

  it('of the environment win over those of the file', () => {
    const env = { OPERATOR_SECRET: 'op_from_the_environment', PATH: 'something else' };
    const read = readSecrets(secrets, ['OPERATOR_SECRET', 'MASTER_KEYS'], env);
    expect(read.OPERATOR_SECRET).toBe(env.OPERATOR_SECRET);
    expect(read.MASTER_KEYS).toBe(textsIn(secrets).MASTER_KEYS);
    expect(Object.keys(read)).toHaveLength(2);
  });

  it('are refused when one is pasted under two names', () => {
    const shared = secretsLikeReal().STRIPE_LIVE_WEBHOOK_SECRET ?? '';
    expect(faults({ STRIPE_LIVE_CONNECT_WEBHOOK_SECRET: shared })).toEqual([
      'STRIPE_LIVE_CONNECT_WEBHOOK_SECRET: is the same as STRIPE_LIVE_WEBHOOK_SECRET.',
    ]);
  });
});

describe('keys', () => {
  it('are made once, for their owner to read, and never printed', async () => {
    const file = join(folder, 'made.json');
    const first = await run('keys', '--secrets', file);
    const made = readFileSync(file, 'utf8');
    await run('keys', '--secrets', file);
    expect(readFileSync(file, 'utf8')).toBe(made);
    expect(statSync(file).mode & 0o077).toBe(0);
    for (const value of Object.values(JSON.parse(made) as Record<string, string>))
      expect(first.said).not.toContain(value);
  });

  it('that sign are public a day before they sign, and a day after', () => {
    const nowMs = Date.now();
    const first = newKeys(nowMs - 48 * HOUR_MS).SIGNING_KEYS;
    const idsOf = (keys: string) => (JSON.parse(keys) as { kid: string }[]).map(({ kid }) => kid);
    const both = rotated(first, nowMs);
    expect(idsOf(both).slice(1)).toEqual(idsOf(first));
    expect(signingKeyFaults(both, idsOf(first), nowMs)).toEqual([]);
    expect(signingKeyFaults(both, idsOf(first), nowMs + 3 * HOUR_MS)).toHaveLength(1);
    expect(() => rotated(both, nowMs + HOUR_MS)).toThrow('on its way');
    // A day after the second signs, the first has nothing to verify any more.
    expect(idsOf(rotated(both, nowMs + 40 * HOUR_MS)).slice(1)).toEqual(idsOf(both));
    expect(idsOf(rotated(both, nowMs + 51 * HOUR_MS)).slice(1)).toEqual([idsOf(both)[0]]);
  });

  it('that sign now are not left out, and the first need nothing published before', () => {
    const keys = newKeys(Date.now()).SIGNING_KEYS;
    expect(signingKeyFaults(keys, null, Date.now())).toEqual([]);
    expect(signingKeyFaults(keys, ['other'], Date.now()).join()).toContain(
      'Every session would end',
    );
  });
});

describe('what earlier builds released', () => {
  let site: Server;
  let origin: string;
  const served = () => join(folder, 'served');
  beforeAll(async () => {
    site = createServer(({ url = '' }, response) => {
      try {
        response.end(readFileSync(join(served(), url)));
      } catch {
        response.writeHead(404).end();
      }
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  });
  afterAll(() => site.close());

  const build = (name: string, files: Record<string, string>) => {
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return join(folder, name);
  };
  const first = { 'v1/dream.js': 'a', 'v1/chunks/old-1.js': 'b', 'v1.0.0/dream.js': 'a' };
  const nowMs = Date.now();

  it('stays, the pinned for ever and the rest for 90 days', async () => {
    await carryReleases(build('served', first), null, nowMs);
    const next = { 'v1/dream.js': 'c', 'v1.1.0/dream.js': 'c' };
    expect(await carryReleases(build('soon', next), origin, nowMs + HOUR_MS)).toBe(2);
    expect(readFileSync(join(folder, 'soon/v1/chunks/old-1.js'), 'utf8')).toBe('b');
    expect(readFileSync(join(folder, 'soon/v1/dream.js'), 'utf8')).toBe('c');
    expect(await carryReleases(build('late', next), origin, nowMs + 91 * 24 * HOUR_MS)).toBe(1);
    expect(readFileSync(join(folder, 'late/v1.0.0/dream.js'), 'utf8')).toBe('a');
  });

  it('never changes under a pinned version, and is not lost to a site that does not answer', async () => {
    const changed = build('changed', { ...first, 'v1.0.0/dream.js': 'x' });
    await expect(carryReleases(changed, origin, nowMs)).rejects.toThrow('Raise the version');
    await expect(carryReleases(build('blind', first), `${origin}/none`, nowMs)).rejects.toThrow(
      '--first',
    );
  });
});

/** What stands in for all parts of a deployment, each below a path of its own. */
async function verifyAgainst(answers: Record<string, [number, string, Record<string, string>?]>) {
  const site = createServer(({ url = '' }, response) => {
    const [status, body, headers] = answers[url] ?? [404, ''];
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const { port } = site.address() as AddressInfo;
  const at = (part: string) => `http://127.0.0.1:${port}/${part}`;
  const origins = {
    edge: at('edge'),
    cdn: at('cdn'),
    dashboard: at('app'),
    content: at('content'),
  };
  const page = answers['/app/projects'];
  if (page) page[1] = page[1].replace('EDGE', origins.edge);
  const passed: string[] = [];
  try {
    await verify(origins, join(folder, 'looked-at'), (what) => passed.push(what), 0);
    return passed.length;
  } catch (error) {
    return (error as Error).message.replace(/^http:\/\/[\d.:]+/, '');
  } finally {
    site.close();
  }
}

it('a deployment is done when every part answers as it should, and else says which does not', async () => {
  mkdirSync(join(folder, 'looked-at/cdn/v1'), { recursive: true });
  writeFileSync(join(folder, 'looked-at/cdn/v1/dream.js'), 'entry');
  const file: [number, string, Record<string, string>] = [
    200,
    'entry',
    { 'access-control-allow-origin': '*' },
  ];
  const right = (): Parameters<typeof verifyAgainst>[0] => ({
    '/edge/health': [200, '{"status":"ok","bindings":{"files":"ok"}}'],
    '/edge/.well-known/jwks.json': [200, '{"keys":[{"kid":"a"}]}'],
    '/edge/v1/dream.js': file,
    '/cdn/v1/dream.js': file,
    '/app/projects': [200, 'content="EDGE"', { 'content-security-policy': "default-src 'none'" }],
    '/content/health': [404, '', { 'content-security-policy': 'sandbox' }],
  });
  expect(await verifyAgainst(right())).toBe(6);
  const ill = '{"status":"degraded","bindings":{"files":"failed","gate":"ok"}}';
  expect(await verifyAgainst({ ...right(), '/edge/health': [200, ill] })).toBe(
    '/edge/health answers 200, and fails at: files.',
  );
  expect(await verifyAgainst({ ...right(), '/cdn/v1/dream.js': [200, 'older'] })).toContain(
    'other bytes',
  );
  expect(await verifyAgainst({ ...right(), '/content/health': [200, '{}'] })).toContain(
    'answers 200 to what is no file',
  );
  expect(await verifyAgainst({ ...right(), '/app/projects': [200, 'content="EDGE"'] })).toContain(
    'no content security policy',
  );
});

it('the guide names every setting, and every event of Stripe that is listened to', () => {
  const guide = readFileSync(join(root, 'docs/guides/deploy.md'), 'utf8');
  const names = [...Object.keys(Variables.entries), ...SOLD_EVENTS];
  expect(names.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
});
