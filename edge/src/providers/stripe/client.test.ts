import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../env.ts';
import { createStripeAccess, type StripeClient } from './client.ts';
import { deauthorize, exchangeOAuthCode } from './connect.ts';
import type { CheckoutState, SubscriptionState } from './state.ts';

const config = parseConfig(env).stripe;
const ref = { projectId: 'prj_somebody', mode: 'test' as const };
const stripeFor = createStripeAccess(config);

/** Presses a button of the sandbox's control API. */
async function control<T>(path: string, body: object): Promise<T> {
  const response = await fetch(`${config.apiUrl}/_sandbox/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

/** A connected account of its own, and its client. */
async function connected(): Promise<{ accountId: string; stripe: StripeClient }> {
  const { code } = await control<{ code: string }>('connect', { mode: 'test' });
  const accountId = await exchangeOAuthCode(config, 'test', code);
  return { accountId, stripe: stripeFor(ref, accountId) };
}

let unique = 0;
const key = (name: string) => `${name}-${++unique}-${crypto.randomUUID()}`;

describe('an account', () => {
  it('is connected by a code, once', async () => {
    const { code } = await control<{ code: string }>('connect', {
      mode: 'test',
      name: 'Ada’s Shop',
    });
    const accountId = await exchangeOAuthCode(config, 'test', code);
    expect(await stripeFor(ref, accountId).fetchObject(accountId)).toMatchObject({
      kind: 'account',
      name: 'Ada’s Shop',
    });
    await expect(exchangeOAuthCode(config, 'test', code)).rejects.toMatchObject({
      code: 'connection_invalid',
    });
  });

  it('is not connected by a code of the other mode', async () => {
    const { code } = await control<{ code: string }>('connect', { mode: 'live' });
    await expect(exchangeOAuthCode(config, 'test', code)).rejects.toMatchObject({
      code: 'connection_invalid',
    });
  });

  it('that took its permission back is gone, and giving it back twice is a success', async () => {
    const { accountId, stripe } = await connected();
    await deauthorize(config, 'test', accountId);
    await deauthorize(config, 'test', accountId);
    expect(await stripe.fetchObject(accountId)).toEqual({ kind: 'gone', id: accountId });
    await expect(stripe.fetchObject('cus_1')).rejects.toMatchObject({
      code: 'stripe_not_connected',
    });
  });

  it('is needed in live mode by every project but the platform', () => {
    expect(() => stripeFor({ ...ref, mode: 'live' }, null)).toThrow(
      expect.objectContaining({ code: 'stripe_not_connected' }),
    );
    for (const given of [ref, { projectId: 'prj_dream', mode: 'live' as const }])
      expect(stripeFor(given, null)).toBeDefined();
  });
});

describe('in the account', () => {
  let stripe: StripeClient;
  let productId: string;
  let monthly: string;
  let yearly: string;
  beforeAll(async () => {
    ({ stripe } = await connected());
    productId = await stripe.putProduct({
      id: 'prj_somebody_test_pro',
      name: 'Pro',
      description: '',
      active: true,
    });
    const taxBehavior = 'unspecified' as const;
    const price = { productId, priceMinor: 1900, currency: 'usd', taxBehavior };
    monthly = await stripe.createPrice({ ...price, rowId: key('prc'), interval: 'month' });
    yearly = await stripe.createPrice({ ...price, rowId: key('prc'), interval: 'year' });
  });

  const buyer = () =>
    stripe.createCustomer(
      { customerId: 'cust_1', email: 'ada@example.com', name: 'Ada', clockMs: null },
      key('customer'),
    );
  const checkout = async (): Promise<CheckoutState> =>
    stripe.startCheckout(
      {
        customerId: 'cust_1',
        stripeCustomerId: await buyer(),
        priceId: monthly,
        meteredPriceIds: [],
        trialDays: 0,
        successUrl: 'https://shop.example/done?dream_checkout={CHECKOUT_SESSION_ID}',
        cancelUrl: null,
        embedded: false,
      },
      key('checkout'),
    );
  const bought = async (): Promise<SubscriptionState> => {
    const { id } = await checkout();
    await control(`checkout/${id}/pay`, {});
    const paid = await stripe.fetchObject(id);
    if (paid.kind !== 'checkout' || !paid.subscriptionId) throw new Error('not paid');
    const state = await stripe.fetchObject(paid.subscriptionId);
    if (state.kind !== 'subscription') throw new Error('no subscription');
    return state;
  };

  it('a product made twice is one, with the newest words', async () => {
    expect(
      await stripe.putProduct({ id: productId, name: 'Pro', description: 'More', active: true }),
    ).toBe(productId);
  });

  it('a price made twice for a row is one, and is found by its row', async () => {
    const price = {
      rowId: key('prc'),
      productId,
      priceMinor: 500,
      currency: 'eur',
      interval: 'month' as const,
      taxBehavior: 'inclusive' as const,
    };
    const made = await stripe.createPrice(price);
    expect(await stripe.createPrice(price)).toBe(made);
    expect(await stripe.findPrice(productId, price.rowId)).toBe(made);
    expect(await stripe.findPrice(productId, 'prc_other')).toBeNull();
    await stripe.archivePrice(made);
  });

  it('a checkout is open until it is expired', async () => {
    const made = await checkout();
    expect(made).toMatchObject({ kind: 'checkout', status: 'open', subscriptionId: null });
    expect(await stripe.expireCheckout(made.id)).toMatchObject({ status: 'expired' });
    expect(await stripe.expireCheckout(made.id)).toMatchObject({ status: 'expired' });
  });

  it('a checkout that was paid says so when it is to be expired', async () => {
    const { id } = await checkout();
    await control(`checkout/${id}/pay`, {});
    expect(await stripe.expireCheckout(id)).toMatchObject({
      status: 'complete',
      subscriptionId: expect.stringMatching(/^sub_/),
    });
  });

  it('a checkout of an unknown price is refused with a reason', async () => {
    const wrong = {
      customerId: 'cust_1',
      stripeCustomerId: await buyer(),
      priceId: 'price_nope',
      meteredPriceIds: [],
      trialDays: 0,
      successUrl: 'https://a.example',
      cancelUrl: null,
      embedded: false,
    };
    await expect(stripe.startCheckout(wrong, key('checkout'))).rejects.toMatchObject({
      code: 'provider_refused',
      details: { reason: expect.stringContaining('price') },
    });
  });

  it('a subscription has its line changed at once, and is whole when it is asked again', async () => {
    const { id } = await bought();
    const before = await stripe.fetchObject(id);
    const itemId = before.kind === 'subscription' ? (before.items[0]?.id ?? '') : '';
    const change = { subscriptionId: id, isProrated: true, prorationAtMs: null };
    const items = [{ id: itemId, price: yearly }];
    await stripe.changeNow({ ...change, items }, key('change'));
    await stripe.changeNow({ ...change, items }, key('change'));
    expect(await stripe.fetchObject(id)).toMatchObject({ items: [{ priceId: yearly }] });
  });

  it('a cancelled subscription is canceled, also the second time', async () => {
    const { id } = await bought();
    await stripe.cancelSubscription(id);
    await stripe.cancelSubscription(id);
    expect(await stripe.fetchObject(id)).toMatchObject({
      kind: 'subscription',
      status: 'canceled',
    });
  });

  it('a deleted customer takes the subscription along, and is gone', async () => {
    const { id, stripeCustomerId } = await bought();
    await stripe.deleteCustomer(stripeCustomerId);
    await stripe.deleteCustomer(stripeCustomerId);
    expect(await stripe.fetchObject(stripeCustomerId)).toEqual({
      kind: 'gone',
      id: stripeCustomerId,
    });
    expect(await stripe.fetchObject(id)).toMatchObject({ status: 'canceled' });
  });

  it('the portal of a customer opens', async () => {
    expect(
      await stripe.openPortal({
        stripeCustomerId: await buyer(),
        returnUrl: 'https://shop.example/account',
      }),
    ).toMatch(/^http/);
  });

  it('nothing is found under an id that is nobody’s', async () => {
    for (const id of ['sub_nope', 'cs_test_nope', 'cus_nope', 'whatever']) {
      expect(await stripe.fetchObject(id)).toEqual({ kind: 'gone', id });
    }
  });

  it('an account of somebody else is not reached', async () => {
    const { id } = await bought();
    const other = await connected();
    expect(await other.stripe.fetchObject(id)).toEqual({ kind: 'gone', id });
  });
});

describe('when Stripe cannot be reached', () => {
  it('a verb fails as provider_unavailable', async () => {
    const unreachable = createStripeAccess({ ...config, apiUrl: 'http://127.0.0.1:9' });
    const failed = unreachable(ref, 'acct_any').fetchObject('cus_1');
    await expect(failed).rejects.toMatchObject({ code: 'provider_unavailable' });
  });
});
