import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CODE_LIFETIME_MS } from './verification.ts';
import { nativeClient, startTestClerk, type TestClerk } from './test-clerk.ts';

let clerk: TestClerk;
beforeAll(async () => {
  clerk = await startTestClerk();
});
afterAll(() => clerk.close());

const SIGN_UPS = '/v1/client/sign_ups';
const SIGN_INS = '/v1/client/sign_ins';

/** A bare request to the instance, for what no native client sends. */
function call(path: string, init: RequestInit = {}) {
  return fetch(`${clerk.url}/fapi/test_endusers${path}`, init);
}

/** A request as a proxy makes it. */
function proxied(headers: Record<string, string>) {
  return call('/v1/client?_is_native=1', {
    headers: { 'clerk-proxy-url': 'https://edge.example/__clerk', ...headers },
  });
}

/** Starts a sign-up and has its code sent. */
async function signingUp(email: string, instance?: string) {
  const client = nativeClient(clerk.url, instance);
  const created = await client.send('POST', SIGN_UPS, { email_address: email });
  const path = `${SIGN_UPS}/${created.body?.response?.id}`;
  const prepared = await client.send('POST', `${path}/prepare_verification`, {
    strategy: 'email_code',
  });
  const attempt = (code: string) =>
    client.send('POST', `${path}/attempt_verification`, { strategy: 'email_code', code });
  return { client, path, created, prepared, attempt };
}

describe('sign-up by e-mail code', () => {
  test('sends a code to the inbox and completes with it, signed in', async () => {
    const { client, created, prepared, attempt } = await signingUp('new@example.com');
    expect(created.body.response).toMatchObject({
      object: 'sign_up_attempt',
      status: 'missing_requirements',
      email_address: 'new@example.com',
      unverified_fields: ['email_address'],
      created_session_id: null,
    });
    expect(prepared.body.response.verifications.email_address).toMatchObject({
      status: 'unverified',
      strategy: 'email_code',
      next_action: 'needs_attempt',
    });
    const before = client.token;
    const done = await attempt(await clerk.codeFor('new@example.com'));
    expect(done.body.response).toMatchObject({
      status: 'complete',
      unverified_fields: [],
      verifications: { email_address: { status: 'verified', strategy: 'email_code' } },
      created_session_id: expect.stringMatching(/^sess_/),
      created_user_id: expect.stringMatching(/^user_/),
    });
    expect(done.body.client).toMatchObject({
      sign_up: null,
      last_active_session_id: done.body.response.created_session_id,
      sessions: [{ id: done.body.response.created_session_id, status: 'active' }],
    });
    expect(client.token).not.toBe(before);
    const stale = nativeClient(clerk.url);
    stale.token = before;
    expect((await stale.send('GET', '/v1/client')).body.response).toBeNull();
  });

  test('a test address verifies with 424242 in test mode and gets no letter', async () => {
    const { attempt } = await signingUp('a+clerk_test@example.com');
    expect((await attempt('424242')).body.response.status).toBe('complete');
    await expect(clerk.codeFor('a+clerk_test@example.com')).rejects.toThrow('No code');
  });

  test('in live mode a test address is an address like any other', async () => {
    const { attempt } = await signingUp('b+clerk_test@example.com', 'live_shop');
    expect((await attempt('424242')).error).toBe('form_code_incorrect');
    const code = await clerk.codeFor('b+clerk_test@example.com');
    expect((await attempt(code)).body.response.status).toBe('complete');
  });

  test('three wrong codes fail the verification until a new one is prepared', async () => {
    const { client, path, attempt } = await signingUp('wrong+clerk_test@example.com');
    for (let i = 0; i < 3; i++) {
      const wrong = await attempt('000000');
      expect([wrong.status, wrong.error]).toEqual([422, 'form_code_incorrect']);
      expect(wrong.body.meta.client.sign_up.id).toBe(path.split('/').pop());
    }
    const failed = await attempt('424242');
    expect([failed.status, failed.error]).toEqual([400, 'verification_failed']);
    await client.send('POST', `${path}/prepare_verification`, { strategy: 'email_code' });
    expect((await attempt('424242')).body.response.status).toBe('complete');
    expect((await attempt('424242')).error).toBe('verification_already_verified');
  });

  test('a code expires after ten minutes', async () => {
    const { attempt } = await signingUp('late+clerk_test@example.com');
    clerk.clock.advance(CODE_LIFETIME_MS);
    const late = await attempt('424242');
    expect([late.status, late.error]).toEqual([400, 'verification_expired']);
  });

  test('a taken address is refused, also when taken while the code was typed', async () => {
    const first = await signingUp('race+clerk_test@example.com');
    const second = await signingUp('race+clerk_test@example.com');
    expect((await first.attempt('424242')).body.response.status).toBe('complete');
    expect((await second.attempt('424242')).error).toBe('identification_claimed');
    const third = await nativeClient(clerk.url).signUp('RACE+clerk_test@example.com');
    expect([third.status, third.error]).toEqual([422, 'form_identifier_exists']);
    expect(third.body.errors[0].meta).toEqual({ param_name: 'email_address' });
  });

  test('another client cannot see or finish a sign-up', async () => {
    const { path } = await signingUp('mine+clerk_test@example.com');
    const other = await signingUp('other+clerk_test@example.com');
    expect((await other.client.send('GET', path)).error).toBe('resource_not_found');
    const form = { strategy: 'email_code', code: '424242' };
    const attempt = await other.client.send('POST', `${path}/attempt_verification`, form);
    expect([attempt.status, attempt.error]).toEqual([404, 'resource_not_found']);
    const anonymous = await nativeClient(clerk.url).send('GET', path);
    expect([anonymous.status, anonymous.error]).toEqual([401, 'signed_out']);
  });

  test('a changed address must be proved anew', async () => {
    const { client, path, attempt } = await signingUp('before+clerk_test@example.com');
    const changed = await client.send('PATCH', path, {
      email_address: 'after+clerk_test@example.com',
      first_name: 'Ann',
    });
    expect(changed.body.response).toMatchObject({
      email_address: 'after+clerk_test@example.com',
      first_name: 'Ann',
      verifications: { email_address: { next_action: 'needs_prepare' } },
    });
    expect((await attempt('424242')).error).toBe('verification_missing');
  });

  test.each([
    [{ email_address: 'no address' }, 'form_param_format_invalid'],
    [{ email_address: '' }, 'form_param_nil'],
    [{ phone_number: '+15555550100' }, 'form_param_unknown'],
    [{ email_address: 'x@example.com', password: 'short' }, 'form_password_length_too_short'],
    [{ email_address: 'x@example.com', strategy: 'email_link' }, 'form_param_value_invalid'],
  ])('refuses %j with %s', async (form, error) => {
    const answer = await nativeClient(clerk.url).send('POST', SIGN_UPS, form);
    expect([answer.status, answer.error]).toEqual([422, error]);
  });
});

describe('sign-in', () => {
  test('by code: offers the factors, sends the code, signs in', async () => {
    const email = 'in@example.com';
    const { attempt } = await signingUp(email);
    const { body } = await attempt(await clerk.codeFor(email));
    const client = nativeClient(clerk.url);
    const created = await client.send('POST', SIGN_INS, { identifier: 'IN@example.com' });
    expect(created.body.response).toMatchObject({
      object: 'sign_in_attempt',
      status: 'needs_first_factor',
      identifier: email,
      first_factor_verification: null,
      supported_first_factors: [{ strategy: 'email_code', safe_identifier: email, primary: true }],
    });
    const path = `${SIGN_INS}/${created.body.response.id}`;
    const prepared = await client.send('POST', `${path}/prepare_first_factor`, {
      strategy: 'email_code',
      email_address_id: created.body.response.supported_first_factors[0].email_address_id,
    });
    expect(prepared.body.response.first_factor_verification.status).toBe('unverified');
    const form = { strategy: 'email_code', code: await clerk.codeFor(email) };
    const done = await client.send('POST', `${path}/attempt_first_factor`, form);
    expect(done.body.response).toMatchObject({
      status: 'complete',
      first_factor_verification: { status: 'verified', strategy: 'email_code' },
    });
    const session = done.body.client.sessions[0];
    expect(session.id).toBe(done.body.response.created_session_id);
    expect(session.user.id).toBe(body.response.created_user_id);
    const again = await client.send('POST', `${path}/attempt_first_factor`, form);
    expect(again.error).toBe('verification_already_verified');
  });

  test('by password, with e-mail or username; a wrong one says so', async () => {
    const password = 'correct horse battery';
    const email = 'pw+clerk_test@example.com';
    await nativeClient(clerk.url).signUp(email, { password, username: 'pw-user' });
    const attempt = (form: Record<string, string>) =>
      nativeClient(clerk.url).send('POST', SIGN_INS, { strategy: 'password', ...form });
    const byName = await attempt({ identifier: 'pw-user', password });
    expect(byName.body.response).toMatchObject({
      status: 'complete',
      first_factor_verification: { status: 'verified', strategy: 'password' },
    });
    expect((await attempt({ identifier: email, password })).body.response.status).toBe('complete');
    const wrong = await attempt({ identifier: email, password: 'correct horse' });
    expect([wrong.status, wrong.error]).toEqual([422, 'form_password_incorrect']);
  });

  test('an unknown identifier is not found, an account without password has none', async () => {
    const ghost = await nativeClient(clerk.url).send('POST', SIGN_INS, { identifier: 'no@one.io' });
    expect([ghost.status, ghost.error]).toEqual([422, 'form_identifier_not_found']);
    await nativeClient(clerk.url).signUp('nopw+clerk_test@example.com');
    const form = { identifier: 'nopw+clerk_test@example.com', password: 'whatever it is' };
    const answer = await nativeClient(clerk.url).send('POST', SIGN_INS, form);
    expect([answer.status, answer.error]).toEqual([400, 'strategy_for_user_invalid']);
  });

  test('a reset code leads to a new password, and only that one works', async () => {
    const email = 'reset@example.com';
    const { client: owner, path, attempt } = await signingUp(email);
    await owner.send('PATCH', path, { password: 'the old password' });
    await attempt(await clerk.codeFor(email));

    const client = nativeClient(clerk.url);
    const created = await client.send('POST', SIGN_INS, {
      strategy: 'reset_password_email_code',
      identifier: email,
    });
    const signIn = `${SIGN_INS}/${created.body.response.id}`;
    const early = await client.send('POST', `${signIn}/reset_password`, { password: 'too early!' });
    expect(early.error).toBe('client_state_invalid');
    const code = await clerk.codeFor(email);
    const wrongKind = { strategy: 'email_code', code };
    const mixed = await client.send('POST', `${signIn}/attempt_first_factor`, wrongKind);
    expect(mixed.error).toBe('verification_missing');
    const form = { strategy: 'reset_password_email_code', code };
    const proved = await client.send('POST', `${signIn}/attempt_first_factor`, form);
    expect(proved.body.response).toMatchObject({
      status: 'needs_new_password',
      created_session_id: null,
    });
    const reset = await client.send('POST', `${signIn}/reset_password`, {
      password: 'the new password',
      sign_out_of_other_sessions: 'true',
    });
    expect(reset.body.response.status).toBe('complete');
    expect((await owner.send('GET', '/v1/me')).error).toBe('signed_out');
    const tryPassword = (password: string) =>
      nativeClient(clerk.url).send('POST', SIGN_INS, { identifier: email, password });
    expect((await tryPassword('the old password')).error).toBe('form_password_incorrect');
    expect((await tryPassword('the new password')).body.response.status).toBe('complete');
  });

  test('a signed-in client must sign out first', async () => {
    const client = nativeClient(clerk.url);
    await client.signUp('single+clerk_test@example.com');
    const again = await client.send('POST', SIGN_INS, { identifier: 'x@example.com' });
    expect([again.status, again.error]).toEqual([400, 'session_exists']);
    expect((await client.signUp('double+clerk_test@example.com')).error).toBe('session_exists');
  });
});

test('one client gets one session, also from two attempts at once', async () => {
  const password = 'correct horse battery';
  await nativeClient(clerk.url).signUp('twice+clerk_test@example.com', { password });
  const client = nativeClient(clerk.url);
  const identifier = 'twice+clerk_test@example.com';
  const { body } = await client.send('POST', SIGN_INS, { identifier });
  const path = `${SIGN_INS}/${body.response.id}/attempt_first_factor`;
  const attempt = () => client.send('POST', path, { strategy: 'password', password });
  const answers = await Promise.all([attempt(), attempt()]);
  expect(new Set(answers.map(({ error }) => error))).toEqual(new Set([null, 'session_exists']));
});

describe('sessions and the signed-in user', () => {
  test('touch, tokens, end; an ended session gives no token', async () => {
    const client = nativeClient(clerk.url);
    const { body } = await client.signUp('life+clerk_test@example.com');
    const path = `/v1/client/sessions/${body.response.created_session_id}`;
    const touched = await client.send('POST', `${path}/touch`, { intent: 'select_session' });
    expect(touched.body.response).toMatchObject({ status: 'active', user: { object: 'user' } });
    const token = await client.send('POST', `${path}/tokens`);
    expect(token.body).toEqual({ object: 'token', jwt: expect.stringMatching(/^ey/) });
    const stranger = nativeClient(clerk.url);
    await stranger.signUp('stranger+clerk_test@example.com');
    expect((await stranger.send('POST', `${path}/tokens`)).error).toBe('resource_not_found');
    const ended = await client.send('POST', `${path}/end`);
    expect(ended.body).toMatchObject({ response: { status: 'ended' }, client: { sessions: [] } });
    expect((await client.send('POST', `${path}/tokens`)).error).toBe('signed_out');
  });

  test('DELETE client/sessions signs out and keeps the client, DELETE client drops it', async () => {
    const client = nativeClient(clerk.url);
    const { body } = await client.signUp('out+clerk_test@example.com');
    const out = await client.send('DELETE', '/v1/client/sessions');
    expect(out.body.response).toMatchObject({ id: body.client.id, sessions: [] });
    expect((await client.send('DELETE', '/v1/client')).body.client).toBeNull();
    expect((await client.send('GET', '/v1/client')).body.response).toBeNull();
  });

  test('a session expires after seven days', async () => {
    const client = nativeClient(clerk.url);
    await client.signUp('week+clerk_test@example.com');
    clerk.clock.advance(7 * 24 * 60 * 60 * 1000);
    expect((await client.send('GET', '/v1/me')).error).toBe('signed_out');
    expect((await client.send('GET', '/v1/client')).body.response.sessions).toEqual([]);
  });

  test('me shows no private metadata, changes the profile and the password, deletes', async () => {
    const client = nativeClient(clerk.url);
    await client.signUp('me+clerk_test@example.com');
    const me = await client.send('GET', '/v1/me');
    expect(me.body.response).not.toHaveProperty('private_metadata');
    const form = { first_name: 'Me', username: 'me-myself' };
    const changed = await client.send('PATCH', '/v1/me', form);
    expect(changed.body.response).toMatchObject({ first_name: 'Me', username: 'me-myself' });
    const change = (fields: Record<string, string>) =>
      client.send('POST', '/v1/me/change_password', fields);
    expect((await change({ new_password: 'a first password' })).body.response).toMatchObject({
      password_enabled: true,
    });
    const second = { new_password: 'a second password' };
    expect((await change({ ...second, current_password: 'guess' })).error).toBe(
      'form_password_incorrect',
    );
    const right = await change({ ...second, current_password: 'a first password' });
    expect(right.status).toBe(200);
    const gone = await client.send('DELETE', '/v1/me');
    expect(gone.body).toMatchObject({ response: { deleted: true }, client: { sessions: [] } });
    expect((await client.send('GET', '/v1/me')).error).toBe('signed_out');
  });
});

describe('native mode', () => {
  test('Origin together with Authorization is refused', async () => {
    const headers = { origin: 'https://site.example', authorization: '' };
    const answer = await call('/v1/client?_is_native=1', { headers });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      errors: [{ code: 'origin_authorization_headers_conflict' }],
    });
  });

  test('a tampered token is no client', async () => {
    const client = nativeClient(clerk.url);
    await client.signUp('tamper+clerk_test@example.com');
    const [head, body] = client.token.split('.');
    client.token = `${head}.${body}.${'A'.repeat(342)}`;
    expect((await client.send('GET', '/v1/client')).body.response).toBeNull();
  });

  test('the environment and the keys need no token', async () => {
    const environment = await (await call('/v1/environment')).json();
    expect(environment).toMatchObject({
      auth_config: { test_mode: true, single_session_mode: true },
      user_settings: { attributes: { email_address: { required: true } } },
    });
    const { keys } = (await (await call('/.well-known/jwks.json')).json()) as { keys: object[] };
    expect(keys).toMatchObject([{ kty: 'RSA', alg: 'RS256', kid: expect.stringMatching(/^ins_/) }]);
    expect(keys[0]).not.toHaveProperty('d');
  });

  test('cookie mode is refused in plain words, and so is an unknown host or path', async () => {
    const codes = await Promise.all(
      ['/v1/client', '/v1/nowhere?_is_native=1'].map(async (path) => {
        const body = (await (await call(path)).json()) as { errors: { code: string }[] };
        return body.errors[0]?.code;
      }),
    );
    expect(codes).toEqual(['sandbox_native_only', 'resource_not_found']);
    const odd = await fetch(`${clerk.url}/fapi/prod_x/v1/client`);
    expect(await odd.json()).toMatchObject({ errors: [{ code: 'host_invalid' }] });
  });

  test('a JSON body is refused: Clerk takes forms', async () => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: '{}' };
    expect((await call('/v1/client/sign_ups?_is_native=1', init)).status).toBe(415);
  });

  test('a proxy must show the secret key, and may then name the visitor', async () => {
    expect((await proxied({})).status).toBe(400);
    expect((await proxied({ 'clerk-secret-key': 'sk_test_other' })).status).toBe(401);
    expect((await proxied({ 'clerk-secret-key': 'sk_test_endusers' })).status).toBe(200);
  });

  test('CORS lets any page read the Authorization header', async () => {
    const answer = await call('/v1/environment', { headers: { origin: 'https://site.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://site.example');
    expect(answer.headers.get('access-control-expose-headers')).toContain('Authorization');
  });
});
