/**
 * `npm run deploy`: everything to Cloudflare, as docs/guides/deploy.md tells. Says what it will do, asks,
 * does it, and looks whether it works. Safe to repeat. `-- --dry-run` does all that needs no account;
 * `-- keys` makes the keys nobody gives us, `-- rotate` a new signing key.
 * Exits 0 when done, 1 when something is not right, 2 for arguments it does not know.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { type DeployConfig, readConfig } from './deploy/config.ts';
import { newKeys, rotated, signingKeyFaults } from './deploy/keys.ts';
import {
  cdnFolder,
  configFile,
  gatherFiles,
  namesOf,
  PARTS,
  writeConfigs,
} from './deploy/parts.ts';
import { carryReleases } from './deploy/releases.ts';
import { readSecrets, secretFaults, secretNames, textsIn } from './deploy/secrets.ts';
import { publishedKeys, verify } from './deploy/verify.ts';
import { runWrangler } from './deploy/wrangler.ts';
import { allowDashboard, ensurePlatform } from './seed.ts';

const root = resolve(import.meta.dirname, '..');
/** Stands for the database's id where there is none yet. */
const NO_DATABASE = '00000000-0000-0000-0000-000000000000';

const USAGE = `npm run deploy                  to Cloudflare, after asking
npm run deploy -- --dry-run     all of it that needs no account
npm run deploy -- --first       nothing was deployed under these domains before
npm run deploy -- --yes         without asking
npm run deploy -- keys          makes the keys nobody gives us, where there are none
npm run deploy -- rotate        makes a new signing key; deploy it within two hours

  --config deploy.config.json   --secrets deploy.secrets.json   --out .dream/deploy`;

/** What was asked for on the command line. */
interface Wish {
  config: string;
  secrets: string;
  out: string;
  dryRun: boolean;
  isFirst: boolean;
  isAgreed: boolean;
}

const wish = read();
try {
  if (wish.command === 'keys') makeKeys(wish.secrets);
  else if (wish.command === 'rotate') rotate(wish.secrets);
  else await deploy(wish);
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
}

function read(): Wish & { command: string } {
  const text = (value: string) => ({ type: 'string', default: join(root, value) }) as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        config: text('deploy.config.json'),
        secrets: text('deploy.secrets.json'),
        out: text('.dream/deploy'),
        'dry-run': flag,
        first: flag,
        yes: flag,
      },
    });
    const [command = 'deploy', ...more] = positionals;
    if (!['deploy', 'keys', 'rotate'].includes(command) || more.length > 0)
      throw new TypeError(`There is no "${positionals.join(' ')}".`);
    return {
      command,
      config: resolve(values.config),
      secrets: resolve(values.secrets),
      out: resolve(values.out),
      dryRun: values['dry-run'],
      isFirst: values.first,
      isAgreed: values.yes,
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Adds the keys that are missing. Shows none: they are in the file, for its owner's eyes only. */
function makeKeys(file: string): void {
  const kept = existsSync(file) ? textsIn(file) : {};
  const made = Object.entries(newKeys(Date.now())).filter(([name]) => !(name in kept));
  keep(file, { ...kept, ...Object.fromEntries(made) });
  console.log(
    made.length === 0
      ? `${file} has all of them already. They were left as they are.`
      : `${file} has ${made.map(([name]) => name).join(', ')}.\nKeep a copy where you keep passwords: without MASTER_KEYS what tenants gave us cannot be read.`,
  );
}

function rotate(file: string): void {
  const kept = existsSync(file) ? textsIn(file) : {};
  if (!kept.SIGNING_KEYS)
    throw new Error(`${file} has no SIGNING_KEYS. "npm run deploy -- keys" makes the first.`);
  keep(file, { ...kept, SIGNING_KEYS: rotated(kept.SIGNING_KEYS, Date.now()) });
  console.log(
    'SIGNING_KEYS has a new key, which signs in 26 hours. Deploy within two, so that it is public a day before.',
  );
}

function keep(file: string, secrets: Record<string, string>): void {
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
}

async function deploy({ config: file, secrets: secretsFile, out, ...how }: Wish): Promise<void> {
  const config = readConfig(file);
  const secrets = readSecrets(secretsFile, secretNames(config), process.env);
  const faults = secretFaults(config, secrets);
  if (faults.length > 0)
    throw new Error(
      `The secrets are not right. They are read from ${secretsFile} and the environment.\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  console.log(
    `✓ ${Object.keys(secrets).length} secrets, each of the shape and the mode of its name`,
  );
  // Brings all of workerd with it, which the keys need not wait for.
  if (process.env.DREAM_BUILT !== '1') await (await import('./local/edge.ts')).buildPackages();
  gatherFiles(config, out);
  if (how.dryRun) await rehearse(config, out);
  else await perform(config, secrets, out, how);
}

/** All that needs no account: wrangler itself bundles each part and judges its configuration. */
async function rehearse(config: DeployConfig, out: string): Promise<void> {
  await carryReleases(cdnFolder(out), null, Date.now());
  writeConfigs(config, out, NO_DATABASE);
  await Promise.all(
    PARTS.map(async (part) => {
      const args = ['--dry-run', '--outdir', join(out, `${part}-bundle`)];
      await runWrangler(['deploy', '--config', configFile(out, part), ...args], config.accountId);
      console.log(
        `✓ ${config.name}-${part}, as wrangler would deploy it: ${configFile(out, part)}`,
      );
    }),
  );
  console.log(`\n${plan(config, null, 0)}\n\nThis was a dry run. Nothing was sent anywhere.`);
}

async function perform(
  config: DeployConfig,
  secrets: Record<string, string>,
  out: string,
  how: Pick<Wish, 'isFirst' | 'isAgreed'>,
): Promise<void> {
  const origins = originsOf(config);
  const published = how.isFirst ? null : await publishedKeys(origins.edge);
  if (published === null && !how.isFirst)
    throw new Error(
      `${origins.edge} publishes no keys. If nothing was deployed there before, say --first.`,
    );
  const faults = signingKeyFaults(secrets.SIGNING_KEYS ?? '', published, Date.now());
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const carried = await carryReleases(cdnFolder(out), how.isFirst ? null : origins.cdn, Date.now());
  const known = await databaseId(config);
  console.log(`\n${plan(config, known, carried)}\n`);
  if (!how.isAgreed) await agree();

  const { database, bucket } = namesOf(config);
  const run = (...args: string[]) => runWrangler(args, config.accountId);
  if (known === null) await run('d1', 'create', database);
  if (!(await hasBucket(config))) await run('r2', 'bucket', 'create', bucket);
  const id = known ?? (await databaseId(config));
  if (id === null) throw new Error(`Cloudflare made no database ${database}.`);
  writeConfigs(config, out, id);
  const edge = configFile(out, 'edge');
  await run('d1', 'migrations', 'apply', 'DIRECTORY', '--remote', '--config', edge);
  console.log(`✓ ${database} has every migration`);
  await deployParts(config, secrets, out);
  await verify(origins, out, (what) => console.log(`✓ ${what}`));
  const operator = { edge: origins.edge, operatorSecret: secrets.OPERATOR_SECRET ?? '' };
  await ensurePlatform(operator, config.operatorEmails[0] ?? '');
  await allowDashboard(operator, origins.dashboard);
  console.log(
    `✓ prj_dream, and ${origins.dashboard} among its origins\n\nIt runs: ${origins.dashboard}`,
  );
}

/** Secrets go with the Worker in one step, so that no version of it runs without them. */
async function deployParts(
  config: DeployConfig,
  secrets: Record<string, string>,
  out: string,
): Promise<void> {
  const secretsFile = join(out, 'secrets.json');
  try {
    keep(secretsFile, secrets);
    for (const part of PARTS) {
      const own = part === 'edge' ? ['--secrets-file', secretsFile] : [];
      await runWrangler(['deploy', '--config', configFile(out, part), ...own], config.accountId);
      console.log(`✓ ${config.name}-${part}`);
    }
  } finally {
    rmSync(secretsFile, { force: true });
  }
}

const originsOf = ({ domains }: DeployConfig) => ({
  edge: `https://${domains.edge}`,
  cdn: `https://${domains.cdn}`,
  dashboard: `https://${domains.dashboard}`,
  content: `https://${domains.content}`,
});

/** What will be done, in words and in order. */
function plan(config: DeployConfig, knownDatabase: string | null, carried: number): string {
  const { name, domains } = config;
  const { database, bucket } = namesOf(config);
  const steps = [
    `D1 database ${database}: ${knownDatabase === null ? 'made if it is not there' : knownDatabase}`,
    `R2 bucket ${bucket}: made if it is not there`,
    `D1 migrations of edge/migrations that were not run yet`,
    `Worker ${name}-edge on ${domains.edge} and ${domains.content}, with its secrets, Durable Objects, cron and widget files`,
    `Worker ${name}-cdn on ${domains.cdn}: the widget files, and ${carried} of earlier builds`,
    `Worker ${name}-dashboard on ${domains.dashboard}`,
    `Ask each of them whether it works`,
    `Project prj_dream of ${config.operatorEmails[0] ?? ''}, with its plans if it has none, and ${domains.dashboard} among its origins`,
  ];
  return `In the Cloudflare account ${config.accountId}:\n${steps.map((step, index) => `  ${index + 1}. ${step}`).join('\n')}`;
}

async function agree(): Promise<void> {
  if (!process.stdin.isTTY) throw new Error('Nobody is here to ask. Say --yes to do it.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Do it? Type "yes": ');
  terminal.close();
  if (answer.trim() !== 'yes') throw new Error('Nothing was done.');
}

async function databaseId(config: DeployConfig): Promise<string | null> {
  const listed = JSON.parse(await runWrangler(['d1', 'list', '--json'], config.accountId)) as {
    name: string;
    uuid: string;
  }[];
  return listed.find(({ name }) => name === namesOf(config).database)?.uuid ?? null;
}

/** Asked of the list, so that an account that cannot be reached is no bucket that is missing. */
async function hasBucket(config: DeployConfig): Promise<boolean> {
  const listed = await runWrangler(['r2', 'bucket', 'list'], config.accountId);
  return listed.split(/\s+/).includes(namesOf(config).bucket);
}
