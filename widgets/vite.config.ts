import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin, UserConfig } from 'vite';

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
 * Puts the indentation of templates and styles away. After minifying, line breaks of our own code are
 * in template literals only, where nothing depends on them.
 */
const flatTemplates: Plugin = {
  name: 'flat-templates',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle))
      if (file.type === 'chunk' && file.name !== 'clerk')
        file.code = file.code.replaceAll(/\s*\n\s*/g, ' ');
  },
};

/** One small entry; each element and clerk-js in chunks of their own, loaded when wanted. */
export default {
  root: folder,
  logLevel: 'warn',
  plugins: [ownGlobal, flatTemplates],
  resolve: { alias: { '@clerk/clerk-js': join(clerkFolder, 'clerk.native.js') } },
  build: {
    target: 'es2022',
    outDir: join(folder, 'dist/cdn/v1'),
    emptyOutDir: true,
    modulePreload: false,
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      input: { dream: join(folder, 'src/cdn.ts') },
      preserveEntrySignatures: 'allow-extension',
      output: {
        format: 'es',
        minify: true,
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
      },
    },
  },
} satisfies UserConfig;
