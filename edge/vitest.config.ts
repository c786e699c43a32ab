import { readdirSync, readFileSync } from 'node:fs';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { testVariables } from './test/variables.ts';

const migrations = readdirSync(new URL('migrations/', import.meta.url))
  .sort()
  .map((name) => readFileSync(new URL(`migrations/${name}`, import.meta.url), 'utf8'));

/** The edge's tests run in workerd, against the sandbox in a process beside it. */
export default defineConfig({
  plugins: [
    cloudflareTest(({ inject }) => ({
      wrangler: { configPath: './wrangler.jsonc' },
      miniflare: {
        bindings: {
          ...testVariables(inject('sandbox')),
          TEST_MIGRATIONS: JSON.stringify(migrations),
          ...(process.env.LIVES && { LIVES: process.env.LIVES }),
        },
      },
    })),
  ],
  test: {
    name: 'edge',
    // One workerd for all files: each test makes projects of its own, and a workerd for each file
    // with the edge loaded into it anew took as long as the tests themselves.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['./test/sandbox.setup.ts', './test/receiver.setup.ts'],
    setupFiles: ['./test/migrate.setup.ts'],
  },
});
