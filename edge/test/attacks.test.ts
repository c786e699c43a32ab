import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { deps } from './billing-shop.ts';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';
import { Page } from './sign-in.ts';

let people = 0;
const newEmail = () => `mallory${(people += 1)}.${Date.now()}+clerk_test@example.com`;
const PASSWORD = 'correct horse battery staple';

async function signedIn({ pk }: TestEnvironment, email = newEmail()) {
  const page = new Page(pk);
  await page.proveEmail(email);
  const answer = await page.exchange();
  expect(answer.status).toBe(200);
  return { ...answer.body, page, email };
}

const byPassword = (pk: string, email: string, password = PASSWORD) =>
  call('POST', `/api/sessions/password?pk=${pk}`, { body: { email, password } });

describe('a page that talks to Clerk through the edge', () => {
  it('cannot try passwords there, past our limit of tries', async () => {
    const shop = await createEnvironment();
    const { customer, accessToken } = await signedIn(shop);
    const body = { password: PASSWORD };
    expect((await call('PUT', '/api/me/password', { key: accessToken, body })).status).toBe(200);
    const page = new Page(shop.pk);
    const identifier = customer.id;
    const begun = await page.send('client/sign_ins', { identifier });
    const tries = [
      await page.send('client/sign_ins', { identifier, password: PASSWORD }),
      await page.send('client/sign_ins', { identifier, strategy: 'password', password: PASSWORD }),
      await page.send(`client/sign_ins/${begun.body.response.id}/attempt_first_factor`, {
        strategy: 'password',
        password: PASSWORD,
      }),
    ];
    for (const { body: answer } of tries) expect(answer.code).toBe('proxy_path_not_allowed');
    expect((await page.exchange()).body.code).toBe('identity_not_proved');
  });

  it('proves a person once: the same attempt sent again opens nothing', async () => {
    const shop = await createEnvironment();
    const page = new Page(shop.pk);
    const { response } = await page.proveEmail(newEmail());
    expect((await page.exchange()).status).toBe(200);
    const form = { strategy: 'email_code', code: '424242' };
    await page.send(`client/sign_ups/${response.id}/attempt_verification`, form);
    expect((await page.exchange()).body.code).toBe('identity_not_proved');
  });

  it('gets no JWT that Clerk would take, and no client token', async () => {
    const shop = await createEnvironment();
    const page = new Page(shop.pk);
    const proved = await page.proveEmail(newEmail());
    const jwts = JSON.stringify(proved).match(/ey[\w-]+\.[\w-]+\.[\w-]+/g) ?? [];
    for (const jwt of jwts) {
      expect(jwt).toMatch(/\.A+$/);
      expect((await page.exchange(jwt)).body.code).toBe('identity_not_proved');
    }
    expect(page.token).toMatch(/^sealed\./);
  });

  it('cannot bring a token of its own: one that Clerk itself gave is an anonymous visitor', async () => {
    const { frontendUrl } = deps.config.clerk.test;
    let token = '';
    const atClerk = async (path: string, form?: Record<string, string>): Promise<any> => {
      const answer = await fetch(`${frontendUrl}/v1/${path}?_is_native=1`, {
        headers: { authorization: token },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      });
      token = answer.headers.get('authorization') ?? token;
      return answer.json();
    };
    const { id } = (await atClerk('client/sign_ups', { email_address: newEmail() })).response;
    const form = { strategy: 'email_code' };
    await atClerk(`client/sign_ups/${id}/prepare_verification`, form);
    await atClerk(`client/sign_ups/${id}/attempt_verification`, { ...form, code: '424242' });
    expect((await atClerk('client')).response.sessions).toHaveLength(1);
    const page = new Page((await createEnvironment()).pk);
    page.token = token;
    const { status, body } = await page.send('client', {}, 'GET');
    expect([status, body.response?.sessions ?? []]).toEqual([200, []]);
  });
});

describe('a made-up Origin', () => {
  it('opens nothing: what was proved for one project is nothing at another', async () => {
    const [victim, attacker] = await Promise.all([createEnvironment(), createEnvironment()]);
    const origin = 'https://victim.example';
    const page = new Page(attacker.pk, origin);
    await page.proveEmail(newEmail());
    const answer = await new Page(victim.pk, origin).exchange(page.token);
    expect(answer.body.code).toBe('identity_not_proved');
  });

  it('is refused in live mode by the proxy, and none at all proves nothing', async () => {
    const live = await createEnvironment('live');
    const refused = await new Page(live.pk, 'https://elsewhere.example').send('client/sign_ups', {
      email_address: newEmail(),
    });
    expect(refused.body.code).toBe('origin_not_allowed');
    const none = await exports.default.fetch(
      new Request(`https://edge.test/__clerk/${live.pk}/v1/client`),
    );
    expect(none.status).toBe(403);
  });
});

describe('a tenant that planted an e-mail and a password', () => {
  it('has nothing left of them when their owner proves the address', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const body = { email, password: PASSWORD, externalId: 'mallory' };
    const made = await call('POST', '/api/customers', { key: shop.sk, body });
    const planted = (await byPassword(shop.pk, email)).body;
    await call('POST', '/api/usage', { key: shop.sk, user: 'mallory' });
    const owner = await signedIn(shop, email);
    expect(owner.customer).toMatchObject({
      id: made.body.customer.id,
      externalId: null,
      hasPassword: false,
    });
    const refreshToken = { refreshToken: planted.refreshToken };
    const codes = [
      await call('GET', '/api/me', { key: planted.accessToken }),
      await call('PUT', '/api/me/password', {
        key: planted.accessToken,
        body: { password: PASSWORD },
      }),
      await call('POST', `/api/sessions/refresh?pk=${shop.pk}`, { body: refreshToken }),
      await byPassword(shop.pk, email),
    ].map((answer) => answer.body.code);
    expect(codes).toEqual(['session_ended', 'session_ended', 'session_ended', 'credentials_wrong']);
    const mallory = await call('GET', '/api/usage', { key: shop.sk, user: 'mallory' });
    expect(mallory.body.userId).not.toBe(owner.customer.id);
    const session = await call('POST', '/api/sessions', {
      key: shop.sk,
      body: { externalId: 'mallory' },
    });
    expect(session.body.customer.id).toBe(mallory.body.userId);
  });

  it('keeps nothing by trying at the moment the owner proves it', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    await call('POST', '/api/customers', {
      key: shop.sk,
      body: { email, password: PASSWORD, externalId: 'mallory' },
    });
    const mine = () =>
      call('POST', '/api/sessions', { key: shop.sk, body: { externalId: 'mallory' } });
    const page = new Page(shop.pk);
    await page.proveEmail(email);
    const [owner, ...tries] = await Promise.all([
      page.exchange(),
      ...Array.from({ length: 5 }, () => byPassword(shop.pk, email)),
      ...Array.from({ length: 5 }, mine),
    ]);
    expect(owner?.status).toBe(200);
    for (const { status, body } of tries) {
      if (status !== 200) continue;
      const me = await call('GET', '/api/me', { key: body.accessToken });
      expect(me.body.customer?.id).not.toBe(owner?.body.customer.id);
    }
  });

  it('cannot set a password at the moment the owner proves it', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    await call('POST', '/api/customers', { key: shop.sk, body: { email, externalId: 'mallory' } });
    const mine = await call('POST', '/api/sessions', {
      key: shop.sk,
      body: { externalId: 'mallory' },
    });
    const page = new Page(shop.pk);
    await page.proveEmail(email);
    const [owner] = await Promise.all([
      page.exchange(),
      call('PUT', '/api/me/password', {
        key: mine.body.accessToken,
        body: { password: PASSWORD },
      }),
    ]);
    expect(owner.body.customer.id).toBe(mine.body.customer.id);
    expect((await byPassword(shop.pk, email)).body.code).toBe('credentials_wrong');
  });

  it('at one project opens nothing of the same person at another', async () => {
    const [one, two] = await Promise.all([createEnvironment(), createEnvironment()]);
    const email = newEmail();
    await call('POST', '/api/customers', { key: one.sk, body: { email, password: PASSWORD } });
    const owner = await signedIn(two, email);
    expect((await byPassword(two.pk, email)).body.code).toBe('credentials_wrong');
    expect((await byPassword(one.pk, email)).body.customer.id).not.toBe(owner.customer.id);
  });
});

describe('a session', () => {
  it('made by key is not to be had for another tenant’s customer, nor with its own id beside', async () => {
    const [one, two] = await Promise.all([createEnvironment(), createEnvironment()]);
    const { customer } = await signedIn(one);
    for (const more of [{}, { externalId: 'mallory' }]) {
      const answer = await call('POST', '/api/sessions', {
        key: two.sk,
        body: { customer: customer.id, ...more },
      });
      expect(answer.body.code).toBe('customer_not_found');
    }
  });

  it('made by key is not to be had at the platform', async () => {
    await manage('POST', '/api/projects', {
      id: 'prj_dream',
      name: 'dream',
      ownerEmail: 'us@example.com',
    });
    const { secret } = await manage('POST', '/api/projects/prj_dream/live/keys', {});
    const answer = await call('POST', '/api/sessions', {
      key: secret,
      body: { externalId: 'ada' },
    });
    expect(answer.body.code).toBe('platform_protected');
  });

  it('is neither refreshed nor ended by refresh tokens that were made up from an old one', async () => {
    const shop = await createEnvironment();
    const { refreshToken } = await signedIn(shop);
    const refresh = (token: string) =>
      call('POST', `/api/sessions/refresh?pk=${shop.pk}`, { body: { refreshToken: token } });
    const second = (await refresh(refreshToken)).body.refreshToken;
    const [head, mac] = [refreshToken.slice(0, -54), refreshToken.slice(-52)];
    const made = [1, 2, 9].flatMap((generation) => [
      `${head}${generation}_${mac}`,
      `${head}${generation}_${'0'.repeat(52)}`,
    ]);
    for (const token of [...made, `${head}0_${'0'.repeat(52)}`])
      expect((await refresh(token)).body.code).toBe('token_invalid');
    expect((await refresh(second)).status).toBe(200);
  });

  it('is not ended by its refresh token at another project, nor by a made-up one', async () => {
    const [one, two] = await Promise.all([createEnvironment(), createEnvironment()]);
    const { accessToken, refreshToken } = await signedIn(one);
    const end = (pk: string, token: string) =>
      call('POST', `/api/sessions/end?pk=${pk}`, { body: { refreshToken: token } });
    await end(two.pk, refreshToken);
    await end(one.pk, refreshToken.replace(/.{52}$/, '0'.repeat(52)));
    expect((await call('GET', '/api/me', { key: accessToken })).status).toBe(200);
  });
});
