import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin, UserConfig } from 'vite';
import { localeFiles } from './locales.ts';

const folder = dirname(fileURLToPath(import.meta.url));
const clerkFolder = dirname(createRequire(import.meta.url).resolve('@clerk/clerk-js'));

/** clerk-js keeps a global; a site that runs Clerk itself has one of the same name. */
const ownGlobal: Plugin = {
  name: 'own-global-for-clerk',
  transform: (code, id) =>
    id.includes('clerk.native')
      ? code.replaceAll('rspackChunk_clerk_clerk_js', 'dreamChunk_clerk')
      : null,
};

/**
 * Lit writes its version and looks for what other programs put there in globals of the page. Here it
 * stands alone: no page is warned of two Lits for our sake, and none changes ours. What decorators
 * would leave for it is not looked for either: we have none.
 */
const aloneLit: Plugin = {
  name: 'alone-lit',
  transform: {
    filter: { id: /node_modules\/(lit|lit-html|lit-element|@lit\/reactive-element)\// },
    handler: (code) =>
      code
        .replaceAll(/\(\w+\.\w+Versions\?\?=\[\]\)\.push\("[\d.]+"\)/g, '0')
        .replaceAll(/\w+\.\w+(PolyfillSupport|HydrateSupport)\b/g, '(void 0)')
        .replace(/Symbol\.metadata\?\?=.*?WeakMap;/, '')
        .replace(/const \w=this\[Symbol\.metadata\];if\(null!==\w\)\{[^{}]*\}/, ''),
  },
};

/**
 * A stylesheet without what only its readers need. It knows the little our styles use, and no strings
 * but those of `content`: a space that means something has a word, a bracket or a `+` on both sides.
 */
const flatStyles = (css: string): string =>
  css
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([{};,>]) ?/g, '$1')
    .replaceAll(': ', ':')
    .replaceAll(/\( | \)/g, (bracket) => bracket.trim())
    .replaceAll(/\b0(?=\.\d)/g, '')
    .replaceAll(';}', '}')
    .trim();

/** Puts the comments and the indentation of styles away, before the bundler sees them. */
const smallStyles: Plugin = {
  name: 'small-styles',
  transform: (code, id) =>
    id.startsWith(join(folder, 'src'))
      ? code.replaceAll(/\bcss`([^`]*)`/g, (_, css: string) => `css\`${flatStyles(css)}\``)
      : null,
};

/**
 * Puts away the indentation of templates and what bundlers tell each other. After minifying, line
 * breaks of our own code are in template literals only, where nothing depends on them.
 */
const flatTemplates: Plugin = {
  name: 'flat-templates',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle))
      if (file.type === 'chunk' && file.name !== 'clerk')
        file.code = file.code.replaceAll(/\/\* @[\w-]+ \*\/ ?/g, '').replaceAll(/\s*\n\s*/g, ' ');
  },
};

/** Stands in the code for the name of the table's file, which is known once all is built. */
const TABLE = '__TABLE__';

/**
 * Makes the files of the other languages, which elements load by their names: one of texts for each
 * element, and one more of the table of plans, of its code and its texts.
 */
const languages: Plugin = {
  name: 'languages',
  transform: {
    filter: { id: join(folder, 'src/internal/language.ts') },
    async handler(code) {
      const { hash } = await localeFiles();
      return code
        .replace(/CODED = (''|"")/, `CODED = '${TABLE}'`)
        .replace(/\.\/locales\/(\$.*?)\.js/, (_, name: string) => `./chunks/${name}-${hash}.js`);
    },
  },
  async generateBundle(_, bundle) {
    const { hash, files } = await localeFiles();
    const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
    const table = chunks.find(({ name }) => name === 'pricing');
    const entry = chunks.find(({ isEntry }) => isEntry);
    if (!table || !entry) throw new Error('The build made no table of plans.');
    const code = basename(table.fileName, '.js');
    entry.code = entry.code.replace(TABLE, `${code}.`);
    for (const [name, source] of files) {
      this.emitFile({ type: 'asset', fileName: `chunks/${name}-${hash}.js`, source });
      if (name.startsWith('pricing.'))
        this.emitFile({
          type: 'asset',
          fileName: `chunks/${code}.${name}-${hash}.js`,
          source: `${table.code}${source}`,
        });
    }
  },
};

/** One small entry; each element and clerk-js in chunks of their own, loaded when wanted. */
export default {
  root: folder,
  logLevel: 'warn',
  plugins: [ownGlobal, aloneLit, smallStyles, flatTemplates, languages],
  resolve: { alias: { '@clerk/clerk-js': join(clerkFolder, 'clerk.native.js') } },
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    target: 'es2022',
    outDir: join(folder, 'dist/cdn/v1'),
    emptyOutDir: true,
    chunkSizeWarningLimit: 400,
    // As a library, for the sake of a page's bytes: else each import() goes through a helper of Vite's.
    lib: { entry: join(folder, 'src/cdn.ts'), formats: ['es'] },
    rolldownOptions: {
      preserveEntrySignatures: 'allow-extension',
      output: {
        minify: true,
        entryFileNames: 'dream.js',
        chunkFileNames: 'chunks/[name]-[hash].js',
      },
    },
  },
} satisfies UserConfig;
