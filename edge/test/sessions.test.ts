import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { call, createEnvironment, type TestEnvironment } from './harness.ts';
import { Page } from './sign-in.ts';

let people = 0;
const newEmail = () => `ada${(people += 1)}.${Date.now()}+clerk_test@example.com`;

async function signedIn({ pk }: TestEnvironment, email = newEmail()) {
  const page = new Page(pk);
  await page.proveEmail(email);
  const answer = await page.exchange();
  expect(answer.body).toMatchObject({ customer: { email, emailVerified: true } });
  return { ...answer.body, page, email };
}

const refresh = (pk: string, refreshToken: string) =>
  call('POST', `/api/sessions/refresh?pk=${pk}`, { body: { refreshToken } });

describe('signing up in the page', () => {
  it('gives a session by an e-mail code, whose token opens what is the customer’s', async () => {
    const shop = await createEnvironment();
    const { accessToken, customer, isNew, usage } = await signedIn(shop);
    expect([isNew, usage.limit]).toEqual([true, 3]);
    expect((await call('GET', '/api/me', { key: accessToken })).body.customer.id).toBe(customer.id);
    expect((await call('GET', '/api/usage', { key: accessToken })).body.userId).toBe(customer.id);
    const jwks = (await call('GET', '/.well-known/jwks.json')).body;
    const { payload } = await jwtVerify(accessToken, createLocalJWKSet(jwks), {
      issuer: 'https://edge.test',
      audience: shop.pk,
    });
    expect(payload).toMatchObject({ sub: customer.id, plan: 'free', mode: 'test' });
  });

  it('finds the same customer when the same person signs in again', async () => {
    const shop = await createEnvironment();
    const first = await signedIn(shop);
    const again = await signedIn(shop, first.email);
    expect([again.customer.id, again.isNew]).toEqual([first.customer.id, false]);
  });

  it('makes two customers of one person at two tenants', async () => {
    const [one, two] = await Promise.all([createEnvironment(), createEnvironment()]);
    const first = await signedIn(one);
    const second = await signedIn(two, first.email);
    expect(second.isNew).toBe(true);
    expect(second.customer.id).not.toBe(first.customer.id);
  });

  it('proves nothing by a wrong code', async () => {
    const page = new Page((await createEnvironment()).pk);
    await page.proveEmail(newEmail(), '000000');
    expect((await page.exchange()).body.code).toBe('identity_not_proved');
  });

  it('exchanges what was proved once', async () => {
    const { page } = await signedIn(await createEnvironment());
    expect((await page.exchange()).body.code).toBe('identity_not_proved');
  });

  it('opens nothing by a sealed token at another tenant or another origin', async () => {
    const [one, two] = await Promise.all([createEnvironment(), createEnvironment()]);
    const page = new Page(one.pk);
    await page.proveEmail(newEmail());
    expect((await new Page(two.pk).exchange(page.token)).body.code).toBe('identity_not_proved');
    expect(
      (await new Page(one.pk, 'https://elsewhere.example').exchange(page.token)).body.code,
    ).toBe('identity_not_proved');
    expect((await page.exchange()).status).toBe(200);
  });

  it('gives a page no path but those of signing in', async () => {
    const page = new Page((await createEnvironment()).pk);
    expect((await page.send('me', {}, 'GET')).body.code).toBe('proxy_path_not_allowed');
    expect((await page.send('client/sessions/sess_1/tokens', {})).body.code).toBe(
      'proxy_path_not_allowed',
    );
    expect((await page.send('environment', {}, 'GET')).status).toBe(200);
  });
});

describe('passwords', () => {
  it('open the project they were set at, and no other', async () => {
    const [one, two] = await Promise.all([createEnvironment(), createEnvironment()]);
    const { accessToken, email, customer } = await signedIn(one);
    await signedIn(two, email);
    const password = 'correct horse battery staple';
    expect(
      (await call('PUT', '/api/me/password', { key: accessToken, body: { password } })).status,
    ).toBe(200);
    const signIn = (pk: string, given: string) =>
      call('POST', `/api/sessions/password?pk=${pk}`, { body: { email, password: given } });
    expect((await signIn(one.pk, password)).body.customer.id).toBe(customer.id);
    expect((await signIn(one.pk, 'another password')).body.code).toBe('credentials_wrong');
    expect((await signIn(two.pk, password)).body.code).toBe('credentials_wrong');
  });

  it('set by key end when the owner of the address proves it', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const password = 'planted by the tenant';
    const made = await call('POST', '/api/customers', { key: shop.sk, body: { email, password } });
    const planted = await call('POST', `/api/sessions/password?pk=${shop.pk}`, {
      body: { email, password },
    });
    expect(planted.status).toBe(200);
    expect((await signedIn(shop, email)).customer.id).toBe(made.body.customer.id);
    expect((await call('GET', '/api/me', { key: planted.body.accessToken })).body.code).toBe(
      'session_ended',
    );
    expect(
      (await call('POST', `/api/sessions/password?pk=${shop.pk}`, { body: { email, password } }))
        .body.code,
    ).toBe('credentials_wrong');
  });

  it('may be tried ten times in a quarter of an hour', async () => {
    const { pk } = await createEnvironment();
    const body = { email: newEmail(), password: 'guess' };
    const codes: string[] = [];
    for (let tries = 0; tries < 11; tries++)
      codes.push((await call('POST', `/api/sessions/password?pk=${pk}`, { body })).body.code);
    expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'credentials_wrong'));
    expect(codes[10]).toBe('too_many_attempts');
  });
});

describe('a session', () => {
  it('survives racing tabs: the token just replaced gives the same successor again', async () => {
    const shop = await createEnvironment();
    const { refreshToken } = await signedIn(shop);
    const [one, two] = await Promise.all([
      refresh(shop.pk, refreshToken),
      refresh(shop.pk, refreshToken),
    ]);
    expect(one.status).toBe(200);
    expect(two.body.refreshToken).toBe(one.body.refreshToken);
  });

  it('ends when a refresh token older than the one just replaced is used', async () => {
    const shop = await createEnvironment();
    const { refreshToken } = await signedIn(shop);
    const second = (await refresh(shop.pk, refreshToken)).body.refreshToken;
    const third = (await refresh(shop.pk, second)).body;
    expect((await refresh(shop.pk, refreshToken)).body.code).toBe('session_ended');
    expect((await refresh(shop.pk, third.refreshToken)).body.code).toBe('session_ended');
    expect((await call('GET', '/api/me', { key: third.accessToken })).body.code).toBe(
      'session_ended',
    );
  });

  it('ends when the customer signs out, and signing out again is a success', async () => {
    const shop = await createEnvironment();
    const { accessToken, refreshToken } = await signedIn(shop);
    const end = () => call('POST', `/api/sessions/end?pk=${shop.pk}`, { body: { refreshToken } });
    expect((await end()).body).toEqual({ success: true });
    expect((await call('GET', '/api/usage', { key: accessToken })).body.code).toBe('session_ended');
    expect((await end()).body).toEqual({ success: true });
  });

  it('opens nothing of another tenant', async () => {
    const [one, two] = await Promise.all([createEnvironment(), createEnvironment()]);
    const { accessToken, refreshToken } = await signedIn(one);
    expect((await call('GET', `/api/me?pk=${two.pk}`, { key: accessToken })).body.code).toBe(
      'token_invalid',
    );
    expect(
      (await call('POST', '/api/usage', { key: two.sk, headers: { 'x-user-token': accessToken } }))
        .body.code,
    ).toBe('token_invalid');
    expect((await refresh(two.pk, refreshToken)).status).toBe(401);
  });

  it('made by key counts for the customer it names, and is shown once', async () => {
    const { sk } = await createEnvironment();
    const options = {
      key: sk,
      body: { externalId: 'ada' },
      headers: { 'idempotency-key': 'login-1' },
    };
    const made = await call('POST', '/api/sessions', options);
    expect(
      (await call('GET', '/api/me', { key: made.body.accessToken })).body.customer.externalId,
    ).toBe('ada');
    expect((await call('POST', '/api/sessions', options)).body.code).toBe('already_done');
    await call('POST', '/api/usage', {
      key: sk,
      headers: { 'x-user-token': made.body.accessToken },
    });
    expect((await call('GET', '/api/usage', { key: sk, user: 'ada' })).body.usageCount).toBe(1);
  });

  it('is refused with a changed token', async () => {
    const shop = await createEnvironment();
    const { accessToken } = await signedIn(shop);
    expect(
      (await call('GET', '/api/me', { key: `${accessToken.slice(0, -4)}AAAA` })).body.code,
    ).toBe('token_invalid');
  });
});
