import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const nodeProjects = ['contract', 'sandbox', 'sdk', 'dashboard', 'demo-site', 'scripts'];

/** The sandbox's tests hold it against types that are made once, before any test. */
const stripeTypes = fileURLToPath(new URL('sandbox/referee/schemas.setup.ts', import.meta.url));

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
          globalSetup: name === 'sandbox' ? [stripeTypes] : [],
        },
      })),
      'edge/vitest.config.*',
    ],
  },
});
