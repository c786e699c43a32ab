import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestStripe, submit, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
beforeAll(async () => {
  sandbox = await startTestStripe();
});
afterAll(() => sandbox.close());

const REDIRECT = 'http://dashboard.test/connected?from=stripe';

async function allow(clientId: string, decision = 'allow') {
  const answer = await submit(`${sandbox.url}/oauth/authorize`, {
    client_id: clientId,
    redirect_uri: REDIRECT,
    state: 'st&te',
    decision,
  });
  return new URL(answer.headers.get('location') ?? '').searchParams;
}

const redeem = (mode: 'test' | 'live', code: string) =>
  sandbox.as(mode).oauth.token({ grant_type: 'authorization_code', code });

test('a code of the page gives access once, and brings the state back', async () => {
  const query = await allow('ca_test_platform');
  expect(query.get('state')).toBe('st&te');
  expect(query.get('from')).toBe('stripe');
  const code = query.get('code') ?? '';
  const granted = await redeem('test', code);
  expect(granted).toMatchObject({ livemode: false, scope: 'read_write' });
  const account = granted.stripe_user_id ?? '';
  const seen = await sandbox.as('test').accounts.retrieveCurrent({}, { stripeAccount: account });
  expect(seen.id).toBe(account);
  await expect(redeem('test', code)).rejects.toMatchObject({
    type: 'StripeInvalidGrantError',
  });
});

test('a refusal of the owner comes back as access_denied', async () => {
  const query = await allow('ca_test_platform', 'deny');
  expect(query.get('error')).toBe('access_denied');
  expect(query.get('code')).toBeNull();
});

test('a code opens its own mode only, and not after five minutes', async () => {
  const code = (await allow('ca_live_platform')).get('code') ?? '';
  await expect(redeem('test', code)).rejects.toMatchObject({ type: 'StripeInvalidGrantError' });
  expect((await redeem('live', code)).livemode).toBe(true);
  const late = (await allow('ca_test_platform')).get('code') ?? '';
  await sandbox.control('POST', 'clock', { advanceMs: 5 * 60_000 });
  await expect(redeem('test', late)).rejects.toMatchObject({ type: 'StripeInvalidGrantError' });
});

test('the page sends nobody to an address that is not http', async () => {
  for (const redirect of ['javascript:alert(1)', '', 'data:text/html,x']) {
    const fields = { client_id: 'ca_test_x', redirect_uri: redirect, decision: 'allow' };
    expect((await submit(`${sandbox.url}/oauth/authorize`, fields)).status).toBe(400);
    const query = new URLSearchParams(fields);
    expect((await fetch(`${sandbox.url}/oauth/authorize?${query}`)).status).toBe(400);
  }
});

test('an account that is unknown, of the other mode, or disconnected is account_invalid', async () => {
  const account = await sandbox.connect('test');
  const list = (mode: 'test' | 'live', stripeAccount: string) =>
    sandbox.as(mode).products.list({}, { stripeAccount });
  const refused = { type: 'StripePermissionError', code: 'account_invalid', statusCode: 403 };
  await expect(list('test', 'acct_unknown')).rejects.toMatchObject(refused);
  await expect(list('live', account)).rejects.toMatchObject(refused);
  await expect(list('test', account)).resolves.toMatchObject({ data: [] });
  const { oauth } = sandbox.as('test');
  const gone = { client_id: 'ca_test_platform', stripe_user_id: account };
  await expect(oauth.deauthorize(gone)).resolves.toMatchObject({ stripe_user_id: account });
  await expect(list('test', account)).rejects.toMatchObject(refused);
  await expect(oauth.deauthorize(gone)).rejects.toMatchObject({
    type: 'StripeInvalidClientError',
  });
});

test('a key that is missing or malformed is refused', async () => {
  for (const authorization of ['', 'Bearer pk_test_platform0000', 'Bearer nonsense', 'Basic %%%']) {
    const answer = await fetch(`${sandbox.url}/v1/products`, { headers: { authorization } });
    expect(answer.status).toBe(401);
  }
});
