import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs the tests of the edge's client of Stripe against the account of a key. Answers how many
 * passed; throws what they said when one did not, without the key.
 */
export async function testStripeClient(account: {
  apiUrl: string;
  secretKey: string;
}): Promise<number> {
  const { apiUrl, secretKey } = account;
  // Run from a test, it is one of its own all the same.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
  const env = {
    ...Object.fromEntries(own),
    NO_COLOR: '1',
    STRIPE_CHECK_SECRET_KEY: secretKey,
    STRIPE_CHECK_API_URL: apiUrl,
  };
  const vitest = join(root, 'node_modules', '.bin', 'vitest');
  const args = ['run', '--config', 'check-stripe.config.ts'];
  const { failed, said } = await new Promise<{ failed: boolean; said: string }>((resolve) => {
    const options = { cwd: join(root, 'edge'), env, maxBuffer: 50_000_000 };
    execFile(vitest, args, options, (error, out, err) =>
      resolve({ failed: error !== null, said: (out + err).replaceAll(secretKey, '[key]') }),
    );
  });
  const passed = Number(/Tests +(\d+) passed/.exec(said)?.[1] ?? 0);
  if (failed || passed === 0) throw new Error(`The client does not get what it expects.\n${said}`);
  return passed;
}
