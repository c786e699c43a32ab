import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Sandbox, startSandbox } from '@dream/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';

const script = fileURLToPath(new URL('check-clerk.ts', import.meta.url));
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

/** Runs the check as `npm run check:clerk` does; its exit code, and what it said. */
function run(env: Record<string, string>): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const given = { ...process.env, DREAM_BUILT: '1', ...env };
    const child = execFile(process.execPath, [script], { env: given }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, said: out + err }),
    );
  });
}

/** The keys of an instance of the sandbox, which stands in for a real Clerk application. */
async function keysOf(instance: string): Promise<Record<string, string>> {
  const answer = await fetch(`${sandbox.clerk}/_sandbox/instances`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ instance }),
  });
  const keys = (await answer.json()) as Record<string, string>;
  return {
    CLERK_CHECK_API_URL: sandbox.clerk,
    CLERK_CHECK_FRONTEND_URL: String(keys.frontendApi),
    CLERK_CHECK_PUBLISHABLE_KEY: String(keys.publishableKey),
    CLERK_CHECK_SECRET_KEY: String(keys.secretKey),
  };
}

it('says which keys to set, and ends with 2, when there are none or live ones', async () => {
  const live = {
    CLERK_CHECK_PUBLISHABLE_KEY: 'pk_live_Y2xlcms',
    CLERK_CHECK_SECRET_KEY: 'sk_live_0123456789',
  };
  for (const env of [{ CLERK_CHECK_PUBLISHABLE_KEY: '', CLERK_CHECK_SECRET_KEY: '' }, live]) {
    const { code, said } = await run(env);
    expect(code).toBe(2);
    expect(said).toContain('CLERK_CHECK_PUBLISHABLE_KEY=pk_test_');
    expect(said).toContain('CLERK_CHECK_SECRET_KEY=sk_test_');
  }
});

it('walks sign-up, sign-in and passwords, and deletes whom it signed up', async () => {
  const keys = await keysOf('test_clerkcheck');
  const { code, said } = await run(keys);
  expect(said).toContain('Clerk does what the sandbox does.');
  expect(said.match(/✓/g)).toHaveLength(4);
  expect(code).toBe(0);
  const headers = { authorization: `Bearer ${keys.CLERK_CHECK_SECRET_KEY}` };
  const left = (await (await fetch(`${sandbox.clerk}/v1/users`, { headers })).json()) as {
    username: string | null;
    email_addresses: object[];
  }[];
  expect(left.filter(({ email_addresses: addresses }) => addresses.length > 0)).toEqual([]);
  expect(left.filter(({ username }) => username?.startsWith('cust_'))).toEqual([]);
});

it('ends with 1 and shows what was answered when Clerk does something else', async () => {
  const keys = await keysOf('test_otherapplication');
  // An address where no application answers as Clerk does.
  const { code, said } = await run({
    ...keys,
    CLERK_CHECK_FRONTEND_URL: `${sandbox.clerk}/fapi/nowhere`,
  });
  expect(code).toBe(1);
  expect(said).toContain('✗ Wanted a success');
  expect(said).not.toContain(String(keys.CLERK_CHECK_SECRET_KEY));
});
