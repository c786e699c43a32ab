import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';
import { localeFaults, localeFiles } from './locales.ts';
import config from './vite.config.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const cdn = join(folder, 'dist/cdn');
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
  version: string;
};
const budgets = JSON.parse(readFileSync(join(folder, 'budgets.json'), 'utf8')) as Record<
  string,
  number
>;

/** How the edge's asset server answers: the entry moves, everything with a hash or a version stays. */
const HEADERS = `/v*
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
  X-Content-Type-Options: nosniff
  Cache-Control: public, max-age=31536000, immutable
/v1/dream.js
  ! Cache-Control
  Cache-Control: public, max-age=300, stale-while-revalidate=86400
`;

type Chunk = { fileName: string; code: string; imports: string[]; facadeModuleId: string | null };

const faults = await localeFaults();
if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\nThe texts are in src/locales.\n`);
  process.exit(1);
}

rmSync(cdn, { recursive: true, force: true });
const [{ output }] = (await build(config)) as unknown as [{ output: Chunk[] }];
const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));

/** A chunk and all it imports: what a browser loads for it. */
function withImports(fileName: string, seen = new Set<string>()): Set<string> {
  if (seen.has(fileName)) return seen;
  seen.add(fileName);
  for (const each of chunks.get(fileName)?.imports ?? []) withImports(each, seen);
  return seen;
}

const fileOf = (module: string): string => {
  const found = [...chunks.values()].find(({ facadeModuleId }) => facadeModuleId?.endsWith(module));
  if (!found) throw new Error(`The build made no chunk of ${module}.`);
  return found.fileName;
};
const brotliBytes = (fileName: string): number =>
  brotliCompressSync(readFileSync(join(cdn, 'v1', fileName))).byteLength;
const sum = (files: Iterable<string>): number =>
  [...files].reduce((bytes, file) => bytes + brotliBytes(file), 0);

const pricing = withImports(fileOf('src/pricing/pricing.ts'));
pricing.add('dream.js');
const besideTheShop = new Set([...pricing, ...withImports(fileOf('src/cart/cart.ts'))]);
/** What each element takes besides what is there already: a drawer is only wanted where its shop is. */
const further = [
  { name: 'pricing/plan-dialog', there: pricing },
  { name: 'pricing/checkout-dialog', there: pricing },
  { name: 'signup/signup', there: pricing },
  { name: 'account/account', there: pricing },
  { name: 'usage-meter/usage-meter', there: pricing },
  { name: 'gate/gate', there: pricing },
  { name: 'cart/cart', there: pricing },
  { name: 'cart/cart-drawer', there: besideTheShop },
  { name: 'cart/order-drawer', there: besideTheShop },
  { name: 'cart/cart-toast', there: besideTheShop },
].map(({ name, there }) => {
  const files = withImports(fileOf(`src/${name}.ts`));
  return { name, bytes: sum([...files].filter((file) => !there.has(file))) };
});

/** The bytes of an element's texts in the language that needs most. */
const locales = await localeFiles();
const mostOf = (element: string) =>
  [...locales.files.keys()]
    .filter((name) => name.startsWith(`${element}.`))
    .map((name) => ({ name, bytes: brotliBytes(`chunks/${name}-${locales.hash}.js`) }))
    .reduce((most, each) => (each.bytes > most.bytes ? each : most));

/** The table of plans in the language that needs most, in the one file its code and its texts are in. */
const inOneFile = readdirSync(join(cdn, 'v1/chunks'))
  .filter((name) => /^pricing-.*\.pricing\./.test(name))
  .map((name) => ({ name, bytes: brotliBytes(`chunks/${name}`) }))
  .reduce((most, each) => (each.bytes > most.bytes ? each : most));
const measured = [
  { name: 'core + pricing', bytes: sum(pricing), budget: budgets['core + pricing'] ?? 0 },
  {
    name: `core + ${inOneFile.name}`,
    bytes: brotliBytes('dream.js') + inOneFile.bytes,
    budget: budgets['core + pricing'] ?? 0,
  },
  ...further.map((each) => ({ ...each, budget: budgets['each further element'] ?? 0 })),
];
for (const { name, bytes, budget } of measured)
  process.stdout.write(`${name}: ${bytes} of ${budget} bytes (brotli)\n`);

for (const name of further.map((each) => each.name.split('/')[1] ?? '')) {
  const { name: file, bytes } = mostOf(name);
  process.stdout.write(`and in another language, ${file} at most: ${bytes} bytes\n`);
}

// A page that pins a version gets these very files for ever.
cpSync(join(cdn, 'v1'), join(cdn, `v${version}`), { recursive: true });
writeFileSync(join(cdn, '_headers'), HEADERS);

const integrity = (file: string): string =>
  `sha384-${createHash('sha384')
    .update(readFileSync(join(cdn, 'v1', file)))
    .digest('base64')}`;
const pinned = `https://YOUR-EDGE/v${version}/`;
const files = ['dream.js', ...readdirSync(join(cdn, 'v1/chunks')).map((name) => `chunks/${name}`)];
/**
 * For pages that let no script run whose bytes they do not know: the `integrity` of a script tag does
 * not reach what it imports, so an import map names the hash of every chunk.
 */
const hashes = Object.fromEntries(files.map((file) => [`${pinned}${file}`, integrity(file)]));
writeFileSync(
  join(cdn, `v${version}`, 'snippet.html'),
  `<script type="importmap">
${JSON.stringify({ integrity: hashes }, null, 2)}
</script>
<script
  type="module"
  async
  src="${pinned}dream.js"
  integrity="${integrity('dream.js')}"
  crossorigin="anonymous"
  data-dream-key="pk_…"
></script>
`,
);
process.stdout.write(`pinned, with integrity: dist/cdn/v${version}/snippet.html\n`);

const tooMuch = measured.filter(({ bytes, budget }) => bytes > budget);
if (tooMuch.length > 0) {
  process.stderr.write(
    `Over budget: ${tooMuch.map(({ name }) => name).join(', ')}. Make it smaller; budgets.json is a promise.\n`,
  );
  process.exit(1);
}
