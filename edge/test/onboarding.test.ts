import { describe, expect, it } from 'vitest';
import { call, deps, manage, Shop } from './billing-shop.ts';

const operator = deps.config.operatorSecret;
const returnUrl = 'https://dashboard.example/back';

const begin = ({ base }: Shop) => manage('POST', `${base}/stripe/account`, { returnUrl });
const check = async ({ base }: Shop) =>
  (await manage('POST', `${base}/stripe/check`, {})).connection;

/** Does what an owner does on Stripe's page; answers where Stripe sends them. */
async function visit(url: string, action: 'submit' | 'later'): Promise<string | null> {
  // A link opens once, and its page is sent from then on.
  await (await fetch(url)).body?.cancel();
  const { status, headers, body } = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ action, name: 'Acme GmbH' }),
  });
  await body?.cancel();
  expect(status).toBe(303);
  return headers.get('location');
}

describe('a developer without a Stripe account', () => {
  it('is sent to Stripe with one that sells nothing yet, and says what is missing', async () => {
    const shop = await Shop.open({ connected: false, mode: 'live' });
    const { connection, url } = await begin(shop);
    expect(url).toMatch(/^http/);
    expect(connection).toMatchObject({
      connected: false,
      via: null,
      sells: false,
      onboarding: { chargesEnabled: false, detailsSubmitted: false },
    });
    expect(connection.onboarding.requirementsDue.length).toBeGreaterThan(0);
    const id = await shop.newCustomer();
    expect(await shop.checkout(id, { tier: 'pro' })).toMatchObject({
      status: 409,
      body: { code: 'stripe_account_incomplete' },
    });
  });

  it('is connected when back from Stripe, and sells', async () => {
    const shop = await Shop.open({ connected: false, mode: 'live' });
    const { url, connection } = await begin(shop);
    expect(await visit(url, 'submit')).toBe(returnUrl);
    expect(await check(shop)).toMatchObject({
      connected: true,
      via: 'own',
      sells: true,
      accountName: 'Acme GmbH',
      stripeAccountId: connection.onboarding.stripeAccountId,
      onboarding: null,
    });
    const id = await shop.newCustomer();
    expect((await shop.checkout(id, { tier: 'pro' })).status).toBe(200);
  });

  it('is connected by the event, too, which only makes us look', async () => {
    const shop = await Shop.open({ connected: false });
    const { url, connection } = await begin(shop);
    const { stripeAccountId } = connection.onboarding;
    const updated = { id: stripeAccountId, object: 'account', charges_enabled: true };
    await shop.hear('account.updated', updated, { account: stripeAccountId });
    expect((await manage('GET', `${shop.base}/stripe`)).connection.connected).toBe(false);
    await visit(url, 'submit');
    await shop.hear('account.updated', updated, { account: stripeAccountId });
    expect((await manage('GET', `${shop.base}/stripe`)).connection).toMatchObject({
      connected: true,
      stripeAccountId,
    });
  });

  it('who leaves it for later goes on with the same account', async () => {
    const shop = await Shop.open({ connected: false, mode: 'live' });
    const first = await begin(shop);
    await visit(first.url, 'later');
    expect((await check(shop)).connected).toBe(false);
    const second = await begin(shop);
    expect(second.url).not.toBe(first.url);
    expect(second.connection.onboarding).toEqual(first.connection.onboarding);
    await visit(second.url, 'submit');
    const done = await begin(shop);
    expect([done.url, done.connection.connected]).toEqual([null, true]);
  });

  it('who asks twice at once gets one account', async () => {
    const shop = await Shop.open({ connected: false, mode: 'live' });
    const made = await Promise.all([begin(shop), begin(shop), begin(shop)]);
    const ids = made.map(({ connection }) => connection.onboarding.stripeAccountId);
    expect(new Set(ids).size).toBe(1);
  });

  it('sells through the platform’s test account until the own one can take money', async () => {
    const shop = await Shop.open({ connected: false });
    const { url } = await begin(shop);
    const [ada, bob] = [await shop.newCustomer(), await shop.newCustomer()];
    await shop.buy(ada, 'pro');
    expect(await shop.shardPlan(ada)).toBe('pro');
    await visit(url, 'submit');
    shop.account = (await check(shop)).stripeAccountId;
    await shop.buy(bob, 'team');
    expect((await shop.subscriptionsAtStripe(bob)).length).toBe(1);
    expect((await shop.customer(ada)).plan).toBe('pro');
  });

  it('who connects another one instead hears of the unfinished one no more', async () => {
    const shop = await Shop.open({ connected: false });
    const { url, connection } = await begin(shop);
    await shop.connect();
    await visit(url, 'submit');
    const { stripeAccountId } = connection.onboarding;
    await shop.hear('account.updated', { id: stripeAccountId }, { account: stripeAccountId });
    expect(await check(shop)).toMatchObject({ stripeAccountId: shop.account, onboarding: null });
  });
});

describe('making an account', () => {
  it('is refused while one is connected', async () => {
    const shop = await Shop.open();
    expect(
      await call('POST', `${shop.base}/stripe/account`, operator, { returnUrl }),
    ).toMatchObject({ status: 409, body: { code: 'stripe_already_connected' } });
  });

  it('is not for the platform', async () => {
    await Shop.ofPlatform();
    const path = '/api/projects/prj_dream/live/stripe/account';
    expect(await call('POST', path, operator, { returnUrl })).toMatchObject({
      status: 403,
      body: { code: 'platform_protected' },
    });
  });

  it('that was interrupted before it was recorded ends with one account', async () => {
    const shop = await Shop.open({ connected: false, mode: 'live' });
    const connection = () => deps.project(shop.ref).connection();
    const [first, second] = [
      await connection().beginAccount('account_1', Date.now()),
      await connection().beginAccount('account_2', Date.now()),
    ];
    expect(second).toEqual(first);
    const later = await connection().beginAccount('account_3', Date.now() + 23 * 3_600_000);
    expect(later).toMatchObject({ ok: true, value: { accountId: null, key: 'account_3' } });
  });
});

describe('a connected account', () => {
  it('that may take no money any more sells nothing new, and says so', async () => {
    const shop = await Shop.open();
    const id = await shop.newCustomer();
    await shop.buy(id, 'pro');
    const billing = () => deps.project(shop.ref).billing();
    const nowMs = Date.now();
    const { turn } = await billing().beginSync(shop.account, 'job_begun', nowMs);
    const state = {
      kind: 'account' as const,
      id: shop.account,
      name: 'Acme GmbH',
      chargesEnabled: false,
      detailsSubmitted: true,
      requirementsDue: ['external_account'],
    };
    await billing().applySync(turn, state, 'job_applied', nowMs);
    expect((await manage('GET', `${shop.base}/stripe`)).connection).toMatchObject({
      connected: true,
      sells: false,
      chargesEnabled: false,
      requirementsDue: ['external_account'],
    });
    const bob = await shop.newCustomer();
    expect((await shop.checkout(bob, { tier: 'pro' })).body.code).toBe('stripe_account_incomplete');
    expect((await shop.customer(id)).plan).toBe('pro');
    expect(await check(shop)).toMatchObject({ sells: true, requirementsDue: [] });
  });
});
