import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { signUpsOfVisitor } from '../src/sessions/gate.ts';
import { SIGN_UPS_SCHEMA } from '../src/sessions/identity.schema.ts';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';
import { ORIGIN, Page } from './sign-in.ts';

let people = 0;
const newEmail = () => `crowd${(people += 1)}.${Date.now()}+clerk_test@example.com`;

async function capped(signUpsPerDay: number): Promise<TestEnvironment> {
  const shop = await createEnvironment();
  await manage('PATCH', `/api/projects/${shop.id}/test/settings`, { signUpsPerDay });
  return shop;
}

/** Proves an address on a page, and turns the proof into a session. */
async function signIn({ pk }: TestEnvironment, email: string) {
  const page = new Page(pk);
  await page.proveEmail(email);
  return page.exchange();
}

describe('new customers a day', () => {
  it('are 200 in test mode and 1,000 in live mode, until set otherwise', async () => {
    const { id } = await createEnvironment();
    const capOf = async (mode: string) =>
      (await manage('GET', `/api/projects/${id}/${mode}/settings`)).settings.signUpsPerDay;
    expect([await capOf('test'), await capOf('live')]).toEqual([200, 1_000]);
  });

  it('have a cap in environments made before there was one', async () => {
    const { id } = await createEnvironment();
    const deps = await createDeps(env as unknown as Bindings);
    await runInDurableObject(
      deps.project({ projectId: id, mode: 'live' }),
      (_object, { storage }) => {
        storage.sql.exec(
          "UPDATE environment SET settings = json_remove(settings, '$.signUpsPerDay')",
        );
        storage.sql.exec(`DROP TABLE sign_ups; ${SIGN_UPS_SCHEMA}`);
      },
    );
    const { settings } = await manage('GET', `/api/projects/${id}/live/settings`);
    expect(settings).toMatchObject({ displayName: 'Versa', signUpsPerDay: 1_000 });
  });

  it('stop at the cap, however many sign up at once', async () => {
    const shop = await capped(3);
    const pages = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const page = new Page(shop.pk);
        await page.proveEmail(newEmail());
        return page;
      }),
    );
    const answers = await Promise.all(pages.map((page) => page.exchange()));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
      Array.from({ length: 3 }, () => [429, 'sign_ups_capped']),
    );
    const { customers } = (await call('GET', '/api/customers', { key: shop.sk })).body;
    expect(customers).toHaveLength(3);
  });

  it('are refused with the cap, when it ends, and how long that is', async () => {
    const shop = await capped(0);
    const { body, headers } = await signIn(shop, newEmail());
    expect(body).toMatchObject({ code: 'sign_ups_capped', signUpsPerDay: 0 });
    expect(new Date(body.resetsAtMs).toISOString()).toContain('T00:00:00.000Z');
    const seconds = Number(headers.get('retry-after'));
    expect(Math.abs(Date.now() + seconds * 1000 - body.resetsAtMs)).toBeLessThan(10_000);
  });

  it('come from one network address up to a quarter of the cap, and the others still sign up', async () => {
    const shop = await capped(88);
    const from = async (address: string, email = newEmail()) => {
      const page = new Page(shop.pk, ORIGIN, address);
      await page.proveEmail(email);
      return page.exchange();
    };
    const known = newEmail();
    const first = await from('203.0.113.7', known);
    expect(first.status).toBe(200);
    const more = await Promise.all(Array.from({ length: 22 }, () => from('203.0.113.7')));
    const refused = more.filter(({ status }) => status !== 200);
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual([
      [429, 'too_many_attempts'],
    ]);
    expect((await from('203.0.113.7', known)).body.customer.id).toBe(first.body.customer.id);
    expect((await from('203.0.113.8')).body.isNew).toBe(true);
    const other = await createEnvironment();
    const page = new Page(other.pk, ORIGIN, '203.0.113.7');
    await page.proveEmail(newEmail());
    expect((await page.exchange()).status).toBe(200);
  });

  it.each([
    [0, 20],
    [80, 20],
    [83, 20],
    [84, 21],
    [1_000, 250],
  ])('of %d a day, are at most %d of one network address', (all, share) => {
    expect(signUpsOfVisitor(all)).toBe(share);
  });

  it('leave those in peace who are customers already, or were made by key', async () => {
    const shop = await capped(1);
    const [known, made] = [newEmail(), newEmail()];
    expect((await signIn(shop, known)).body.isNew).toBe(true);
    const created = await call('POST', '/api/customers', { key: shop.sk, body: { email: made } });
    expect(created.status).toBe(200);
    expect((await signIn(shop, known)).status).toBe(200);
    const claimed = await signIn(shop, made);
    expect([claimed.status, claimed.body.customer.id]).toEqual([200, created.body.customer.id]);
    expect((await signIn(shop, newEmail())).body.code).toBe('sign_ups_capped');
    await manage('PATCH', `/api/projects/${shop.id}/test/settings`, { signUpsPerDay: 2 });
    expect((await signIn(shop, newEmail())).body.isNew).toBe(true);
  });
});
