import { createClerkClient, verifyToken } from '@clerk/backend';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nativeClient, startTestClerk, type TestClerk } from './test-clerk.ts';

let clerk: TestClerk;
beforeAll(async () => {
  clerk = await startTestClerk();
});
afterAll(() => clerk.close());

/** The real SDK against the stand-in, as the application `name` in test mode. */
function backend(name: string) {
  return createClerkClient({ secretKey: `sk_test_${name}`, apiUrl: clerk.url });
}

/** Signs in with a ticket, as a client new to the instance. */
function redeem(ticket: string) {
  const form = { strategy: 'ticket', ticket };
  return nativeClient(clerk.url, 'test_tickets').send('POST', '/v1/client/sign_ins', form);
}

/** What the SDK sends beyond its published types; Clerk wants it for users without e-mail. */
const WITHOUT_EMAIL = { skipUserRequirement: true };

async function refusal(promise: Promise<unknown>) {
  const error = await promise.then(
    () => null,
    (thrown: { status: number; errors: { code: string; meta?: { paramName?: string } }[] }) =>
      thrown,
  );
  return [error?.status, error?.errors[0]?.code];
}

describe('the instance', () => {
  test.each([
    ['test', 'development'],
    ['live', 'production'],
  ])('says of a %s key what it is of, and where its Frontend API is', async (mode, type) => {
    const secretKey = `sk_${mode}_itself`;
    const { instance, domains } = createClerkClient({ secretKey, apiUrl: clerk.url });
    const { data, totalCount } = await domains.list();
    expect(await instance.get()).toMatchObject({ environmentType: type, allowedOrigins: null });
    expect([data.length, totalCount]).toEqual([1, 1]);
    expect(data[0]).toMatchObject({
      isSatellite: false,
      frontendApiUrl: `${clerk.url}/fapi/${mode}_itself`,
    });
  });
});

test('an e-mail address is given to a user, as the primary one, and taken away again', async () => {
  const { users, emailAddresses } = backend('addresses');
  const { id: userId, primaryEmailAddressId } = await users.createUser({
    emailAddress: ['old@example.com'],
  });
  const added = await emailAddresses.createEmailAddress({
    userId,
    emailAddress: 'New@example.com',
    verified: true,
    primary: true,
  });
  expect(added).toMatchObject({ emailAddress: 'new@example.com' });
  expect((await users.getUser(userId)).primaryEmailAddress?.emailAddress).toBe('new@example.com');
  await emailAddresses.deleteEmailAddress(String(primaryEmailAddressId));
  expect((await users.getUser(userId)).emailAddresses).toHaveLength(1);
  const taken = users.createUser({ emailAddress: ['new@example.com'] });
  expect(await refusal(taken)).toEqual([422, 'form_identifier_exists']);
  expect((await users.createUser({ emailAddress: ['old@example.com'] })).id).not.toBe(userId);
});

describe('users', () => {
  test('a user without e-mail has a unique username and a password', async () => {
    const { users } = backend('passwords');
    const made = await users.createUser({
      username: 'cust_0abcDEF',
      password: 'correct horse battery',
      ...WITHOUT_EMAIL,
    });
    expect(made).toMatchObject({
      username: 'cust_0abcdef',
      passwordEnabled: true,
      emailAddresses: [],
      primaryEmailAddressId: null,
    });
    const again = users.createUser({ username: 'CUST_0abcdef', ...WITHOUT_EMAIL });
    expect(await refusal(again)).toEqual([422, 'form_identifier_exists']);
  });

  test('a user without e-mail is refused unless the requirement is skipped', async () => {
    const { users } = backend('passwords');
    expect(await refusal(users.createUser({ username: 'someone' }))).toEqual([
      422,
      'form_data_missing',
    ]);
    expect(await refusal(users.createUser(WITHOUT_EMAIL))).toEqual([422, 'form_data_missing']);
  });

  test('verify_password says yes to the password and 422 to any other', async () => {
    const { users } = backend('passwords');
    const { id } = await users.createUser({
      username: 'cust_verify',
      password: 'correct horse battery',
      ...WITHOUT_EMAIL,
    });
    const yes = await users.verifyPassword({ userId: id, password: 'correct horse battery' });
    expect(yes).toEqual({ verified: true });
    const no = users.verifyPassword({ userId: id, password: 'correct horse batter' });
    expect(await refusal(no)).toEqual([422, 'incorrect_password']);
    await users.updateUser(id, { password: 'another good one' });
    const old = users.verifyPassword({ userId: id, password: 'correct horse battery' });
    expect(await refusal(old)).toEqual([422, 'incorrect_password']);
    const ghost = users.verifyPassword({ userId: 'user_ghost', password: 'x' });
    expect(await refusal(ghost)).toEqual([404, 'resource_not_found']);
  });

  test('weak and breached passwords are refused unless checks are skipped', async () => {
    const { users } = backend('passwords');
    const make = (password: string, extra = {}) =>
      users.createUser({ username: 'cust_weak', password, ...WITHOUT_EMAIL, ...extra });
    expect(await refusal(make('short'))).toEqual([422, 'form_password_length_too_short']);
    expect(await refusal(make('password123'))).toEqual([422, 'form_password_pwned']);
    expect((await make('password123', { skipPasswordChecks: true })).username).toBe('cust_weak');
  });

  test('lists filter by e-mail, username and id, page, and count', async () => {
    const { users } = backend('lists');
    const ids: string[] = [];
    for (const name of ['anna', 'berta', 'clara']) {
      const made = await users.createUser({
        emailAddress: [`${name}@example.com`],
        username: name,
        firstName: name,
      });
      ids.unshift(made.id);
    }
    expect((await users.getUserList()).data.map(({ id }) => id)).toEqual(ids);
    expect((await users.getUserList({ limit: 1, offset: 1 })).data[0]?.id).toBe(ids[1]);
    const found = await users.getUserList({ emailAddress: ['BERTA@example.com'] });
    expect(found).toMatchObject({ totalCount: 1, data: [{ username: 'berta' }] });
    expect((await users.getUserList({ username: ['clara', 'anna'] })).totalCount).toBe(2);
    expect((await users.getUserList({ userId: [ids[0] ?? ''] })).data[0]?.username).toBe('clara');
    expect((await users.getUserList({ orderBy: '+username' })).data[0]?.username).toBe('anna');
    expect(await users.getCount({ query: 'bert' })).toBe(1);
  });

  test('metadata merges deeply, null removes, and updateUser replaces it', async () => {
    const { users } = backend('metadata');
    const { id } = await users.createUser({
      emailAddress: ['meta@example.com'],
      privateMetadata: { plan: { name: 'free', seats: 1 }, note: 'x' },
    });
    const merged = await users.updateUserMetadata(id, {
      privateMetadata: { plan: { seats: 2 }, note: null },
    });
    expect(merged.privateMetadata).toEqual({ plan: { name: 'free', seats: 2 } });
    const replaced = await users.updateUser(id, { firstName: 'Meta', publicMetadata: { a: 1 } });
    expect(replaced).toMatchObject({ firstName: 'Meta', publicMetadata: { a: 1 } });
    expect((await users.getUser(id)).privateMetadata).toEqual({
      plan: { name: 'free', seats: 2 },
    });
  });

  test('a deleted user is gone and frees its identifiers', async () => {
    const { users } = backend('deleted');
    const params = { emailAddress: ['gone@example.com'], username: 'gone-user' };
    const { id } = await users.createUser(params);
    expect(await users.deleteUser(id)).toMatchObject({ id, deleted: true });
    expect(await refusal(users.getUser(id))).toEqual([404, 'resource_not_found']);
    expect((await users.createUser(params)).id).not.toBe(id);
  });

  test('a ban ends sessions and stops sign-in until it is lifted', async () => {
    const { users, sessions } = backend('banned');
    const native = nativeClient(clerk.url, 'test_banned');
    const signedUp = await native.signUp('ban+clerk_test@example.com');
    const userId = signedUp.body.response.created_user_id;
    const sessionId = signedUp.body.response.created_session_id;
    expect((await users.banUser(userId)).banned).toBe(true);
    expect((await sessions.getSession(sessionId)).status).toBe('revoked');
    const form = { identifier: 'ban+clerk_test@example.com' };
    expect((await native.send('POST', '/v1/client/sign_ins', form)).error).toBe('user_banned');
    await users.unbanUser(userId);
    expect((await native.send('POST', '/v1/client/sign_ins', form)).error).toBeNull();
  });

  test('a parameter Clerk does not know is refused', async () => {
    const answer = await fetch(`${clerk.url}/v1/users`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_lists', 'content-type': 'application/json' },
      body: JSON.stringify({ email_address: ['x@example.com'], plan: 'pro' }),
    });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      errors: [{ code: 'form_param_unknown', meta: { param_name: 'plan' } }],
      clerk_trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });
});

describe('sessions, clients and tokens', () => {
  test('lists, gets, mints and revokes a session that clerk-js made', async () => {
    const { sessions, clients, users } = backend('sessions');
    const native = nativeClient(clerk.url, 'test_sessions');
    const { body } = await native.signUp('sess+clerk_test@example.com');
    const { created_session_id: sessionId, created_user_id: userId } = body.response;

    const list = await sessions.getSessionList({ userId, status: 'active' });
    expect(list).toMatchObject({ totalCount: 1, data: [{ id: sessionId, userId }] });
    expect(await clients.verifyClient(native.token)).toMatchObject({ sessionIds: [sessionId] });
    expect((await users.getUser(userId)).primaryEmailAddress?.verification?.status).toBe(
      'verified',
    );

    const { jwt } = await sessions.getToken(sessionId);
    const claims = await verifyToken(jwt, { secretKey: 'sk_test_sessions', apiUrl: clerk.url });
    expect(claims).toMatchObject({ sub: userId, sid: sessionId, v: 2, sts: 'active' });
    expect(claims.exp - claims.iat).toBe(60);
    expect(claims.iss).toBe(`${clerk.url}/fapi/test_sessions`);
    expect(claims.azp).toBeUndefined();

    expect((await sessions.revokeSession(sessionId)).status).toBe('revoked');
    const minted = await native.send('POST', `/v1/client/sessions/${sessionId}/tokens`);
    expect([minted.status, minted.error]).toEqual([401, 'signed_out']);
  });

  test('the published PEM key verifies tokens without a request', async () => {
    const native = nativeClient(clerk.url, 'test_pem');
    const { body } = await native.signUp('pem+clerk_test@example.com');
    const token = body.client.sessions[0].last_active_token.jwt;
    const { jwtKey } = await clerk.control('PUT', 'instances', { instance: 'test_pem' });
    const claims = await verifyToken(token, { jwtKey: String(jwtKey) });
    expect(claims.sub).toBe(body.response.created_user_id);
    const other = await clerk.control('PUT', 'instances', { instance: 'test_other' });
    await expect(verifyToken(token, { jwtKey: String(other.jwtKey) })).rejects.toThrow('signature');
  });

  test('a sign-in token signs in once and can be revoked before', async () => {
    const { users, signInTokens } = backend('tickets');
    const { id } = await users.createUser({ emailAddress: ['ticket@example.com'] });
    const issue = () => signInTokens.createSignInToken({ userId: id, expiresInSeconds: 60 });
    const first = await issue();
    expect((await redeem(first.token)).body.response).toMatchObject({ status: 'complete' });
    expect((await redeem(first.token)).error).toBe('sign_in_token_already_used_code');
    const second = await issue();
    expect((await signInTokens.revokeSignInToken(second.id)).status).toBe('revoked');
    expect((await redeem(second.token)).error).toBe('sign_in_token_revoked_code');
    expect((await redeem('no.such.ticket')).error).toBe('ticket_invalid_code');
  });

  test('redirect URLs and testing tokens do what the SDK expects', async () => {
    const { redirectUrls, testingTokens } = backend('rest');
    const made = await redirectUrls.createRedirectUrl({ url: 'https://edge.example/landed' });
    expect((await redirectUrls.getRedirectUrl(made.id)).url).toBe('https://edge.example/landed');
    expect((await redirectUrls.getRedirectUrlList()).totalCount).toBe(1);
    await redirectUrls.deleteRedirectUrl(made.id);
    expect((await redirectUrls.getRedirectUrlList()).data).toEqual([]);
    expect((await testingTokens.createTestingToken()).token).toMatch(/^\d+-c_/);
  });
});

describe('instances', () => {
  test('share nothing: users, clients and keys of one do not exist in another', async () => {
    const { id } = await backend('one').users.createUser({ emailAddress: ['both@example.com'] });
    expect(await refusal(backend('two').users.getUser(id))).toEqual([404, 'resource_not_found']);
    await backend('two').users.createUser({ emailAddress: ['both@example.com'] });

    const native = nativeClient(clerk.url, 'test_one');
    await native.signUp('one+clerk_test@example.com');
    const stranger = nativeClient(clerk.url, 'test_two');
    stranger.token = native.token;
    expect((await stranger.send('GET', '/v1/client')).body).toEqual({
      response: null,
      client: null,
    });
  });

  test('a missing or malformed secret key is refused', async () => {
    const url = `${clerk.url}/v1/users`;
    expect((await fetch(url)).status).toBe(401);
    const odd = await fetch(url, { headers: { authorization: 'Bearer sk_prod_x' } });
    expect(odd.status).toBe(401);
    expect(await odd.json()).toMatchObject({ errors: [{ code: 'clerk_key_invalid' }] });
  });

  test('the control API names the keys of an instance', async () => {
    const made = await clerk.control('PUT', 'instances', { instance: 'live_shop' });
    expect(made).toMatchObject({
      secretKey: 'sk_live_shop',
      publishableKey: expect.stringMatching(/^pk_live_/),
      frontendApi: `${clerk.url}/fapi/live_shop`,
    });
    const { instances } = await clerk.control('GET', 'instances');
    expect(instances).toContainEqual(made);
    const host = Buffer.from(String(made.publishableKey).slice('pk_live_'.length), 'base64');
    expect(host.toString()).toBe('shop.live.clerk.localhost$');
  });
});
