import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';
import budgets from './budgets.json' with { type: 'json' };
import config from './vite.config.ts';

interface ManifestEntry {
  file: string;
  css?: string[];
  imports?: string[];
  isEntry?: boolean;
  isDynamicEntry?: boolean;
}

const dist = new URL('dist/', import.meta.url);

await build(config);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8')) as Record<
  string,
  ManifestEntry
>;

/** The files a browser loads for a module of ours. */
function filesOf(name: string, seen = new Set<string>()): Set<string> {
  const entry = manifest[name];
  if (!entry || seen.has(entry.file)) return seen;
  for (const file of [entry.file, ...(entry.css ?? [])]) seen.add(file);
  for (const each of entry.imports ?? []) filesOf(each, seen);
  return seen;
}

const bytesOf = (files: Iterable<string>): number =>
  [...files].reduce(
    (sum, file) =>
      sum + brotliCompressSync(readFileSync(fileURLToPath(new URL(file, dist)))).byteLength,
    0,
  );

const entries = Object.entries(manifest);
const shell = filesOf(entries.find(([, { isEntry }]) => isEntry)?.[0] ?? '');
const pages = entries
  .filter(([, { isDynamicEntry }]) => isDynamicEntry)
  .map(([name]) => ({ name, bytes: bytesOf(new Set([...shell, ...filesOf(name)])) }));
if (pages.length === 0) throw new Error('The build made no chunk for any page.');
const largest = pages.reduce((a, b) => (a.bytes > b.bytes ? a : b));

const measured = [
  { what: 'first load', bytes: bytesOf(shell), budget: budgets['first load'] },
  {
    what: `any page, the largest being ${largest.name}`,
    bytes: largest.bytes,
    budget: budgets['any page'],
  },
];
for (const { what, bytes, budget } of measured)
  process.stdout.write(`${what}: ${bytes} of ${budget} bytes (brotli)\n`);
if (measured.some(({ bytes, budget }) => bytes > budget)) {
  process.stderr.write('Over budget. Make it smaller; budgets.json is a promise.\n');
  process.exit(1);
}
