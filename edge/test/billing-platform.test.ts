import { beforeAll, describe, expect, it } from 'vitest';
import { call, checkoutIdOf, control, deps, Shop } from './billing-shop.ts';

let platform: Shop;
beforeAll(async () => {
  platform = await Shop.ofPlatform();
});

describe('the platform', () => {
  it('sells without connecting an account, through its own', async () => {
    const id = await platform.newCustomer();
    await platform.buy(id, 'pro');
    expect(await platform.shardPlan(id)).toBe('pro');
    await platform.checkout(id, { tier: 'team' });
    expect(await platform.shardPlan(id)).toBe('team');
  });

  it('hears its own events by its own secret, and none of connected accounts', async () => {
    const id = await platform.newCustomer();
    const { body } = await platform.checkout(id, { tier: 'pro' });
    const checkoutId = checkoutIdOf(body.url);
    await control(`checkout/${checkoutId}/pay`, {});
    const { customer } = await platform.stripe.checkout.sessions.retrieve(checkoutId);
    const object = { id: checkoutId, object: 'checkout.session', customer };
    await platform.hear('checkout.session.completed', object, { account: 'acct_somebody' });
    expect((await platform.customer(id)).plan).toBe('free');
    const secret = deps.config.stripe.test.webhookSecret;
    await platform.hear('checkout.session.completed', object, { account: null, secret });
    expect(await platform.shardPlan(id)).toBe('pro');
  });
});

describe('an event of Clerk', () => {
  const body = JSON.stringify({
    type: 'user.deleted',
    object: 'event',
    data: { id: 'user_1', object: 'user', deleted: true },
  });

  async function signed(
    secret: string,
    atSeconds = Math.floor(Date.now() / 1000),
  ): Promise<Record<string, string>> {
    const raw = Uint8Array.from(atob(secret.replace('whsec_', '')), (c) => c.charCodeAt(0));
    const key = await crypto.subtle.importKey(
      'raw',
      raw,
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    const text = new TextEncoder().encode(`msg_1.${atSeconds}.${body}`);
    const mac = btoa(
      String.fromCharCode(...new Uint8Array(await crypto.subtle.sign('HMAC', key, text))),
    );
    return {
      'svix-id': 'msg_1',
      'svix-timestamp': String(atSeconds),
      'svix-signature': `v1,${mac}`,
    };
  }

  it('of each shared app is taken', async () => {
    for (const app of ['test', 'live', 'platform'] as const) {
      const headers = await signed(deps.config.clerk[app].webhookSecret);
      expect(await call('POST', '/webhook/clerk', null, body, headers)).toEqual({
        status: 200,
        body: { received: true },
      });
    }
  });

  it('with another secret, or old, is refused', async () => {
    const forged = await signed(`whsec_${btoa('a secret of somebody else')}`);
    const old = await signed(
      deps.config.clerk.test.webhookSecret,
      Math.floor(Date.now() / 1000) - 600,
    );
    for (const headers of [forged, old]) {
      expect(await call('POST', '/webhook/clerk', null, body, headers)).toMatchObject({
        status: 400,
        body: { code: 'signature_invalid' },
      });
    }
  });
});
