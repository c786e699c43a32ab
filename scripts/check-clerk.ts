/**
 * `npm run check:clerk`: walks sign-up, sign-in and passwords against a real Clerk application, through
 * an edge started for it. Needs the keys of a development instance; it deletes whom it signed up.
 * Exits 0 when everything went as it does against the sandbox, 1 when not, 2 without keys.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '@dream/sandbox';
import { walkClerk } from './local/clerk-journey.ts';
import { buildPackages, bundleEdge, startEdge } from './local/edge.ts';
import { edgeVariables, localSecrets } from './local/variables.ts';

const HELP = `Set the keys of a Clerk development instance (Clerk's dashboard, under API keys):

  CLERK_CHECK_PUBLISHABLE_KEY=pk_test_… CLERK_CHECK_SECRET_KEY=sk_test_… npm run check:clerk

It signs up one +clerk_test address, which is sent no mail, and deletes it again. The instance must take
e-mail addresses proved by a code, usernames, and passwords.`;

const {
  CLERK_CHECK_PUBLISHABLE_KEY: publishableKey = '',
  CLERK_CHECK_SECRET_KEY: secretKey = '',
  CLERK_CHECK_API_URL: apiUrl = 'https://api.clerk.com',
} = process.env;

if (!/^pk_test_\w+/.test(publishableKey) || !/^sk_test_\w+/.test(secretKey)) {
  console.error(HELP);
  process.exit(2);
}
const frontendUrl = process.env.CLERK_CHECK_FRONTEND_URL ?? `https://${hostIn(publishableKey)}`;
const email = `dream.check.${Date.now()}+clerk_test@example.com`;

try {
  await check();
  console.log('\nClerk does what the sandbox does.');
} catch (error) {
  console.error(`\n✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function check(): Promise<void> {
  if (process.env.DREAM_BUILT !== '1') await buildPackages();
  const folder = mkdtempSync(join(tmpdir(), 'dream-clerk-'));
  const sandbox = await startSandbox();
  const secrets = localSecrets(join(folder, 'secrets.json'));
  const variables = {
    ...(await edgeVariables(secrets, 'http://127.0.0.1', sandbox)),
    CLERK_API_URL: apiUrl,
    CLERK_TEST_FRONTEND_URL: frontendUrl,
    CLERK_TEST_PUBLISHABLE_KEY: publishableKey,
    CLERK_TEST_SECRET_KEY: secretKey,
  };
  const bundle = await bundleEdge(join(folder, 'bundle'));
  const edge = await startEdge({ bundle, port: 0, variables, widgets: false });
  try {
    const passed = (step: string) => console.log(`✓ ${step}`);
    await walkClerk({ edge: edge.url, operatorSecret: secrets.operatorSecret, email, passed });
  } finally {
    await edge.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
    await forgetPerson();
  }
}

/** The host of the Frontend API, which a publishable key holds in base64 with a `$` at its end. */
function hostIn(key: string): string {
  return atob(key.split('_')[2] ?? '').replace(/\$$/, '');
}

/** Deletes the user that signed up, whom the edge leaves alone: other projects may know them. */
async function forgetPerson(): Promise<void> {
  const headers = { authorization: `Bearer ${secretKey}` };
  const found = await fetch(`${apiUrl}/v1/users?email_address=${encodeURIComponent(email)}`, {
    headers,
  });
  const users: unknown = found.ok ? await found.json() : [];
  for (const { id } of Array.isArray(users) ? (users as { id: string }[]) : [])
    await fetch(`${apiUrl}/v1/users/${id}`, { method: 'DELETE', headers });
}
