import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';

/** A call of the `stripe` package, as its own files state it. */
export interface Route {
  method: string;
  /** With `{}` for each id. */
  path: string;
  /** The `.d.ts` in which the types have their meaning, relative to `SDK`. */
  file: string;
  /** The TypeScript type of the parameters; null when the call takes none. */
  params: string | null;
  /** The TypeScript type of the answer, a list's rows for a list. */
  answer: string;
  shape: 'object' | 'list' | 'search';
}

/** Names of the schema of what a call answers, of what it is asked with, of an event, of an error. */
export const answerRoot = ({ method, path }: Pick<Route, 'method' | 'path'>): string =>
  `${method} ${path}`;
export const paramsRoot = (route: Pick<Route, 'method' | 'path'>): string =>
  `${answerRoot(route)} params`;
export const eventRoot = (type: string): string => `event ${type}`;
export const ERROR_ROOT = 'error';

/** Where the installed `stripe` package keeps its declarations. */
export const SDK = join(dirname(createRequire(import.meta.url).resolve('stripe')), '../esm');

/** The version of the installed package. */
export const SDK_VERSION = readFileSync(join(SDK, '../VERSION'), 'utf8').trim();

/** Every `.d.ts` of the package, relative to `SDK`. */
export const declarations = (): string[] =>
  readdirSync(SDK, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => file.split(sep).join('/'))
    .toSorted();

/**
 * Every call of the first API and of OAuth: verb and path from the `.js`, types from the `.d.ts` beside it.
 * Throws when a call has no declaration, so that a new layout of the package is noticed.
 */
export function sdkRoutes(): Route[] {
  return declarations()
    .filter((file) => file.startsWith('resources/') && !file.startsWith('resources/V2/'))
    .flatMap(routesOf);
}

function routesOf(file: string): Route[] {
  const declared = methodsOf(readFileSync(join(SDK, file), 'utf8'));
  const code = readFileSync(join(SDK, file.replace(/\.d\.ts$/, '.js')), 'utf8');
  const routes: Route[] = [];
  let owner = '';
  let name = '';
  for (const line of code.split('\n')) {
    owner = /^export class (\w+)/.exec(line)?.[1] ?? owner;
    name = /^ {4}(\w+)\(.*\) \{$/.exec(line)?.[1] ?? name;
    const call = /_makeRequest\('(\w+)', ['`]([^'`]+)['`]/.exec(line);
    if (!call?.[1] || !call[2] || call[2].startsWith('/v2/')) continue;
    const types = declared.get(`${owner}.${name}`);
    if (!types) throw new Error(`${relative(SDK, file)} declares no ${owner}.${name}.`);
    if (types.answer === 'StripeStreamResponse') continue;
    routes.push({
      method: call[1],
      path: call[2].replaceAll(/\$\{[^}]+\}/g, '{}'),
      file,
      ...types,
    });
  }
  return routes;
}

/** The first overload of each method: it is the one with parameters. */
function methodsOf(declaration: string) {
  const methods = new Map<string, Pick<Route, 'params' | 'answer' | 'shape'>>();
  let owner = '';
  for (const line of declaration.split('\n')) {
    owner = /^export declare class (\w+)/.exec(line)?.[1] ?? owner;
    const method = /^ {4}(\w+)\((.*)\): (.+);$/.exec(line);
    const name = `${owner}.${method?.[1]}`;
    if (!method?.[2] || !method[3] || methods.has(name)) continue;
    const params = /\bparams\??: ([^,]+)/.exec(method[2])?.[1] ?? null;
    methods.set(name, { params, ...answerOf(method[3]) });
  }
  return methods;
}

const SHAPES = [
  [/^Promise<Response<(.+)>>$/, 'object'],
  [/^ApiListPromise<(.+)>$/, 'list'],
  [/^ApiSearchResultPromise<(.+)>$/, 'search'],
  [/^Promise<(.+)>$/, 'object'],
] as const;

function answerOf(type: string): Pick<Route, 'answer' | 'shape'> {
  for (const [pattern, shape] of SHAPES) {
    const answer = pattern.exec(type)?.[1];
    if (answer) return { answer, shape };
  }
  return { answer: type, shape: 'object' };
}
