import { createClerkClient } from '@clerk/backend';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nativeClient, startTestClerk, type TestClerk } from './test-clerk.ts';

const SIGN_UPS = '/v1/client/sign_ups';
const SIGN_INS = '/v1/client/sign_ins';
const PASSWORD = 'correct horse battery';

let clerk: TestClerk;
beforeAll(async () => {
  clerk = await startTestClerk();
});
afterAll(() => clerk.close());

/** Changes settings of an instance and gives its environment. */
async function configure(instance: string, settings: object) {
  const shown = await clerk.control('PUT', 'instances', { instance, settings });
  const environment: any = await (await fetch(`${shown.frontendApi}/v1/environment`)).json();
  return { shown, environment };
}

function withPassword(instance: string, identifier: string, password = PASSWORD) {
  return nativeClient(clerk.url, instance).send('POST', SIGN_INS, { identifier, password });
}

describe('settings of an instance', () => {
  test('change one by one, keep the others, and touch no other instance', async () => {
    await configure('test_one', { password: false });
    const { shown, environment } = await configure('test_one', { oauthStrategies: ['oauth_x'] });
    expect(shown.settings).toMatchObject({ password: false, oauthStrategies: ['oauth_x'] });
    expect(environment).toMatchObject({
      auth_config: { password: 'off', first_factors: ['email_code', 'ticket', 'oauth_x'] },
      user_settings: {
        attributes: { password: { enabled: false } },
        social: {
          oauth_x: { enabled: true, authenticatable: true },
          oauth_google: { enabled: false },
        },
      },
    });
    const { environment: other } = await configure('test_two', {});
    expect(other.user_settings.social.oauth_google.enabled).toBe(true);
    expect(other.auth_config.password).toBe('on');
  });

  test.each([
    [{ signUpMode: 'closed' }],
    [{ oauthStrategies: ['google'] }],
    [{ lockoutAttempts: 0 }],
    [{ captchaSiteKey: '' }],
    [{ toString: true }],
    ['password'],
  ])('refuses %j with a sentence', async (settings) => {
    const answer = await clerk.control('PUT', 'instances', { instance: 'test_one', settings });
    expect(answer).toEqual({ error: expect.stringMatching(/\.$/) });
  });

  test('passwords off: none is taken, set or offered', async () => {
    const email = 'nopw+clerk_test@example.com';
    const instance = 'test_codes';
    await nativeClient(clerk.url, instance).signUp(email, { password: PASSWORD });
    await configure(instance, { password: false });
    expect((await withPassword(instance, email)).error).toBe('strategy_for_user_invalid');
    const client = nativeClient(clerk.url, instance);
    const { body } = await client.send('POST', SIGN_INS, { identifier: email });
    expect(body.response.supported_first_factors).toMatchObject([{ strategy: 'email_code' }]);
    const form = { email_address: 'x@example.com', password: PASSWORD };
    expect((await nativeClient(clerk.url, instance).send('POST', SIGN_UPS, form)).error).toBe(
      'form_param_unknown',
    );
  });

  test.each([
    ['restricted', 'sign_up_mode_restricted'],
    ['waitlist', 'sign_up_restricted_waitlist'],
  ])('%s sign-ups answer %s; people known already sign in', async (signUpMode, error) => {
    const instance = `test_${signUpMode}`;
    const users = createClerkClient({ secretKey: `sk_${instance}`, apiUrl: clerk.url }).users;
    await configure(instance, { signUpMode });
    const refused = await nativeClient(clerk.url, instance).signUp('a+clerk_test@example.com');
    expect([refused.status, refused.error]).toEqual([403, error]);
    await users.createUser({ emailAddress: ['b@example.com'], password: PASSWORD });
    expect((await withPassword(instance, 'b@example.com')).body.response.status).toBe('complete');
  });
});

describe('bot protection', () => {
  const create = (instance: string, form: Record<string, string>) =>
    nativeClient(clerk.url, instance).send('POST', SIGN_UPS, form);

  test('shows its Turnstile key and lets native clients through, judging what they send', async () => {
    const { environment } = await configure('test_bots', {
      captchaSiteKey: '1x00000000000000000000AA',
    });
    expect(environment).toMatchObject({
      display_config: {
        captcha_public_key: '1x00000000000000000000AA',
        captcha_provider: 'turnstile',
        captcha_widget_type: 'smart',
      },
      user_settings: { sign_up: { captcha_enabled: true } },
    });
    expect((await create('test_bots', {})).status).toBe(200);
    expect((await create('test_bots', { captcha_token: 'forged' })).error).toBe('captcha_invalid');
  });

  test('asked of native clients too, it wants a good token and says what is wrong', async () => {
    const settings = { captchaSiteKey: '1x00000000000000000000AA', captchaOnNative: true };
    await configure('test_strict', settings);
    const errors = [];
    for (const form of [{}, { captcha_error: '300030' }, { captcha_token: 'forged' }]) {
      const answer = await create('test_strict', form as Record<string, string>);
      errors.push([answer.status, answer.error]);
    }
    expect(errors).toEqual([
      [400, 'captcha_missing_token'],
      [400, 'captcha_invalid'],
      [400, 'captcha_invalid'],
    ]);
    const good = await create('test_strict', { captcha_token: 'XXXX.DUMMY.TOKEN.XXXX' });
    expect(good.status).toBe(200);
  });

  test('off, a token sent all the same is refused', async () => {
    const answer = await create('test_open', { captcha_token: 'XXXX.DUMMY.TOKEN.XXXX' });
    expect([answer.status, answer.error]).toEqual([400, 'captcha_not_enabled']);
  });
});

describe('Device Trust', () => {
  const instance = 'test_trust';

  test('a right password on a new device needs a code; on a known one it does not', async () => {
    await configure(instance, { clientTrust: true });
    const email = 'trust@example.com';
    const owner = nativeClient(clerk.url, instance);
    const made = await owner.send('POST', SIGN_UPS, {
      email_address: email,
      password: PASSWORD,
      strategy: 'email_code',
    });
    await owner.send('POST', `${SIGN_UPS}/${made.body.response.id}/attempt_verification`, {
      strategy: 'email_code',
      code: await clerk.codeFor(email),
    });
    await owner.send('DELETE', '/v1/client/sessions');
    const form = { identifier: email, password: PASSWORD };
    const known = await owner.send('POST', SIGN_INS, form);
    expect(known.body.response).toMatchObject({ status: 'complete', client_trust_state: 'known' });

    const stranger = nativeClient(clerk.url, instance);
    const { response } = (await stranger.send('POST', SIGN_INS, form)).body;
    expect(response).toMatchObject({
      status: 'needs_client_trust',
      client_trust_state: 'new',
      created_session_id: null,
      first_factor_verification: { status: 'verified', strategy: 'password' },
      supported_second_factors: [{ strategy: 'email_code' }],
    });
    const path = `${SIGN_INS}/${response.id}`;
    const attempt = (code: string) =>
      stranger.send('POST', `${path}/attempt_second_factor`, { strategy: 'email_code', code });
    expect((await attempt('424242')).error).toBe('verification_missing');
    const prepared = await stranger.send('POST', `${path}/prepare_second_factor`, {
      strategy: 'email_code',
      email_address_id: response.supported_second_factors[0].email_address_id,
    });
    expect(prepared.body.response.second_factor_verification.status).toBe('unverified');
    expect((await attempt('000000')).error).toBe('form_code_incorrect');
    const done = await attempt(await clerk.codeFor(email));
    expect(done.body.response).toMatchObject({ status: 'complete', client_trust_state: 'known' });
    expect((await attempt('000000')).error).toBe('verification_already_verified');
  });

  test('a code as first factor, or a user who may bypass it, is enough', async () => {
    const email = 'bypass@example.com';
    const { users } = createClerkClient({ secretKey: `sk_${instance}`, apiUrl: clerk.url });
    const user = await users.createUser({ emailAddress: [email], password: PASSWORD });
    expect((await withPassword(instance, email)).body.response.status).toBe('needs_client_trust');
    const client = nativeClient(clerk.url, instance);
    const started = await client.send('POST', SIGN_INS, {
      identifier: email,
      strategy: 'email_code',
    });
    const path = `${SIGN_INS}/${started.body.response.id}`;
    const early = await client.send('POST', `${path}/prepare_second_factor`, {
      strategy: 'email_code',
    });
    expect(early.error).toBe('client_state_invalid');
    const code = await clerk.codeFor(email);
    const done = await client.send('POST', `${path}/attempt_first_factor`, {
      strategy: 'email_code',
      code,
    });
    expect(done.body.response.status).toBe('complete');
    const answer = await fetch(`${clerk.url}/v1/users/${user.id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer sk_${instance}` },
      body: JSON.stringify({ bypass_client_trust: true }),
    });
    expect(answer.status).toBe(200);
    expect((await withPassword(instance, email)).body.response.status).toBe('complete');
  });
});

describe('lockout', () => {
  test('wrong passwords and codes together lock the user, for as long as the instance says', async () => {
    const instance = 'test_locks';
    await configure(instance, { lockoutAttempts: 3, lockoutMinutes: 10 });
    const email = 'lock+clerk_test@example.com';
    const { body } = await nativeClient(clerk.url, instance).signUp(email, { password: PASSWORD });
    const { users } = createClerkClient({ secretKey: `sk_${instance}`, apiUrl: clerk.url });
    const shown = () => users.getUser(body.response.created_user_id);
    const wrong = () => withPassword(instance, email, 'a wrong password');

    expect((await wrong()).error).toBe('form_password_incorrect');
    expect((await shown()).raw?.verification_attempts_remaining).toBe(2);
    expect((await withPassword(instance, email)).body.response.status).toBe('complete');
    expect((await shown()).raw?.verification_attempts_remaining).toBe(3);

    const client = nativeClient(clerk.url, instance);
    const form = { identifier: email, strategy: 'email_code' };
    const started = await client.send('POST', SIGN_INS, form);
    const path = `${SIGN_INS}/${started.body.response.id}/attempt_first_factor`;
    const code = { strategy: 'email_code', code: '000000' };
    expect((await client.send('POST', path, code)).error).toBe('form_code_incorrect');
    expect((await wrong()).error).toBe('form_password_incorrect');
    const last = await wrong();
    expect([last.status, last.error]).toEqual([403, 'user_locked']);
    const { raw } = await shown();
    expect(raw).toMatchObject({ locked: true, verification_attempts_remaining: 0 });
    expect(raw?.lockout_expires_in_seconds).toBeGreaterThan(590);
    expect((await withPassword(instance, email)).error).toBe('user_locked');
    const right = { strategy: 'email_code', code: '424242' };
    expect((await client.send('POST', path, right)).error).toBe('user_locked');

    clerk.clock.advance(10 * 60_000);
    expect((await withPassword(instance, email)).body.response.status).toBe('complete');
    expect((await shown()).locked).toBe(false);
  });

  test('the Backend API locks and unlocks, and its own password check counts nothing', async () => {
    const instance = 'test_locks';
    const email = ['admin@example.com'];
    const { users } = createClerkClient({ secretKey: `sk_${instance}`, apiUrl: clerk.url });
    const { id } = await users.createUser({ emailAddress: email, password: PASSWORD });
    for (let i = 0; i < 4; i++) {
      const check = users.verifyPassword({ userId: id, password: 'wrong' });
      await expect(check).rejects.toMatchObject({ status: 422 });
    }
    expect((await users.getUser(id)).raw?.verification_attempts_remaining).toBe(3);
    expect((await users.lockUser(id)).locked).toBe(true);
    expect((await withPassword(instance, 'admin@example.com')).error).toBe('user_locked');
    expect((await users.unlockUser(id)).locked).toBe(false);
    expect((await withPassword(instance, 'admin@example.com')).status).toBe(200);
  });
});
