import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Sandbox, startSandbox } from '@dream/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stripeAccount } from './local/stripe-account.ts';

const script = fileURLToPath(new URL('check-stripe.ts', import.meta.url));
const KEY = 'sk_test_platform00000000';
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

/** Runs the check as `npm run check:stripe` does; its exit code, and what it said. */
function run(env: Record<string, string>): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const given = { ...process.env, DREAM_BUILT: '1', ...env };
    const child = execFile(process.execPath, [script], { env: given }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, said: out + err }),
    );
  });
}

it('says which key to set and ends with 0 without one, and with 2 for one of live mode', async () => {
  for (const [key, expected] of [
    ['', 0],
    ['sk_live_0123456789', 2],
  ] as const) {
    const { code, said } = await run({ STRIPE_CHECK_SECRET_KEY: key });
    expect(code).toBe(expected);
    expect(said).toContain('STRIPE_CHECK_SECRET_KEY=sk_test_');
  }
});

it('tests the client, walks purchases, changes, renewals and failures, and leaves nothing that can be bought', async () => {
  const env = { STRIPE_CHECK_SECRET_KEY: KEY, STRIPE_CHECK_API_URL: sandbox.stripe };
  const { code, said } = await run(env);
  expect(said).toContain('Stripe does what the sandbox does.');
  expect(said.match(/✓/g)).toHaveLength(9);
  expect(said).toMatch(/✓ \d\d tests of the client/);
  expect(code).toBe(0);
  const account = stripeAccount(sandbox.stripe, KEY);
  for (const [path, fields] of [
    ['test_helpers/test_clocks', {}],
    ['customers', {}],
    ['prices', { active: true }],
    ['products', { active: true }],
  ] as const)
    expect((await account.call('GET', path, fields)).data).toEqual([]);
}, 180_000);

it('ends with 1 and shows what was answered when Stripe does something else', async () => {
  // An address where no account answers as Stripe does.
  const env = { STRIPE_CHECK_SECRET_KEY: KEY, STRIPE_CHECK_API_URL: sandbox.clerk };
  const { code, said } = await run(env);
  expect(code).toBe(1);
  expect(said).toContain('✗ ');
  expect(said).not.toContain(KEY);
});
