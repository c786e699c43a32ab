import { fileURLToPath } from 'node:url';
import type { UserConfig } from 'vite';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** The shell, and a chunk for each page. */
export default {
  root: folder,
  logLevel: 'warn',
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    manifest: true,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
} satisfies UserConfig;
