import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadFiles } from '../../dashboard/server/files.ts';
import { securityHeaders } from '../../dashboard/server/headers.ts';
import llms from '../../edge/src/docs/llms.json' with { type: 'json' };
import { type DeployConfig, PLATFORM_KEY, plainVariables } from './config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The Workers of a deployment, in the order they go out: pages come after what they ask. */
export const PARTS = ['edge', 'cdn', 'dashboard'] as const;
export type Part = (typeof PARTS)[number];

/** The fields of `edge/wrangler.jsonc` that a deployment reads. */
interface EdgeConfig {
  compatibility_date: string;
  d1_databases: { binding: string }[];
  r2_buckets: { binding: string }[];
}

/** Names of what a deployment keeps at Cloudflare. */
export const namesOf = ({ name }: Pick<DeployConfig, 'name'>) =>
  ({ database: `${name}-directory`, bucket: `${name}-files` }) as const;

/** Where a part's configuration is written. */
export const configFile = (out: string, part: Part): string => join(out, `${part}.json`);

/** Where the widget files are gathered. */
export const cdnFolder = (out: string): string => join(out, 'cdn');

/** Gathers what the Workers serve: the built widgets, the docs for language models, and the dashboard with its edge filled in. */
export function gatherFiles(config: DeployConfig, out: string): void {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  cpSync(join(root, 'widgets/dist/cdn'), cdnFolder(out), { recursive: true });
  const edge = `https://${config.domains.edge}`;
  for (const [name, text] of [
    ['llms.txt', llms.index],
    ['llms-full.txt', llms.full],
  ] as const)
    writeFileSync(join(cdnFolder(out), name), text.replaceAll('{edge}', edge));
  const { page, assets } = loadFiles(edge, PLATFORM_KEY);
  const put = (path: string, body: string | Buffer) => {
    const file = join(out, 'dashboard', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, body);
  };
  put('index.html', page.body);
  put('_headers', dashboardHeaders(edge));
  for (const [path, { body }] of assets) put(path, body);
}

/** Every answer has the policy; files have the hash of their content in their name. */
function dashboardHeaders(edge: string): string {
  const always = Object.entries({
    ...securityHeaders(edge),
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'cache-control': 'no-cache',
  }).map(([name, value]) => `  ${name}: ${value}`);
  return [
    '/*',
    ...always,
    '/assets/*',
    '  ! cache-control',
    '  cache-control: public, max-age=31536000, immutable',
    '',
  ].join('\n');
}

/** Writes wrangler's configuration of each part. `databaseId` is that of the directory in D1. */
export function writeConfigs(config: DeployConfig, out: string, databaseId: string): void {
  const { database, bucket } = namesOf(config);
  const { domains } = config;
  const source = readEdgeConfig();
  const common = (part: Part) => ({
    name: `${config.name}-${part}`,
    account_id: config.accountId,
    compatibility_date: source.compatibility_date,
    workers_dev: false,
    preview_urls: false,
    // The edge writes its own lines, without what nobody may read; requests have more in them.
    observability: { enabled: true, logs: { enabled: true, invocation_logs: false } },
  });
  const on = (...hosts: string[]) => hosts.map((pattern) => ({ pattern, custom_domain: true }));
  const configs: Record<Part, object> = {
    edge: {
      ...source,
      ...common('edge'),
      main: join(root, 'edge/src/index.ts'),
      assets: { directory: cdnFolder(out) },
      routes: on(domains.edge, domains.content),
      vars: plainVariables(config),
      d1_databases: source.d1_databases.map((each) => ({
        ...each,
        database_name: database,
        database_id: databaseId,
        migrations_dir: join(root, 'edge/migrations'),
      })),
      r2_buckets: source.r2_buckets.map((each) => ({ ...each, bucket_name: bucket })),
    },
    cdn: {
      ...common('cdn'),
      assets: { directory: cdnFolder(out) },
      routes: on(domains.cdn),
    },
    dashboard: {
      ...common('dashboard'),
      main: join(root, 'dashboard/server/worker.ts'),
      assets: { directory: join(out, 'dashboard'), binding: 'ASSETS' },
      routes: on(domains.dashboard),
    },
  };
  for (const part of PARTS)
    writeFileSync(configFile(out, part), `${JSON.stringify(configs[part], null, 2)}\n`);
}

/** The configuration that development and tests run by: what it binds is bound in production. */
function readEdgeConfig(): EdgeConfig {
  const text = readFileSync(join(root, 'edge/wrangler.jsonc'), 'utf8');
  const { $schema: _, ...config } = JSON.parse(text.replace(/^\s*\/\/.*$/gm, '')) as EdgeConfig & {
    $schema: string;
  };
  return config;
}
