import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { gate, LIMITS } from '../src/sessions/gate.ts';
import { call, createEnvironment } from './harness.ts';
import { ORIGIN, Page } from './sign-in.ts';

let counted = 0;
const next = () => (counted += 1);

/** An address nobody else in these tests comes from. */
const newAddress = () => `198.51.100.${next()}`;

describe('one address', () => {
  it.each([
    ['exchange', () => ({ sealedToken: 'made.up' })],
    ['refresh', () => ({ refreshToken: 'rt_made_up' })],
    ['end', () => ({ refreshToken: 'rt_made_up' })],
  ])('asks sessions/%s 300 times a minute and no more; another goes on', async (name, body) => {
    const { pk } = await createEnvironment();
    const from = (address: string) =>
      call('POST', `/api/sessions/${name}?pk=${pk}`, {
        body: body(),
        headers: { 'cf-connecting-ip': address },
      });
    const address = newAddress();
    const answers = await Promise.all(Array.from({ length: 301 }, () => from(address)));
    const refused = answers.filter(({ status }) => status !== 401);
    expect(refused.map((answer) => answer.body.code)).toEqual(['too_many_attempts']);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await from(newAddress())).status).toBe(401);
  });
});

/** Has a code mailed to somebody new, from an address; the status of that. */
async function mailCode(pk: string, address: string): Promise<number> {
  const page = new Page(pk, ORIGIN, address);
  const form = { email_address: `flooded${next()}.${Date.now()}@example.com` };
  const { id } = (await page.send('client/sign_ups', form)).body.response;
  const path = `client/sign_ups/${id}/prepare_verification`;
  return (await page.send(path, { strategy: 'email_code' })).status;
}

describe('passwords', () => {
  it('are tried a hundred times in 15 minutes by a visitor, whomever they are to open', async () => {
    const { pk } = await createEnvironment();
    const deps = await createDeps(env as unknown as Bindings);
    const address = newAddress();
    const guess = async (from: string) =>
      (
        await call('POST', `/api/sessions/password?pk=${pk}`, {
          body: { email: `nobody${next()}@example.com`, password: 'guess' },
          headers: { 'cf-connecting-ip': from },
        })
      ).body.code;
    const but1 = Array.from({ length: LIMITS.passwordsTried.max - 1 });
    await Promise.all(but1.map(() => gate(deps, 'passwordsTried', address)));
    expect(await guess(address)).toBe('credentials_wrong');
    expect(await guess(address)).toBe('too_many_attempts');
    expect(await guess(newAddress())).toBe('credentials_wrong');
  });
});

describe('mailed codes', () => {
  it('are thirty an hour for a visitor, whomever they go to and whichever of the addresses of a network asks', async () => {
    const { pk } = await createEnvironment();
    const network = `2001:db8:${next()}:1`;
    const asked = Array.from({ length: 31 }, (_, nth) => mailCode(pk, `${network}::${nth + 1}`));
    const statuses = await Promise.all(asked);
    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect(await mailCode(pk, newAddress())).toBe(200);
  });

  it('are bounded for a project, from however many addresses', async () => {
    const [flooded, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const deps = await createDeps(env as unknown as Bindings);
    const subject = `${flooded.id}:${flooded.mode}`;
    const but1 = Array.from({ length: LIMITS.codesOfProject.max - 1 });
    await Promise.all(but1.map(() => gate(deps, 'codesOfProject', subject)));
    expect(await mailCode(flooded.pk, newAddress())).toBe(200);
    expect(await mailCode(flooded.pk, newAddress())).toBe(429);
    expect(await mailCode(other.pk, newAddress())).toBe(200);
  });
});

describe('checkouts', () => {
  it('begun by a customer’s page are twenty in ten minutes; the customer’s server goes on', async () => {
    const shop = await createEnvironment();
    const session = await call('POST', '/api/sessions', {
      key: shop.sk,
      body: { externalId: 'ada' },
    });
    const body = { tier: 'team', successUrl: ORIGIN, cancelUrl: ORIGIN };
    const begin = async (options: { key: string; user?: string }) =>
      (await call('POST', '/api/create-checkout', { ...options, body })).body.code;
    const key = session.body.accessToken;
    const codes: string[] = [];
    while (codes.length < 21) codes.push(await begin({ key }));
    expect(codes.slice(0, 20)).not.toContain('too_many_attempts');
    expect(codes[20]).toBe('too_many_attempts');
    expect(await begin({ key: shop.sk, user: 'ada' })).not.toBe('too_many_attempts');
  });
});
