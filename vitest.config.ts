import { defineConfig } from 'vitest/config';

const nodeProjects = ['contract', 'sandbox', 'sdk', 'demo-site', 'scripts'];

/** All suites that run in Node or workerd. The widgets' run in a browser: `npm test`. */
export default defineConfig({
  test: {
    projects: [
      ...nodeProjects.map((name) => ({
        test: {
          name,
          root: name,
          environment: 'node' as const,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          include: ['**/*.test.ts'],
        },
      })),
      'edge/vitest.config.*',
    ],
  },
});
