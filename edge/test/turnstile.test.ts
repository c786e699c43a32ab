import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { verifyTurnstile } from '../src/providers/turnstile/siteverify.ts';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';
import { ORIGIN, Page } from './sign-in.ts';

const deps = await createDeps(env as unknown as Bindings);
/** Cloudflare's keys for tests: a widget that lets everybody pass, and one that lets nobody. */
const OPEN = {
  siteKey: '1x00000000000000000000AA',
  secretKey: '1x0000000000000000000000000000000AA',
};
const SHUT = {
  siteKey: '2x00000000000000000000AB',
  secretKey: '2x0000000000000000000000000000000AA',
};
const SOLVED = { 'x-dream-turnstile': 'XXXX.DUMMY.TOKEN.XXXX' };
const UNKNOWN = { siteKey: OPEN.siteKey, secretKey: '0x4AAAAAAAnot-a-key-of-cloudflare' };

let people = 0;
const newEmail = () => `human${(people += 1)}.${Date.now()}+clerk_test@example.com`;
const pathOf = ({ id, mode }: TestEnvironment) => `/api/projects/${id}/${mode}/turnstile`;

async function guarded(keys: typeof OPEN): Promise<TestEnvironment> {
  const shop = await createEnvironment();
  await manage('PUT', pathOf(shop), keys);
  return shop;
}

/** Asks for a code as a page does that has solved the check, or has not. */
async function askForCode({ pk }: TestEnvironment, headers: Record<string, string> = {}) {
  const page = new Page(pk);
  const begun = await page.send('client/sign_ups', { email_address: newEmail() });
  const path = `/__clerk/${pk}/v1/client/sign_ups/${begun.body.response.id}/prepare_verification`;
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  return call('POST', path, {
    headers: { origin: ORIGIN, authorization: page.token, ...type, ...headers },
    body: 'strategy=email_code',
  });
}

const tryPassword = ({ pk }: TestEnvironment, headers: Record<string, string> = {}) =>
  call('POST', `/api/sessions/password?pk=${pk}`, {
    headers,
    body: { email: newEmail(), password: 'a guess' },
  });

describe('an environment with a Turnstile widget', () => {
  it('mails a code and tries a password only for those who solved the check', async () => {
    const shop = await guarded(OPEN);
    for (const refused of [await askForCode(shop), await tryPassword(shop)]) {
      expect(refused.status).toBe(403);
      expect(refused.body).toMatchObject({ code: 'bot_check_failed', siteKey: OPEN.siteKey });
    }
    expect((await askForCode(shop, SOLVED)).status).toBe(200);
    expect((await tryPassword(shop, SOLVED)).body.code).toBe('credentials_wrong');
  });

  it('refuses those Cloudflare takes for bots, and a token that is none', async () => {
    const shop = await guarded(SHUT);
    const endless = { 'x-dream-turnstile': 'x'.repeat(5_000) };
    for (const headers of [SOLVED, endless]) {
      expect((await askForCode(shop, headers)).body.code).toBe('bot_check_failed');
      expect((await tryPassword(shop, headers)).body.code).toBe('bot_check_failed');
    }
  });

  it('does not let bots use up the passwords somebody may try', async () => {
    const shop = await guarded(SHUT);
    const body = { email: newEmail(), password: 'a guess' };
    const tries = Array.from({ length: 12 }, () =>
      call('POST', `/api/sessions/password?pk=${shop.pk}`, { body, headers: SOLVED }),
    );
    expect(new Set((await Promise.all(tries)).map((answer) => answer.body.code))).toEqual(
      new Set(['bot_check_failed']),
    );
    await manage('DELETE', pathOf(shop));
    const open = await call('POST', `/api/sessions/password?pk=${shop.pk}`, { body });
    expect(open.body.code).toBe('credentials_wrong');
  });

  it('tells pages the site key, lets them send the header, and is open again without one', async () => {
    const shop = await guarded(OPEN);
    const siteKey = async () =>
      (await call('GET', `/api/bootstrap?pk=${shop.pk}`)).body.signIn.turnstileSiteKey;
    expect(await siteKey()).toBe(OPEN.siteKey);
    const preflight = await call('OPTIONS', '/api/sessions/password', {
      headers: { origin: ORIGIN },
    });
    expect(preflight.headers.get('access-control-allow-headers')).toContain('X-Dream-Turnstile');
    expect(await manage('DELETE', pathOf(shop))).toEqual({ turnstile: null });
    expect(await manage('DELETE', pathOf(shop))).toEqual({ turnstile: null });
    expect(await siteKey()).toBeNull();
    expect((await askForCode(shop)).status).toBe(200);
  });
});

describe('the secret key of a widget', () => {
  it('is shown by its last characters only, and kept sealed', async () => {
    const shop = await guarded(OPEN);
    const { turnstile } = await manage('GET', pathOf(shop));
    expect(turnstile).toEqual({
      siteKey: OPEN.siteKey,
      secretKeyHint: '00AA',
      setAtMs: expect.any(Number),
    });
    const ref = { projectId: shop.id, mode: shop.mode };
    const rows = await runInDurableObject(deps.project(ref), (_object, { storage }) =>
      JSON.stringify(storage.sql.exec('SELECT * FROM turnstile').toArray()),
    );
    expect(rows).toContain(OPEN.siteKey);
    expect(rows).not.toContain(OPEN.secretKey);
    const { entries } = await manage('GET', `/api/projects/${shop.id}/test/audit`);
    expect(entries[0]).toMatchObject({ action: 'turnstile.set', subject: OPEN.siteKey });
  });

  it('is refused when Cloudflare does not know it, and the old one stays', async () => {
    const shop = await guarded(OPEN);
    const refused = await call('PUT', pathOf(shop), { key: OPERATOR, body: UNKNOWN });
    expect([refused.status, refused.body.code]).toEqual([400, 'turnstile_key_invalid']);
    expect((await askForCode(shop, SOLVED)).status).toBe(200);
  });

  it('is refused in live mode when it is one for tests, which lets everybody in', async () => {
    const shop = await createEnvironment('live');
    const refused = await call('PUT', pathOf(shop), { key: OPERATOR, body: OPEN });
    expect(refused.body).toMatchObject({
      code: 'turnstile_key_invalid',
      reason: 'A test key lets everybody in.',
    });
  });
});

describe('Cloudflare', () => {
  it.each(['http://127.0.0.1:1', `${deps.config.clerk.apiUrl}/inbox`])(
    'at %s gives no answer, and that is no yes',
    async (url) => {
      await expect(verifyTurnstile(url, OPEN.secretKey, 'token', null)).rejects.toMatchObject({
        code: 'provider_unavailable',
      });
    },
  );
});
