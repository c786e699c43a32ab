import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { SIGN_UPS_SCHEMA } from '../src/sessions/identity.schema.ts';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';
import { Page } from './sign-in.ts';

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
