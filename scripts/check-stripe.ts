/**
 * `npm run check:stripe`: walks purchases, changes, renewals and failures against a real Stripe test
 * account, through an edge started for it, and runs the tests of the edge's client of Stripe there. It
 * deletes and archives what it made. Exits 0 when everything went as it does against the sandbox,
 * and without keys; 1 when not; 2 with keys of live mode.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '@dream/sandbox';
import { testStripeClient } from './local/client-suite.ts';
import { buildPackages, bundleEdge, startEdge } from './local/edge.ts';
import { stripeAccount } from './local/stripe-account.ts';
import { walkStripe } from './local/stripe-journey.ts';
import { edgeVariables, localSecrets } from './local/variables.ts';

const HELP = `Set the secret key of a Stripe test account (Stripe's dashboard, under Developers, API keys):

  STRIPE_CHECK_SECRET_KEY=sk_test_… npm run check:stripe

It makes tiers, customers with test clocks and test payments, and takes all of it back. The account
needs no webhook endpoint: its events are read and handed to the edge.`;

const {
  STRIPE_CHECK_SECRET_KEY: secretKey = '',
  STRIPE_CHECK_API_URL: apiUrl = 'https://api.stripe.com',
} = process.env;

if (secretKey === '') console.log(`Nothing was checked: no keys are given.\n\n${HELP}`);
else if (!/^(sk|rk)_test_\w+/.test(secretKey)) {
  console.error(`This is no key of test mode.\n\n${HELP}`);
  process.exitCode = 2;
} else
  try {
    await walk();
    const tests = await testStripeClient({ apiUrl, secretKey });
    console.log(`✓ ${tests} tests of the client`);
    console.log('\nStripe does what the sandbox does.');
  } catch (error) {
    console.error(`\n✗ ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }

/** The journey; a key that is not taken ends it at its first step. */
async function walk(): Promise<void> {
  if (process.env.DREAM_BUILT !== '1') await buildPackages();
  const folder = mkdtempSync(join(tmpdir(), 'dream-stripe-'));
  // For Clerk alone.
  const sandbox = await startSandbox();
  const secrets = localSecrets(join(folder, 'secrets.json'));
  const variables = {
    ...(await edgeVariables(secrets, 'http://127.0.0.1', sandbox)),
    STRIPE_API_URL: apiUrl,
    STRIPE_TEST_SECRET_KEY: secretKey,
  };
  const bundle = await bundleEdge(join(folder, 'bundle'));
  const edge = await startEdge({ bundle, port: 0, variables, widgets: false });
  try {
    await walkStripe({
      edge: edge.url,
      operatorSecret: secrets.operatorSecret,
      webhookSecret: secrets.webhookSecrets.STRIPE_TEST ?? '',
      stripe: stripeAccount(apiUrl, secretKey),
      passed: (step) => console.log(`✓ ${step}`),
    });
  } finally {
    await edge.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
