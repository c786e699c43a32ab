import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Route, SDK_VERSION, sdkRoutes } from './routes.ts';
import { tighten } from './tighten.ts';
import type { Json } from './typings.ts';

/** What the referee judges with: the package's calls, and a schema for each root and type. */
export interface Schemas {
  version: string;
  routes: Route[];
  /** Where each root's schema is, by its name (see `typings.ts`). */
  roots: Record<string, Json>;
  definitions: Record<string, Json>;
}

const FOLDER = new URL('../node_modules/.cache/stripe-referee/', import.meta.url);
const SOURCES = ['routes.ts', 'schemas.ts', 'tighten.ts', 'typings.ts'];

/**
 * The schemas of the installed `stripe` package. They are made once for each version of the package and
 * of these files, which takes about a minute, and kept in `node_modules/.cache`.
 */
export async function openSchemas(): Promise<Schemas> {
  const hash = createHash('sha256');
  for (const file of SOURCES) hash.update(readFileSync(new URL(file, import.meta.url)));
  const file = new URL(`${SDK_VERSION}-${hash.digest('hex').slice(0, 12)}.json`, FOLDER);
  if (!existsSync(file)) keep(file, await makeSchemas());
  return JSON.parse(readFileSync(file, 'utf8')) as Schemas;
}

/** The compiler is loaded here only: it is large, and needed once. */
async function makeSchemas(): Promise<Schemas> {
  const { readTypings } = await import('./typings.ts');
  const routes = sdkRoutes();
  return { version: SDK_VERSION, routes, ...tighten(readTypings(routes)) };
}

/** Two processes may make the same file; each reader finds a whole one. */
function keep(file: URL, schemas: Schemas): void {
  mkdirSync(FOLDER, { recursive: true });
  const draft = new URL(`${randomUUID()}.draft`, FOLDER);
  writeFileSync(draft, JSON.stringify(schemas));
  renameSync(fileURLToPath(draft), fileURLToPath(file));
}
