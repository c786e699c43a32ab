import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { testVariables } from './test/variables.ts';

const { STRIPE_CHECK_SECRET_KEY: secretKey = '', STRIPE_CHECK_API_URL: stripe = '' } = process.env;
if (!/^(sk|rk)_test_\w+/.test(secretKey)) throw new Error('No key of test mode is given.');

/** Stripe alone is asked for anything. */
const nobody = 'http://127.0.0.1:9';

/** The tests of the client of Stripe against Stripe itself: `npm run check:stripe`. */
export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: './wrangler.jsonc' },
      miniflare: {
        bindings: {
          ...testVariables({ stripe, clerk: nobody, turnstile: nobody }),
          STRIPE_TEST_SECRET_KEY: secretKey,
          STRIPE_CHECK: 'yes',
        },
      },
    }),
  ],
  test: {
    name: 'check-stripe',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    include: ['src/providers/stripe/client.test.ts'],
  },
});
