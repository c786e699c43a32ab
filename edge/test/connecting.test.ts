import { beforeAll, describe, expect, it } from 'vitest';
import { call, control, deps, manage, openAccount, Shop } from './billing-shop.ts';
import { developer, ensurePlatform, type SignedInDeveloper } from './developers.ts';
import { ORIGIN } from './sign-in.ts';

const operator = deps.config.operatorSecret;
const WRONG = { status: 400, body: { code: 'connection_invalid' } };
const redirectUrl = 'https://dashboard.example/connected';

const start = (base: string) => manage('POST', `${base}/stripe/start`, { redirectUrl });
const isConnected = async (base: string) =>
  (await manage('GET', `${base}/stripe`)).connection.connected;

/** An account came back from Stripe and was shown to the operator. */
async function shown(base: string, given: { name?: string } = {}) {
  const { account, code } = await control<{ account: string; code: string }>('connect', {
    mode: 'test',
    ...given,
  });
  const { state } = await start(base);
  return { account, answer: await manage('POST', `${base}/stripe`, { code, state }) };
}

describe('connecting an account', () => {
  it('sends the developer to Stripe with a state, and publishes every tier when done', async () => {
    const shop = await Shop.open({ connected: false });
    const { url, state } = await start(shop.base);
    expect(new URL(url).searchParams.get('state')).toBe(state);
    const { account, code } = await openAccount();
    await manage('POST', `${shop.base}/stripe`, { code, state });
    const { connection } = await manage('POST', `${shop.base}/stripe/confirm`, {
      stripeAccountId: account,
    });
    expect(connection).toMatchObject({ connected: true, stripeAccountId: account, mode: 'test' });
    const { tiers } = await manage('GET', `${shop.base}/tiers`);
    const priceIds = tiers.flatMap((tier: { prices: { priceId: string }[] }) =>
      tier.prices.map(({ priceId }) => priceId),
    );
    expect(priceIds).toEqual([
      expect.stringMatching(/^price_/),
      expect.stringMatching(/^price_/),
      expect.stringMatching(/^price_/),
    ]);
  });

  it('shows the name of the account first, and connects nothing before it is confirmed', async () => {
    const { base } = await Shop.open({ connected: false });
    const { account, answer } = await shown(base, { name: 'Acme GmbH' });
    expect(answer.account).toEqual({
      stripeAccountId: account,
      accountName: 'Acme GmbH',
      mode: 'test',
    });
    expect(await isConnected(base)).toBe(false);
  });

  it('takes no confirmation of an account that was not shown', async () => {
    const { base } = await Shop.open({ connected: false });
    await shown(base);
    const other = await Shop.open();
    for (const stripeAccountId of [other.account, 'acct_made_up'])
      expect(
        await call('POST', `${base}/stripe/confirm`, operator, { stripeAccountId }),
      ).toMatchObject(WRONG);
    expect(await isConnected(base)).toBe(false);
  });

  it('may be confirmed again when the first answer was lost', async () => {
    const { base } = await Shop.open({ connected: false });
    const { account } = await shown(base);
    for (const _ of ['first', 'again']) {
      const { connection } = await manage('POST', `${base}/stripe/confirm`, {
        stripeAccountId: account,
      });
      expect(connection).toMatchObject({ connected: true, stripeAccountId: account });
    }
  });

  it('takes no account that took its permission back before it was confirmed', async () => {
    const shop = await Shop.open({ connected: false });
    const { account } = await shown(shop.base);
    await shop.stripe.oauth.deauthorize({
      client_id: 'ca_test_platform',
      stripe_user_id: account,
    });
    expect(
      await call('POST', `${shop.base}/stripe/confirm`, operator, { stripeAccountId: account }),
    ).toMatchObject(WRONG);
  });

  it('takes a state once', async () => {
    const { base } = await Shop.open({ connected: false });
    const { state } = await start(base);
    const [first, second] = [await openAccount(), await openAccount()];
    await manage('POST', `${base}/stripe`, { code: first.code, state });
    const again = await call('POST', `${base}/stripe`, operator, { code: second.code, state });
    expect(again).toMatchObject(WRONG);
  });

  it('takes no made-up state, and none of another environment', async () => {
    const [shop, other] = [
      await Shop.open({ connected: false }),
      await Shop.open({ connected: false }),
    ];
    const live = shop.base.replace('/test', '/live');
    const states = ['made-up', (await start(other.base)).state, (await start(live)).state];
    const { code } = await openAccount();
    for (const state of states)
      expect(await call('POST', `${shop.base}/stripe`, operator, { code, state })).toMatchObject(
        WRONG,
      );
    expect(await isConnected(shop.base)).toBe(false);
  });

  it('takes no state and no confirmation older than ten minutes', async () => {
    const shop = await Shop.open({ connected: false });
    const connection = () => deps.project(shop.ref).connection();
    const [actor, nowMs, lateMs] = ['operator', Date.now(), Date.now() + 10 * 60_000];
    await connection().start('hash', { actor, nowMs }, lateMs);
    expect(await connection().takeState('hash', { actor, nowMs: lateMs })).toMatchObject({
      ok: false,
      code: 'connection_invalid',
    });
    await connection().propose('acct_1', { actor, nowMs }, lateMs);
    expect((await connection().mayConnect('acct_1', { actor, nowMs: lateMs - 1 })).ok).toBe(true);
    expect((await connection().mayConnect('acct_1', { actor, nowMs: lateMs })).ok).toBe(false);
  });

  it('takes no wrong code', async () => {
    const { base } = await Shop.open({ connected: false });
    const { state } = await start(base);
    const refused = await call('POST', `${base}/stripe`, operator, { code: 'ac_wrong', state });
    expect(refused).toMatchObject(WRONG);
  });

  it('takes no live account for the test environment, nor a test account for the live one', async () => {
    const { base } = await Shop.open({ connected: false });
    for (const [mode, other] of [
      ['test', 'live'],
      ['live', 'test'],
    ] as const) {
      const at = base.replace('/test', `/${mode}`);
      const { code } = await control<{ code: string }>('connect', { mode: other });
      const { state } = await start(at);
      expect(await call('POST', `${at}/stripe`, operator, { code, state })).toMatchObject(WRONG);
      expect(await isConnected(at)).toBe(false);
    }
  });

  it('is not for the platform, nor for a project nobody made', async () => {
    await call('POST', '/api/projects', operator, {
      name: 'dream',
      ownerEmail: 'us@example.com',
      id: 'prj_dream',
    });
    const platform = await call('POST', '/api/projects/prj_dream/test/stripe/start', operator, {
      redirectUrl: 'https://a.example',
    });
    expect(platform).toMatchObject({ status: 403, body: { code: 'platform_protected' } });
    const madeUp = await call(
      'GET',
      '/api/projects/prj_000000000000aaaaaaaa/test/stripe',
      operator,
    );
    expect(madeUp).toMatchObject({ status: 404, body: { code: 'project_not_found' } });
  });
});

describe('a connection that a developer started', () => {
  let ada: SignedInDeveloper;
  let base: string;
  const as = (who: SignedInDeveloper, path: string, body: object) =>
    call('POST', path, who.key, body, { origin: ORIGIN });

  beforeAll(async () => {
    await ensurePlatform();
    ada = await developer();
    const { body } = await as(ada, '/api/projects', { name: 'Versa' });
    base = `/api/projects/${body.project.id}/test`;
  });

  it('is finished and confirmed by that developer, and by nobody else who may manage the project', async () => {
    const { code } = await openAccount();
    const { body: begun } = await as(ada, `${base}/stripe/start`, { redirectUrl });
    const answer = { code, state: begun.state };
    expect(await call('POST', `${base}/stripe`, operator, answer)).toMatchObject(WRONG);
    const finished = await as(ada, `${base}/stripe`, answer);
    expect(finished.status).toBe(200);
    const { stripeAccountId } = finished.body.account;
    expect(
      await call('POST', `${base}/stripe/confirm`, operator, { stripeAccountId }),
    ).toMatchObject(WRONG);
    expect(await isConnected(base)).toBe(false);
    const confirmed = await as(ada, `${base}/stripe/confirm`, { stripeAccountId });
    expect(confirmed.body.connection).toMatchObject({ connected: true, stripeAccountId });
  });

  it('cannot be finished by a developer of another account, neither there nor at their own project', async () => {
    const eve = await developer();
    const { body: own } = await as(eve, '/api/projects', { name: 'Eve' });
    const { code } = await openAccount();
    const { body: begun } = await as(ada, `${base}/stripe/start`, { redirectUrl });
    const answer = { code, state: begun.state };
    expect(await as(eve, `${base}/stripe`, answer)).toMatchObject({
      status: 404,
      body: { code: 'project_not_found' },
    });
    const atHome = `/api/projects/${own.project.id}/test/stripe`;
    expect(await as(eve, atHome, answer)).toMatchObject(WRONG);
    expect((await as(ada, `${base}/stripe`, answer)).status).toBe(200);
  });

  it('is not undone by another developer who starts one, too', async () => {
    const { code } = await openAccount();
    const { body: begun } = await as(ada, `${base}/stripe/start`, { redirectUrl });
    await start(base);
    expect((await as(ada, `${base}/stripe`, { code, state: begun.state })).status).toBe(200);
  });
});
