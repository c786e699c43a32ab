import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../src/env.ts';
import { createEnvironment, manage, type TestEnvironment } from './harness.ts';
import { ORIGIN, Page } from './sign-in.ts';

const { apiUrl } = parseConfig(env).clerk;

let people = 0;
/** A visitor's network address that nobody had before. */
const newAddress = () => `10.1.${(people += 1) >> 8}.${people & 255}`;
const newEmail = (tag = '') => `eve${(people += 1)}.${Date.now()}${tag}@example.com`;

/** The codes mailed to an address, newest first. */
async function lettersTo(email: string): Promise<{ code: string }[]> {
  const answer = await fetch(`${apiUrl}/inbox.json?email=${encodeURIComponent(email)}`);
  return (await answer.json<{ letters: { code: string }[] }>()).letters;
}

/** A sign-up that was begun, and how to have its code sent: from anywhere, unless said otherwise. */
async function signUp({ pk }: TestEnvironment, email: string, origin = ORIGIN) {
  const page = new Page(pk, origin);
  const { id } = (await page.send('client/sign_ups', { email_address: email })).body.response;
  const path = `client/sign_ups/${id}`;
  const send = async (address = newAddress()) => {
    page.address = address;
    return (await page.send(`${path}/prepare_verification`, { strategy: 'email_code' })).status;
  };
  return { page, path, send };
}

const times = async <T>(count: number, act: () => Promise<T>): Promise<T[]> => {
  const done: T[] = [];
  while (done.length < count) done.push(await act());
  return done;
};

describe('mailed codes', () => {
  it('are three an hour for an address, though asked for again by one attempt', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const { page, path, send } = await signUp(shop, email);
    expect(await times(3, send)).toEqual([200, 200, 200]);
    const fourth = await exports.default.fetch(
      new Request(`https://edge.test/__clerk/${shop.pk}/v1/${path}/prepare_verification`, {
        method: 'POST',
        headers: {
          origin: ORIGIN,
          authorization: page.token,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'strategy=email_code',
      }),
    );
    expect(fourth.status).toBe(429);
    expect(Number(fourth.headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect(await fourth.json()).toMatchObject({ code: 'too_many_attempts' });
    expect(await lettersTo(email)).toHaveLength(3);
  });

  it('are asked for by one visitor twice, so that a stranger alone shuts nobody out', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const email = newEmail();
    const stranger = newAddress();
    const [one, two] = [await signUp(shop, email), await signUp(other, email)];
    const fromStranger = [];
    for (const { send } of [one, two, one, two]) fromStranger.push(await send(stranger));
    expect(fromStranger).toEqual([200, 200, 429, 429]);
    const owner = await signUp(shop, email);
    expect([await owner.send(), await owner.send()]).toEqual([200, 429]);
    expect(await lettersTo(email)).toHaveLength(3);
  });

  it('are counted over all projects, however the address is written', async () => {
    const [one, two] = await Promise.all([createEnvironment(), createEnvironment()]);
    const email = newEmail();
    const first = await signUp(one, email);
    const second = await signUp(two, email.toUpperCase());
    expect(await times(2, first.send)).toEqual([200, 200]);
    expect(await times(2, second.send)).toEqual([200, 429]);
    expect(await lettersTo(email)).toHaveLength(3);
  });

  it('cost one for a sign-in by a known address, first refused as a sign-up', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const { page, path, send } = await signUp(shop, email);
    await send();
    const [letter] = await lettersTo(email);
    await page.send(`${path}/attempt_verification`, {
      strategy: 'email_code',
      code: letter?.code ?? '',
    });
    expect((await page.exchange()).status).toBe(200);
    const signIn = async () => {
      const again = new Page(shop.pk);
      const taken = await again.send('client/sign_ups', { email_address: email });
      expect(taken.status).toBe(422);
      const { id } = (await again.send('client/sign_ins', { identifier: email })).body.response;
      const form = { strategy: 'email_code' };
      return (await again.send(`client/sign_ins/${id}/prepare_first_factor`, form)).status;
    };
    expect(await times(3, signIn)).toEqual([200, 200, 429]);
  });

  it('are neither sent nor counted by creating attempts', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    await times(5, () => signUp(shop, email));
    expect(await lettersTo(email)).toEqual([]);
    expect(await times(3, (await signUp(shop, email)).send)).toEqual([200, 200, 200]);
  });

  it('are not sent by creating an attempt with a strategy, nor for one of another page', async () => {
    const shop = await createEnvironment();
    const email = newEmail();
    const form = { email_address: email, strategy: 'email_code' };
    expect((await new Page(shop.pk).send('client/sign_ups', form)).body.code).toBe(
      'proxy_path_not_allowed',
    );
    const { path } = await signUp(shop, email);
    const stranger = await new Page(shop.pk).send(`${path}/prepare_verification`, {
      strategy: 'email_code',
    });
    expect(stranger.status).toBeGreaterThanOrEqual(400);
    expect(await lettersTo(email)).toEqual([]);
  });

  it('are not counted for test addresses in test mode', async () => {
    const { send } = await signUp(await createEnvironment(), newEmail('+clerk_test'));
    expect(await times(4, send)).toEqual([200, 200, 200, 200]);
  });

  it('are counted for test addresses in live mode', async () => {
    const shop = await createEnvironment('live');
    const origin = 'https://shop.example';
    await manage('PUT', `/api/projects/${shop.id}/live/origins`, { origins: [origin] });
    const { send } = await signUp(shop, newEmail('+clerk_test'), origin);
    expect(await times(4, send)).toEqual([200, 200, 200, 429]);
  });

  it('are asked for by a form alone', async () => {
    const { pk } = await createEnvironment();
    const answer = await exports.default.fetch(
      new Request(`https://edge.test/__clerk/${pk}/v1/client/sign_ups`, {
        method: 'POST',
        headers: { origin: ORIGIN, 'content-type': 'application/json' },
        body: JSON.stringify({ email_address: newEmail(), strategy: 'email_code' }),
      }),
    );
    expect(answer.status).toBe(415);
  });
});
