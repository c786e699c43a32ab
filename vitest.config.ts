import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const nodeProjects = ['contract', 'sandbox', 'sdk', 'dashboard', 'demo-site', 'scripts'];

const setup = (file: string): string[] => [fileURLToPath(new URL(file, import.meta.url))];

/** What is made once for all tests of a package: the types the sandbox is held against, and the edge's bundle. */
const setups: Record<string, string[]> = {
  sandbox: setup('sandbox/referee/schemas.setup.ts'),
  scripts: setup('scripts/bundle.setup.ts'),
};

/** All suites that run in Node or workerd. The widgets' run in a browser: `npm test`. */
export default defineConfig({
  test: {
    projects: [
      ...nodeProjects.map((name) => ({
        test: {
          name,
          root: name,
          environment: 'node' as const,
          // One process for all files: what judges the sandbox takes seconds to make for each of them.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          include: ['**/*.test.ts'],
          globalSetup: setups[name] ?? [],
        },
      })),
      'edge/vitest.config.*',
    ],
  },
});
