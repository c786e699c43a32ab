import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nativeClient, startTestClerk } from './test-clerk.ts';

const EMAIL = 'older+clerk_test@example.com';
const CODE = { strategy: 'email_code', code: '424242' };

/** What entities of a kind did not have before providers, locks and Device Trust came. */
const SINCE: [kind: string, fields: string[]][] = [
  ['users', ['externalAccounts', 'lockExpiresAtMs', 'failedAttempts']],
  ['clients', ['rotation']],
  ['sign_ups', ['externalAccount']],
  ['sign_ins', ['deviceVerification']],
];

test('people kept by an older sandbox sign in, open clients go on, and the developer lists both', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'older-'));
  const file = join(folder, 'clerk.json');
  const before = await startTestClerk(file);
  const page = nativeClient(before.url);
  const made = await page.send('POST', '/v1/client/sign_ups', { email_address: EMAIL });
  const signUp = `/v1/client/sign_ups/${made.body.response.id}`;
  await page.send('POST', `${signUp}/prepare_verification`, { strategy: 'email_code' });
  await page.send('POST', `${signUp}/attempt_verification`, CODE);
  const open = nativeClient(before.url);
  const begun = await open.send('POST', '/v1/client/sign_ins', { identifier: EMAIL });
  await before.close();

  const state = JSON.parse(await readFile(file, 'utf8'));
  for (const [kind, fields] of SINCE)
    for (const entity of state.collections[`clerk.test_endusers.${kind}`])
      for (const field of fields) delete entity[field];
  for (const instance of state.collections['clerk.instances']) delete instance.settings;
  await writeFile(file, JSON.stringify(state));

  const after = await startTestClerk(file);
  const again = nativeClient(after.url);
  again.token = open.token;
  const { id, supported_first_factors: factors } = begun.body.response;
  const signIn = `/v1/client/sign_ins/${id}`;
  await again.send('POST', `${signIn}/prepare_first_factor`, {
    strategy: 'email_code',
    email_address_id: factors[0].email_address_id,
  });
  const wrong = { ...CODE, code: '000000' };
  expect((await again.send('POST', `${signIn}/attempt_first_factor`, wrong)).status).toBe(422);
  const done = await again.send('POST', `${signIn}/attempt_first_factor`, CODE);
  expect([done.status, done.body.response.status]).toEqual([200, 'complete']);
  const listed = await fetch(`${after.url}/v1/users`, {
    headers: { authorization: 'Bearer sk_test_endusers' },
  });
  expect(await listed.json()).toMatchObject([{ external_accounts: [], locked: false }]);
  await after.close();
  await rm(folder, { recursive: true });
});
