import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';

const root = fileURLToPath(new URL('../..', import.meta.url));
const edge = join(root, 'edge');

/** The edge in workerd, as in production but for its settings. */
export interface LocalEdge {
  url: string;
  /** Does what happens every minute elsewhere; resolves when it is done. */
  runCron(): Promise<void>;
  /** Where the developer tools find it; null unless it was asked for. */
  inspectorUrl: string | null;
  stop(): Promise<void>;
}

/** Builds what is served and what the demo imports; throws with the build's own words. */
export async function buildPackages(): Promise<void> {
  const build = (folder: string) =>
    promisify(execFile)(process.execPath, ['--run', 'build'], { cwd: join(root, folder) });
  await Promise.all([build('widgets'), build('sdk'), build('dashboard')]);
}

/**
 * Bundles the Worker, as a deployment would, without deploying it. Who serves widgets builds them
 * first. Tests share one bundle, in the folder that `bundle.setup.ts` names.
 */
export async function bundleEdge(outDir: string): Promise<string> {
  const { DREAM_BUNDLE_FOLDER: shared } = process.env;
  if (shared === undefined) return await bundleWorker(outDir);
  const file = join(shared, 'index.js');
  // Two may make it at once; whoever finds it finds a whole one.
  if (!existsSync(file)) renameSync(await bundleWorker(join(shared, randomUUID())), file);
  return file;
}

/** The same, beginning with another file than the Worker's own, when `entry` is given; shared with nobody. */
export async function bundleWorker(outDir: string, entry?: string): Promise<string> {
  // It is bundled with the folder of the widgets, be they built or not.
  mkdirSync(join(root, 'widgets', 'dist', 'cdn'), { recursive: true });
  const wrangler = join(edge, 'node_modules', '.bin', 'wrangler');
  // The bundle reads NODE_ENV: a test runner's own must not get into it.
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    WRANGLER_SEND_METRICS: 'false',
    CI: 'true',
  };
  const named = entry === undefined ? [] : [entry, '--config', join(edge, 'wrangler.jsonc')];
  const args = ['deploy', ...named, '--dry-run', '--outdir', outDir];
  await promisify(execFile)(wrangler, args, { cwd: edge, env });
  return join(outDir, `${basename(entry ?? 'index.ts', '.ts')}.js`);
}

/**
 * Runs a bundled edge on a port (0 takes a free one) with these settings; state is kept in `dataDir`,
 * or nowhere. Resolves when the directory's tables are there and requests are answered.
 */
export async function startEdge(options: {
  bundle: string;
  port: number;
  variables: Record<string, string>;
  dataDir?: string;
  /** False leaves the widget files out: locally they cost every request a hop it has nowhere else. */
  widgets?: boolean;
  /** Classes of objects that the bundle has besides the Worker's own, by their binding. */
  objects?: Record<string, string>;
  /** Whether developer tools can look into it. */
  isInspected?: boolean;
}): Promise<LocalEdge> {
  const worker = unstable_getMiniflareWorkerOptions(join(edge, 'wrangler.jsonc'));
  const objects = Object.entries(worker.workerOptions.durableObjects ?? {});
  const own = Object.entries(options.objects ?? {}).map(
    ([binding, className]) => [binding, { className, useSQLite: true }] as const,
  );
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      workers: [
        {
          name: 'dream-edge',
          ...worker.workerOptions,
          ...(options.widgets === false ? { assets: undefined } : {}),
          durableObjects: Object.fromEntries([...objects, ...own]),
          modules: [
            {
              type: 'ESModule',
              path: 'index.js',
              contents: readFileSync(options.bundle, 'utf8'),
            },
          ],
          bindings: options.variables,
        },
      ],
      host: '127.0.0.1',
      port: options.port,
      ...(options.isInspected ? { inspectorPort: 0 } : {}),
      ...(options.dataDir === undefined ? {} : { resourcePersistencePath: options.dataDir }),
    }),
  });
  await migrateDirectory(await miniflare.getD1Database('DIRECTORY'));
  const url = (await miniflare.ready).origin;
  return {
    url,
    async runCron() {
      await (await miniflare.getWorker('dream-edge')).scheduled({ cron: '* * * * *' });
    },
    inspectorUrl: options.isInspected ? (await miniflare.getInspectorURL()).origin : null,
    stop: () => miniflare.dispose(),
  };
}

type Directory = Awaited<ReturnType<Miniflare['getD1Database']>>;

/** Runs the migrations that were not run yet. */
async function migrateDirectory(directory: Directory): Promise<void> {
  await directory.prepare('CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)').run();
  const { results } = await directory.prepare('SELECT name FROM migration').all<{ name: string }>();
  const done = new Set(results.map(({ name }) => name));
  const folder = join(edge, 'migrations');
  for (const name of readdirSync(folder).sort()) {
    if (done.has(name)) continue;
    const statements = readFileSync(join(folder, name), 'utf8')
      .replace(/^--.*$/gm, '')
      .split(';');
    const batch = statements.filter((text) => text.trim()).map((text) => directory.prepare(text));
    await directory.batch([
      ...batch,
      directory.prepare('INSERT INTO migration VALUES (?)').bind(name),
    ]);
  }
}
