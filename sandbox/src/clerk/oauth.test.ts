import { createClerkClient } from '@clerk/backend';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nativeClient, startTestClerk, type TestClerk } from './test-clerk.ts';

const SIGN_UPS = '/v1/client/sign_ups';
const SIGN_INS = '/v1/client/sign_ins';
const LANDED = 'https://edge.example/oauth/landed';

let clerk: TestClerk;
beforeAll(async () => {
  clerk = await startTestClerk();
  await backend().redirectUrls.createRedirectUrl({ url: LANDED });
});
afterAll(() => clerk.close());

type Native = ReturnType<typeof nativeClient>;
type Person = Record<string, string>;

/** The real SDK for the instance of these tests. */
function backend(name = 'endusers') {
  return createClerkClient({ secretKey: `sk_test_${name}`, apiUrl: clerk.url });
}

/** A person with a verified address, unless fields say otherwise. */
function person(email: string, fields: Person = {}): Person {
  return { email, email_verified: 'true', first_name: 'Ann', last_name: 'Lee', ...fields };
}

/** Starts a trip to a provider from a new sign-in or sign-up. */
async function depart(client: Native, path: string, strategy = 'oauth_google') {
  const created = await client.send('POST', path, { strategy, redirect_url: LANDED });
  const { response } = created.body;
  const verification =
    response.first_factor_verification ?? response.verifications.external_account;
  return { id: response.id, verification, url: verification.external_verification_redirect_url };
}

/** Answers at the provider's page and follows the callback; gives the URL it ends at. */
async function answerAt(url: string, form: Person): Promise<URL> {
  const body = new URLSearchParams({ decision: 'allow', ...form });
  const chosen = await fetch(url, { method: 'POST', body, redirect: 'manual' });
  expect(chosen.status).toBe(303);
  const back = await fetch(chosen.headers.get('location') ?? '', { redirect: 'manual' });
  expect(back.status).toBe(303);
  return new URL(back.headers.get('location') ?? '');
}

/** A whole trip; gives the attempt as it is afterwards, read with the nonce if there is one. */
async function travel(client: Native, path: string, form: Person, strategy?: string) {
  const { id, url } = await depart(client, path, strategy);
  const landed = await answerAt(url, form);
  const nonce = landed.searchParams.get('rotating_token_nonce');
  const query = nonce ? `?rotating_token_nonce=${nonce}` : '';
  const attempt = await client.send('GET', `${path}/${id}${query}`);
  return { landed, nonce, attempt: attempt.body.response, body: attempt.body };
}

describe('a sign-up with a social provider', () => {
  test('completes with an e-mail the provider has verified, and names where it came from', async () => {
    const client = nativeClient(clerk.url);
    const { landed, attempt, body } = await travel(client, SIGN_UPS, person('new@example.com'));
    expect(attempt).toMatchObject({
      status: 'complete',
      email_address: 'new@example.com',
      verifications: {
        external_account: { status: 'verified', strategy: 'oauth_google', error: null },
        email_address: { status: 'verified', strategy: 'from_oauth_google' },
      },
    });
    expect(`${landed.origin}${landed.pathname}`).toBe(LANDED);
    expect(landed.searchParams.get('created_session_id')).toBe(attempt.created_session_id);
    expect(body.client.sessions[0].user.id).toBe(attempt.created_user_id);
    const user = await backend().users.getUser(attempt.created_user_id);
    expect(user).toMatchObject({ firstName: 'Ann', lastName: 'Lee', passwordEnabled: false });
    expect(user.externalAccounts).toMatchObject([
      { provider: 'oauth_google', emailAddress: 'new@example.com' },
    ]);
    expect(user.emailAddresses[0]?.linkedTo).toMatchObject([{ type: 'oauth_google' }]);
  });

  test.each([
    ['an unverified e-mail', { email_verified: '' }, { unverified_fields: ['email_address'] }],
    ['no e-mail at all', { email: '', subject: '4711' }, { missing_fields: ['email_address'] }],
  ])('with %s still has to prove one by code', async (_, fields, state) => {
    const client = nativeClient(clerk.url);
    const form = person('shy+clerk_test@example.com', fields);
    const { nonce, attempt } = await travel(client, SIGN_UPS, form, 'oauth_github');
    expect(nonce).toBeNull();
    expect(attempt).toMatchObject({ status: 'missing_requirements', ...state });
    const path = `${SIGN_UPS}/${attempt.id}`;
    const email = `${attempt.id.slice(-8)}+clerk_test@example.com`;
    await client.send('PATCH', path, { email_address: email, strategy: 'email_code' });
    const done = await client.send('POST', `${path}/attempt_verification`, {
      strategy: 'email_code',
      code: '424242',
    });
    expect(done.body.response.status).toBe('complete');
    const user = await backend().users.getUser(done.body.response.created_user_id);
    expect(user.externalAccounts).toHaveLength(1);
    expect(user.emailAddresses[0]?.verification?.strategy).toBe('email_code');
  });

  test('of somebody known is transferable to a sign-in', async () => {
    const first = await travel(nativeClient(clerk.url), SIGN_UPS, person('known@example.com'));
    const client = nativeClient(clerk.url);
    const { landed, nonce, attempt } = await travel(client, SIGN_UPS, person('known@example.com'));
    expect(nonce).toBeNull();
    expect(landed.searchParams.get('__clerk_error_code')).toBe('external_account_exists');
    expect(attempt.verifications.external_account).toMatchObject({
      status: 'transferable',
      error: { code: 'external_account_exists' },
    });
    const moved = await client.send('POST', SIGN_INS, { transfer: 'true' });
    expect(moved.body.response.status).toBe('complete');
    expect(moved.body.client.sessions[0].user.id).toBe(first.attempt.created_user_id);
  });
});

describe('a sign-in with a social provider', () => {
  test('of somebody unknown is transferable to a sign-up, once', async () => {
    const client = nativeClient(clerk.url);
    const { landed, attempt } = await travel(client, SIGN_INS, person('fresh@example.com'));
    expect(landed.searchParams.get('__clerk_status')).toBe('failed');
    expect(landed.searchParams.get('__clerk_error_code')).toBe('external_account_not_found');
    expect(attempt).toMatchObject({
      status: 'needs_identifier',
      first_factor_verification: {
        status: 'transferable',
        error: { code: 'external_account_not_found' },
      },
    });
    const moved = await client.send('POST', SIGN_UPS, { transfer: 'true' });
    expect(moved.body.response).toMatchObject({
      status: 'complete',
      email_address: 'fresh@example.com',
    });
    const other = nativeClient(clerk.url);
    const nothing = await other.send('POST', SIGN_UPS, { transfer: 'true' });
    expect(nothing.error).toBe('account_transfer_invalid');
  });

  test('finds the account by its id at the provider, whatever its e-mail is today', async () => {
    const form = person('before@example.com', { subject: 'same-person' });
    const first = await travel(nativeClient(clerk.url), SIGN_UPS, form);
    const renamed = person('after@example.com', { subject: 'same-person', email_verified: '' });
    const { attempt, body } = await travel(nativeClient(clerk.url), SIGN_INS, renamed);
    expect(attempt.status).toBe('complete');
    expect(body.client.sessions[0].user.id).toBe(first.attempt.created_user_id);
  });

  test('links to the user of a verified e-mail; an unverified one never leads to a user', async () => {
    const email = 'linked+clerk_test@example.com';
    const { body } = await nativeClient(clerk.url).signUp(email);
    const userId = body.response.created_user_id;
    const planted = person(email, { email_verified: '' });
    for (const path of [SIGN_INS, SIGN_UPS]) {
      const attack = await travel(nativeClient(clerk.url), path, planted);
      expect(attack.nonce).toBeNull();
      expect(attack.landed.searchParams.get('__clerk_error_code')).toBe(
        'oauth_identification_claimed',
      );
    }
    const honest = await travel(nativeClient(clerk.url), SIGN_INS, person(email), 'oauth_github');
    expect(honest.body.client.sessions[0].user.id).toBe(userId);
    const user = await backend().users.getUser(userId);
    expect(user.externalAccounts).toMatchObject([{ provider: 'oauth_github' }]);
  });

  test('denied at the provider says so and leaves the client as it was', async () => {
    const client = nativeClient(clerk.url);
    const denied = await travel(client, SIGN_INS, { decision: 'deny' });
    expect(denied.landed.searchParams.get('__clerk_error_code')).toBe('oauth_access_denied');
    expect(denied.attempt.first_factor_verification).toMatchObject({
      status: 'failed',
      error: { code: 'oauth_access_denied' },
    });
    expect(denied.body.client.sessions).toEqual([]);
  });

  test('of a banned or locked user fails; a deleted one is unknown', async () => {
    const form = person('barred@example.com');
    const { attempt } = await travel(nativeClient(clerk.url), SIGN_UPS, form);
    const { users } = backend();
    const id = attempt.created_user_id;
    const why = async () => {
      const { landed } = await travel(nativeClient(clerk.url), SIGN_INS, form);
      return landed.searchParams.get('__clerk_error_code');
    };
    await users.banUser(id);
    expect(await why()).toBe('user_banned');
    await users.unbanUser(id);
    await users.lockUser(id);
    expect(await why()).toBe('user_locked');
    await users.unlockUser(id);
    expect(await why()).toBeNull();
    await users.deleteUser(id);
    expect(await why()).toBe('external_account_not_found');
  });
});

describe('the callback', () => {
  test('ends a trip once, and only with a code given for that trip', async () => {
    const { url } = await depart(nativeClient(clerk.url), SIGN_UPS);
    const other = await depart(nativeClient(clerk.url), SIGN_UPS);
    const body = new URLSearchParams({ decision: 'allow', ...person('once@example.com') });
    const chosen = await fetch(url, { method: 'POST', body, redirect: 'manual' });
    const callback = new URL(chosen.headers.get('location') ?? '');
    const mixed = new URL(callback);
    mixed.searchParams.set('state', new URL(other.url).searchParams.get('state') ?? '');
    const refused = await fetch(mixed, { redirect: 'manual' });
    expect(refused.headers.get('location')).toContain('oauth_access_denied');
    await fetch(callback, { redirect: 'manual' });
    const again = await fetch(callback, { redirect: 'manual' });
    expect(again.status).toBe(400);
    expect(await again.json()).toMatchObject({ errors: [{ code: 'oauth_callback_invalid' }] });
  });

  test('signs in only who has the token from before and the nonce, once and for a minute', async () => {
    const client = nativeClient(clerk.url);
    const { id, url } = await depart(client, SIGN_UPS);
    const landed = await answerAt(url, person('nonce@example.com'));
    const nonce = landed.searchParams.get('rotating_token_nonce') ?? '';
    const read = async (token: string, query: string) => {
      const reader = nativeClient(clerk.url);
      reader.token = token;
      return (await reader.send('GET', `${SIGN_UPS}/${id}${query}`)).error;
    };
    const before = client.token;
    const stranger = nativeClient(clerk.url);
    await stranger.send('POST', SIGN_UPS, {});
    expect(await read(stranger.token, `?rotating_token_nonce=${nonce}`)).toBe('resource_not_found');
    expect(await read('', `?rotating_token_nonce=${nonce}`)).toBe('signed_out');
    expect(await read(before, '')).toBe('signed_out');
    expect(await read(before, '?rotating_token_nonce=guess')).toBe('signed_out');
    expect(await read(before, `?rotating_token_nonce=${nonce}`)).toBeNull();
    expect(await read(before, `?rotating_token_nonce=${nonce}`)).toBe('signed_out');

    const late = nativeClient(clerk.url);
    const trip = await depart(late, SIGN_UPS);
    const lateNonce = (await answerAt(trip.url, person('late@example.com'))).searchParams;
    clerk.clock.advance(60_000);
    const query = `?rotating_token_nonce=${lateNonce.get('rotating_token_nonce')}`;
    expect((await late.send('GET', `${SIGN_UPS}/${trip.id}${query}`)).error).toBe('signed_out');
  });

  test('a form posted to it, as Apple does, becomes the same request by GET', async () => {
    const body = new URLSearchParams({ state: 'abc', code: 'x y' });
    const callback = `${clerk.url}/fapi/test_endusers/v1/oauth_callback`;
    const moved = await fetch(callback, { method: 'POST', body, redirect: 'manual' });
    expect(moved.status).toBe(303);
    expect(moved.headers.get('location')).toBe(`${callback}?state=abc&code=x+y`);
  });
});

describe('the way to a provider', () => {
  test('is gone unasked by whom it expects, once they agreed in this browser', async () => {
    const email = 'again@example.com';
    const departing = async (hint: string) => {
      const form = { strategy: 'oauth_google', redirect_url: LANDED, oidc_login_hint: hint };
      const created = await nativeClient(clerk.url).send('POST', SIGN_INS, form);
      return created.body.response.first_factor_verification.external_verification_redirect_url;
    };
    const body = new URLSearchParams({ decision: 'allow', ...person(email) });
    const agreed = await fetch(await departing(email), {
      method: 'POST',
      body,
      redirect: 'manual',
    });
    const cookie = agreed.headers.get('set-cookie')?.split(';')[0] ?? '';
    const visit = async (hint: string, headers: Record<string, string>) =>
      fetch(await departing(hint), { headers, redirect: 'manual' });
    const unasked = await visit(email, { cookie });
    expect([unasked.status, unasked.headers.get('location')]).toEqual([
      303,
      expect.stringContaining('oauth_callback?state='),
    ]);
    expect((await visit('other@example.com', { cookie })).status).toBe(200);
    expect((await visit(email, {})).status).toBe(200);
  });

  test.each([
    [{ strategy: 'oauth_google' }, 422, 'form_param_missing'],
    [{ strategy: 'oauth_google', redirect_url: `${LANDED}/x` }, 400, 'resource_missmatch'],
    [{ strategy: 'oauth_google', redirect_url: 'javascript:alert(1)' }, 400, 'resource_missmatch'],
    [{ strategy: 'oauth_apple', redirect_url: LANDED }, 400, 'oauth_provider_not_enabled'],
    [{ strategy: 'oauth_nowhere', redirect_url: LANDED }, 422, 'form_param_value_invalid'],
  ])('refuses %j', async (form, status, error) => {
    const answer = await nativeClient(clerk.url).send('POST', SIGN_UPS, form);
    expect([answer.status, answer.error]).toEqual([status, error]);
  });

  test('shows a page with the accounts seen before, for a trip under way only', async () => {
    await travel(nativeClient(clerk.url), SIGN_UPS, person('seen@example.com'));
    const { url } = await depart(nativeClient(clerk.url), SIGN_INS);
    const shown = await fetch(url);
    expect(shown.headers.get('cross-origin-opener-policy')).toBeNull();
    const text = await shown.text();
    expect(text).toContain('Sign in with Google');
    expect(text).toContain('seen@example.com');
    const elsewhere = new URL(url);
    elsewhere.searchParams.set('redirect_uri', 'https://evil.example/');
    expect((await fetch(elsewhere)).status).toBe(400);
    const other = url.replace('/provider/oauth_google/', '/provider/oauth_github/');
    expect((await fetch(other)).status).toBe(400);
    const unknown = new URL(url);
    unknown.searchParams.set('state', 'made-up');
    expect((await fetch(unknown, { method: 'POST', body: 'decision=allow' })).status).toBe(400);
    const typo = new URLSearchParams({ decision: 'allow', email: 'no address' });
    expect((await fetch(url, { method: 'POST', body: typo })).status).toBe(422);
  });

  test('the page cuts the opener where the instance says so', async () => {
    const settings = { oauthSeversOpener: true };
    await clerk.control('PUT', 'instances', { instance: 'test_severed', settings });
    await backend('severed').redirectUrls.createRedirectUrl({ url: LANDED });
    const { url } = await depart(nativeClient(clerk.url, 'test_severed'), SIGN_INS);
    expect((await fetch(url)).headers.get('cross-origin-opener-policy')).toBe('same-origin');
  });
});
