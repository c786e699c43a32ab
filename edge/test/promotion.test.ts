import { beforeEach, describe, expect, it } from 'vitest';
import {
  call,
  connectStripe,
  createEnvironment,
  manage,
  OPERATOR,
  type TestEnvironment,
} from './harness.ts';

const usd = (priceMinor: number) => ({ priceMinor, currency: 'usd' });
const metered = [{ kind: 'metered', name: 'requests', limitUnits: 500 }];

let project: TestEnvironment;
beforeEach(async () => {
  project = await createEnvironment('test');
});

const to = (mode: 'test' | 'live', path: string) => `/api/projects/${project.id}/${mode}/${path}`;
const connectLive = () => connectStripe({ ...project, mode: 'live' });
const promote = (body: object) =>
  call('POST', `/api/projects/${project.id}/promote`, { key: OPERATOR, body });
const plan = async () => (await promote({ dryRun: true })).body.promotion;
const promoteNow = async () => promote({ fingerprint: (await plan()).fingerprint });
const sellPro = (priceMinor = 1900) =>
  manage('PUT', to('test', 'tiers/pro'), {
    displayName: 'Pro',
    features: metered,
    prices: [{ ...usd(priceMinor), interval: 'month' }],
  });
const addMug = async () =>
  (
    await manage('POST', to('test', 'products'), {
      name: 'Mug',
      variants: [
        { name: 'Red', stockUnits: 10, prices: [usd(2500)] },
        { name: 'Blue', prices: [usd(2500)] },
      ],
    })
  ).product;
const tiersOf = async (mode: 'test' | 'live') => (await manage('GET', to(mode, 'tiers'))).tiers;
const liveProduct = async (id: string) =>
  (await manage('GET', to('live', `products/${id}`))).product;

describe('a dry run', () => {
  it('says what live would get, in words, and changes nothing', async () => {
    await sellPro();
    await manage('PATCH', to('test', 'settings'), { displayName: 'Versa', accentColor: '#a8432b' });
    const before = await tiersOf('live');
    const { changes, kept, stripeReady } = await plan();
    expect(changes).toContainEqual({
      kind: 'settings',
      name: null,
      title: 'Settings',
      action: 'change',
      fields: [{ field: 'accentColor', before: [], after: ['#a8432b'] }],
    });
    expect(changes).toContainEqual(
      expect.objectContaining({ kind: 'tier', name: 'pro', title: 'Pro', action: 'create' }),
    );
    const pro = changes.find((change: { name: string }) => change.name === 'pro');
    expect(pro.fields).toContainEqual({
      field: 'prices',
      before: [],
      after: ['19.00 USD a month'],
    });
    expect(changes).toContainEqual(
      expect.objectContaining({
        name: 'free',
        action: 'change',
        fields: expect.arrayContaining([
          { field: 'features', before: ['requests: 100'], after: ['requests: 3'] },
        ]),
      }),
    );
    expect(kept).toEqual([]);
    expect(stripeReady).toBe(false);
    expect(await tiersOf('live')).toEqual(before);
  });
});

describe('promoting', () => {
  it('makes in live, and in its own Stripe account, what test has', async () => {
    await connectLive();
    await sellPro();
    const answer = await promoteNow();
    expect(answer.body).toMatchObject({ applied: true, published: true });
    const [inTest, inLive] = [await tiersOf('test'), await tiersOf('live')];
    const pro = inLive.find(({ name }: { name: string }) => name === 'pro');
    expect(pro).toMatchObject({ displayName: 'Pro', prices: [{ priceMinor: 1900 }] });
    expect(pro.prices[0].priceId).toMatch(/^price_/);
    expect(JSON.stringify(inTest)).not.toContain(pro.prices[0].priceId);
    expect((await plan()).changes).toEqual([]);
  });

  it('is safe to repeat: the answer that was lost is given again, and nothing is made twice', async () => {
    await connectLive();
    await sellPro();
    const { fingerprint } = await plan();
    const first = await promote({ fingerprint });
    const made = await tiersOf('live');
    const again = await promote({ fingerprint });
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body).toMatchObject({ applied: true, promotion: { changes: [] } });
    expect(await tiersOf('live')).toEqual(made);
  });

  it('does nothing when test changed after the difference was read', async () => {
    await connectLive();
    await sellPro();
    const { fingerprint } = await plan();
    await sellPro(2900);
    const refused = await promote({ fingerprint });
    expect([refused.status, refused.body.code]).toEqual([409, 'promotion_changed']);
    expect((await tiersOf('live')).map(({ name }: { name: string }) => name)).not.toContain('pro');
  });

  it('does nothing when live changed after the difference was read', async () => {
    const { fingerprint } = await plan();
    await manage('PATCH', to('live', 'settings'), { displayName: 'Otherwise' });
    expect((await promote({ fingerprint })).body.code).toBe('promotion_changed');
  });

  it('takes away nothing that only live has, and says that it stays', async () => {
    await manage('PUT', to('live', 'tiers/early'), { displayName: 'Early', features: metered });
    expect((await plan()).kept).toEqual([{ kind: 'tier', name: 'early', title: 'Early' }]);
    await promoteNow();
    expect((await tiersOf('live')).map(({ name }: { name: string }) => name)).toContain('early');
  });

  it('leaves origins, addresses and the cap of sign-ups as they are in live', async () => {
    await manage('PUT', to('test', 'origins'), { origins: ['http://localhost:3000'] });
    await manage('PATCH', to('test', 'settings'), {
      successUrl: 'http://localhost:3000/thanks',
      signUpsPerDay: 7,
      supportEmail: 'help@versa.example',
    });
    const before = (await manage('GET', to('live', 'settings'))).settings;
    await promoteNow();
    const { settings } = await manage('GET', to('live', 'settings'));
    expect(settings).toEqual({ ...before, supportEmail: 'help@versa.example' });
    expect((await manage('GET', to('live', 'origins'))).origins).toEqual([]);
  });

  it('brings products under their ids with none in stock, and never touches stock of live', async () => {
    await connectLive();
    const mug = await addMug();
    await promoteNow();
    const [red, blue] = (await liveProduct(mug.id)).variants;
    expect([red.stockUnits, blue.stockUnits]).toEqual([0, null]);
    expect(red.prices[0].priceId).toMatch(/^price_/);
    await manage('POST', to('live', `products/${mug.id}/variants/${red.id}/stock`), {
      stockUnits: 4,
    });
    await manage('PUT', to('test', `products/${mug.id}`), {
      name: 'Cup',
      variants: [{ id: red.id, name: 'Red', stockUnits: 99, prices: [usd(2600)] }],
    });
    await promoteNow();
    const cup = await liveProduct(mug.id);
    expect(cup).toMatchObject({ name: 'Cup', variants: [{ stockUnits: 4 }, { id: blue.id }] });
    expect(cup.variants[0].prices).toMatchObject([{ priceMinor: 2600 }]);
  });

  it('promotes nothing that has a price before live has a Stripe account', async () => {
    await sellPro();
    const refused = await promoteNow();
    expect([refused.status, refused.body.code]).toEqual([409, 'stripe_not_connected']);
    expect((await manage('GET', to('live', 'audit'))).entries).not.toContainEqual(
      expect.objectContaining({ action: 'project.promoted' }),
    );
  });

  it('stands in the audit log of both environments', async () => {
    await promoteNow();
    for (const mode of ['test', 'live'] as const)
      expect((await manage('GET', to(mode, 'audit'))).entries).toContainEqual(
        expect.objectContaining({ action: 'project.promoted', actor: 'operator' }),
      );
  });
});

describe('who may promote', () => {
  it('is nobody with a key of the project, and nobody without one', async () => {
    const path = `/api/projects/${project.id}/promote`;
    for (const key of [project.sk, project.pk, undefined])
      expect(
        (await call('POST', path, { ...(key ? { key } : {}), body: { dryRun: true } })).body.code,
      ).toBe('developer_required');
  });

  it('does not say what is agreed to by an empty body', async () => {
    expect((await promote({})).body.code).toBe('invalid_request');
  });

  it('finds no project that is not there', async () => {
    const answer = await call('POST', '/api/projects/prj_nothing/promote', {
      key: OPERATOR,
      body: { dryRun: true },
    });
    expect(answer.body.code).toBe('project_not_found');
  });
});
