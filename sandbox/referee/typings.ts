import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  ExposeNodeParser,
  SchemaGenerator,
  type Context,
} from 'ts-json-schema-generator';
import {
  answerRoot,
  declarations,
  ERROR_ROOT,
  eventRoot,
  paramsRoot,
  type Route,
  SDK,
} from './routes.ts';

/** A JSON Schema, or a part of one. */
export type Json = Record<string, any>;

/** The types of the package as one JSON Schema: each root's name (see `routes.ts`) is a property of `roots`. */
export interface Typings {
  roots: Record<string, Json>;
  definitions: Record<string, Json>;
}

/** A root: a type as it is written in a file. */
interface Root {
  name: string;
  file: string;
  type: string;
}

/**
 * Reads the package's declarations with the TypeScript compiler; takes about half a minute. What the
 * types leave open on purpose is closed in a copy: enums that may grow, decimals that are objects in
 * the SDK and strings on the wire, `deleted?: void`.
 */
export function readTypings(routes: readonly Route[]): Typings {
  const folder = mkdtempSync(join(tmpdir(), 'stripe-types-'));
  try {
    const roots = rootsOf(routes);
    writeCopy(folder, roots);
    const schema = generate(folder);
    const properties = (schema.definitions.Roots as Json).properties as Record<string, Json>;
    const { Roots: _, ...definitions } = schema.definitions;
    const named = roots.map(({ name }, index) => [name, properties[`R${index}`] ?? {}] as const);
    return { roots: Object.fromEntries(named), definitions };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const LISTS = { object: '', list: 'RefereeList', search: 'RefereeSearch' } as const;

function rootsOf(routes: readonly Route[]): Root[] {
  const all = new Map<string, Root>();
  const add = (root: Root) => void (all.has(root.name) || all.set(root.name, root));
  for (const route of routes) {
    const { file, answer, params, shape } = route;
    const list = LISTS[shape];
    add({ name: answerRoot(route), file, type: list ? `${list}<${answer}>` : answer });
    if (params) add({ name: paramsRoot(route), file, type: params });
  }
  add({ name: ERROR_ROOT, file: 'Types.d.ts', type: '{ error: StripeRawError }' });
  const events = 'resources/Events.d.ts';
  const pattern = /^export interface (\w+) extends EventBase \{\s+type: '([^']+)';/gm;
  for (const [, name = '', type = ''] of readFileSync(join(SDK, events), 'utf8').matchAll(pattern))
    add({ name: eventRoot(type), file: events, type: name });
  return [...all.values()];
}

function writeCopy(folder: string, roots: readonly Root[]): void {
  for (const file of declarations()) {
    const aliases = roots.flatMap((root, index) =>
      root.file === file ? [`export type R${index} = ${root.type};`] : [],
    );
    const lib = `${'../'.repeat(file.split('/').length - 1) || './'}lib.js`;
    const lists = `import type { ApiList as RefereeList, ApiSearchResult as RefereeSearch } from '${lib}';`;
    const text = closed(readFileSync(join(SDK, file), 'utf8'));
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(
      join(folder, file),
      aliases.length > 0 ? [text, lists, ...aliases].join('\n') : text,
    );
  }
  const imports = roots.map(
    ({ file }, index) => `import type { R${index} } from './${file.replace(/\.d\.ts$/, '.js')}';`,
  );
  const properties = roots.map((_, index) => `  R${index}: R${index};`);
  const lines = [...imports, 'export interface Roots {', ...properties, '}'];
  writeFileSync(join(folder, 'roots.ts'), lines.join('\n'));
  const compilerOptions = { strict: true, module: 'nodenext', target: 'es2022', types: [] };
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['roots.ts'] }),
  );
}

const closed = (text: string): string =>
  text
    .replaceAll(/\s*\|\s*OtherString\b/g, '')
    .replaceAll(/\bdeleted\?: void;/g, 'deleted?: never;')
    .replace(/^export \{ Decimal \} from .*$/m, 'export type Decimal = string;');

function generate(folder: string): { definitions: Record<string, Json> } {
  const config = {
    ...DEFAULT_CONFIG,
    tsconfig: join(folder, 'tsconfig.json'),
    skipTypeCheck: true,
    encodeRefs: false,
    additionalProperties: false,
    functions: 'hide' as const,
  };
  const program = createProgram(config);
  const parser = createParser(program, config);
  const formatter = createFormatter(config);
  const schema = new SchemaGenerator(program, parser, formatter, config).createSchema('Roots');
  return { definitions: schema.definitions as Record<string, Json> };
}

/** What is needed of the compiler's nodes. */
interface Declared {
  getSourceFile(): { fileName: string };
}

/** The parser's method that names what it found. */
interface Naming {
  getDefinitionName: (this: Naming, node: Declared, context: Context) => string;
}

/**
 * Names a definition by its file, too: the package has a `Card` of its own, one of payment methods and
 * one of Issuing, and the generator gives up when two types have one name.
 */
const naming = ExposeNodeParser.prototype as unknown as Naming;
const nameOf = naming.getDefinitionName;
naming.getDefinitionName = function nameByFile(node, context) {
  const name = nameOf.call(this, node, context);
  const file = node.getSourceFile().fileName;
  if (/^(lib|shared|roots|lib\..*)(\.d)?\.ts$/.test(basename(file))) return name;
  const [, place = basename(file)] = /\/resources\/(.+)\.d\.ts$/.exec(file) ?? [];
  return `${place.replaceAll('/', '.')}:${name}`;
};
