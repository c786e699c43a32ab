import { runInDurableObject } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
import { customerId as newCustomerId, shardOf } from '../src/customers/customer-id.ts';
import { call, checkoutIdOf, control, deps, download, manage, Shop } from './billing-shop.ts';

const { operatorSecret } = deps.config;

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});

const base = (of = shop) => `${of.base}/customers`;
const asked = (method: string, path: string, body?: object, headers = {}) =>
  call(method, `${base()}${path}`, operatorSecret, body, headers);
const read = (path: string, of = shop) => manage('GET', `${base(of)}${path}`);
const idsOf = ({ customers }: { customers: { id: string }[] }) => customers.map(({ id }) => id);
const found = async (query: Record<string, string>, of = shop): Promise<string[]> =>
  idsOf(await read(`?${new URLSearchParams(query).toString()}`, of));
const made = async (given: object = {}, of = shop): Promise<string> => {
  const email = `${crypto.randomUUID()}@example.com`;
  const { body } = await of.bySecretKey('POST', '/api/customers', { email, ...given });
  return body.customer.id;
};
const audited = async (id: string | null): Promise<string[]> => {
  const { entries } = await manage('GET', `${shop.base}/audit`);
  return entries.flatMap(({ subject, action, actor }: Record<string, string | null>) =>
    subject === id ? [`${actor} ${action}`] : [],
  );
};
const track = (id: string, amount: number) =>
  shop.bySecretKey('POST', '/api/usage', { amount }, id);
const countOf = async (id: string): Promise<number> =>
  (await shop.bySecretKey('GET', '/api/usage', undefined, id)).body.usageCount;

describe('a search', () => {
  let ada: string;
  let emile: string;
  let grace: string;
  beforeAll(async () => {
    ada = await made({ email: 'ada.lovelace@analytical.example', firstName: 'Ada' });
    emile = await made({ firstName: 'Émile', lastName: 'Baudot', externalId: 'user_4711' });
    grace = await made({ firstName: '<b>Grace</b>', lastName: 'Hopper' });
  });

  it.each([
    ['lovelace', () => ada],
    ['ADA.LOVELACE@ANALYTICAL.EXAMPLE', () => ada],
    ['ytical.ex', () => ada],
    ['émile', () => emile],
    ['mile baud', () => emile],
    ['4711', () => emile],
    ['<b>grace</b>', () => grace],
  ])('for %s finds it in e-mail, name and own id, whatever the case', async (q, whom) => {
    expect(await found({ q })).toEqual([whom()]);
  });

  it('for an id finds its customer, for the beginning of one those that have it', async () => {
    expect(await found({ q: ada })).toEqual([ada]);
    expect(await found({ q: ada.slice(0, 12) })).toEqual([ada]);
    expect(await found({ q: `${ada.slice(0, -1)}~` })).toEqual([]);
  });

  it('for text of a pattern finds only that text', async () => {
    expect(await found({ q: '%' })).toEqual([]);
    expect(await found({ q: '_' })).toEqual([emile]);
    expect(await found({ q: "' OR 1=1 --" })).toEqual([]);
  });

  it('finds nobody of another environment', async () => {
    expect(await found({ q: 'lovelace' }, await Shop.open({ connected: false }))).toEqual([]);
  });
});

it('pages go on where the one before ended, newest first, and end', async () => {
  const other = await Shop.open({ connected: false });
  const ids: string[] = [];
  for (let count = 0; count < 5; count++) ids.unshift(await made({}, other));
  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const page = await read(`?limit=2${cursor ? `&cursor=${cursor}` : ''}`, other);
    pages.push(idsOf(page));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
});

it('a filter names those whose plan or state is the one each customer says it is', async () => {
  const own = await Shop.open();
  await manage('PUT', `${own.base}/tiers/gold`, {
    displayName: 'Gold',
    features: [{ kind: 'metered', name: 'requests', limitUnits: 10 }],
    prices: [{ priceMinor: 900, currency: 'usd', interval: 'month' }],
    trialDays: 7,
  });
  const [free, given, buyer, trying, leaving, late] = [
    await made({}, own),
    await made({ plan: 'pro' }, own),
    await made({ plan: 'team' }, own),
    await made({}, own),
    await made({}, own),
    await made({}, own),
  ];
  await own.buy(buyer, 'pro');
  await own.buy(trying, 'gold');
  for (const id of [leaving, late]) await own.buy(id, 'team');
  await own.bySecretKey('POST', '/api/subscription/cancel', {}, leaving);
  await runInDurableObject(deps.project(own.ref), (_, { storage }) =>
    storage.sql.exec(
      "UPDATE subscription SET status = 'past_due', past_due_ms = ? WHERE customer_id = ?",
      Date.now(),
      late,
    ),
  );
  await own.bySecretKey('PATCH', `/api/customers/${free}`, { banned: true });
  const filters = {
    active: { status: 'active' },
    trialing: { status: 'trialing' },
    past_due: { status: 'past_due' },
    cancelling: { status: 'cancelling' },
    none: { status: 'none' },
    banned: { status: 'banned' },
    pro: { plan: 'pro' },
    team: { plan: 'team' },
    free: { plan: 'free' },
    both: { plan: 'pro', status: 'none' },
  };
  const answers = await Promise.all(
    Object.entries(filters).map(async ([name, query]) => [name, await found(query, own)]),
  );
  expect(Object.fromEntries(answers)).toEqual({
    active: [leaving, buyer],
    trialing: [trying],
    past_due: [late],
    cancelling: [leaving],
    none: [given, free],
    banned: [free],
    pro: [buyer, given],
    team: [late, leaving],
    free: [free],
    both: [given],
  });
  // After its grace a payment that is missing gives no plan any more.
  await runInDurableObject(deps.project(own.ref), (_, { storage }) =>
    storage.sql.exec('UPDATE subscription SET past_due_ms = 1 WHERE customer_id = ?', late),
  );
  expect(await found({ status: 'past_due' }, own)).toEqual([]);
  expect(await found({ plan: 'free' }, own)).toEqual([late, free]);
});

describe('fifty thousand customers', () => {
  const COUNT = 50_000;
  let many: Shop;
  beforeAll(async () => {
    many = await Shop.open({ connected: false });
    const ids = Array.from({ length: COUNT }, () => newCustomerId(deps.random(14)));
    await runInDurableObject(deps.project(many.ref), (_, { storage }) =>
      storage.transactionSync(() => {
        for (const [index, id] of ids.entries())
          storage.sql.exec(
            `INSERT INTO customer (id, seq, email, first_name, last_name, version, created_ms)
             VALUES (?, ?, ?, 'Some', 'Body', 1, 1)`,
            id,
            index + 1,
            `person.${index}@crowd.example`,
          );
      }),
    );
  });

  it('are searched in time that nobody waits for, also for who is the oldest or not there', async () => {
    const tookMs = async (query: Record<string, string>) => {
      const beganMs = performance.now();
      const ids = await found(query, many);
      return { count: ids.length, tookMs: performance.now() - beganMs };
    };
    const asks = {
      newest: {},
      exact: { q: 'person.0@crowd.example' },
      oldest: { q: 'person.0@' },
      nobody: { q: 'nobody at all' },
      trialing: { status: 'trialing' },
      plan: { plan: 'pro' },
    };
    const counts: Record<string, number> = {};
    for (const [name, query] of Object.entries(asks)) {
      const took = await tookMs(query);
      counts[name] = took.count;
      expect(took.tookMs).toBeLessThan(3_000);
    }
    expect(counts).toEqual({ newest: 50, exact: 1, oldest: 1, nobody: 0, trialing: 0, plan: 0 });
  });

  it('are one table, every one once, whatever they are called', async () => {
    await made({ firstName: '=HYPERLINK("http://x")', lastName: '"quoted", and more' }, many);
    const { status, text } = await download(`${base(many)}.csv`, operatorSecret);
    expect(status).toBe(200);
    const rows = text.trimEnd().split('\r\n');
    expect(rows).toHaveLength(COUNT + 2);
    expect(new Set(rows).size).toBe(COUNT + 2);
    expect(rows[0]).toMatch(/^\ufeff"id","own_id","email"/);
    expect(rows[1]).toContain(`"'=HYPERLINK(""http://x"")"`);
  });
});

describe('a customer', () => {
  it('is read with its usage, how it signs in, and what decides its plan', async () => {
    const id = await made({ plan: 'pro', externalId: 'reader' });
    await track(id, 7);
    const detail = await read('/reader');
    expect(detail).toMatchObject({
      customer: { id, plan: 'pro', planSource: 'set' },
      usage: [{ feature: 'requests', usageCount: 7, limit: 1000, remaining: 993 }],
      providers: [],
      setPlan: 'pro',
      headerPlan: null,
      clockMs: null,
    });
  });

  it('is changed for its pages and servers at once, and the audit log says by whom', async () => {
    const id = await made();
    const { customer } = (await asked('PATCH', `/${id}`, { plan: 'team', firstName: 'Ada' })).body;
    expect(customer).toMatchObject({ plan: 'team', planSource: 'set', firstName: 'Ada' });
    expect(await shop.shardPlan(id)).toBe('team');
    await asked('PATCH', `/${id}`, { banned: true });
    expect((await track(id, 1)).body.code).toBe('customer_banned');
    expect(await audited(id)).toEqual([
      'operator customer.banned',
      'operator customer.renamed',
      'operator customer.plan_set',
    ]);
  });

  it('is changed by key without a word in the audit log', async () => {
    const id = await made();
    await shop.bySecretKey('PATCH', `/api/customers/${id}`, { plan: 'team' });
    expect(await audited(id)).toEqual([]);
  });

  it('is signed out everywhere, or on one device', async () => {
    const id = await made();
    for (let count = 0; count < 3; count++)
      await shop.bySecretKey('POST', '/api/sessions', { customer: id });
    const { sessions } = await read(`/${id}/sessions`);
    expect(sessions).toHaveLength(3);
    await asked('DELETE', `/${id}/sessions/${sessions[0].id}`);
    expect((await read(`/${id}/sessions`)).sessions).toHaveLength(2);
    await asked('DELETE', `/${id}/sessions`);
    expect((await read(`/${id}/sessions`)).sessions).toEqual([]);
    expect(await audited(id)).toEqual([
      'operator customer.signed_out',
      'operator customer.session_ended',
    ]);
  });

  it('is given a page to pay on, and one to manage what was bought', async () => {
    const id = await made();
    const none = await asked('POST', `/${id}/portal`, {});
    expect(none.body.code).toBe('billing_account_missing');
    const { url } = (await asked('POST', `/${id}/checkout`, { tier: 'pro' })).body;
    await control(`checkout/${checkoutIdOf(url)}/pay`, {});
    await shop.bySecretKey('POST', '/api/checkout/confirm', { checkoutId: checkoutIdOf(url) }, id);
    expect((await read(`/${id}`)).customer).toMatchObject({ plan: 'pro' });
    expect((await asked('POST', `/${id}/portal`, {})).body.url).toMatch(/^http/);
    const refused = await asked('PATCH', `/${id}`, { plan: 'team' });
    expect(refused.body.code).toBe('subscription_active');
    const preview = await asked('POST', `/${id}/subscription/preview`, { tier: 'team' });
    expect(preview.body).toMatchObject({ kind: 'upgrade', tier: 'team' });
    const change = { tier: 'team', prorationAtMs: preview.body.prorationAtMs };
    await asked('POST', `/${id}/subscription/change`, change);
    const ending = await asked('POST', `/${id}/subscription/cancel`, {});
    expect(ending.body.subscription).toMatchObject({ plan: 'team', endsAtMs: expect.any(Number) });
    await asked('POST', `/${id}/subscription/resume`, {});
    expect((await shop.customer(id)).subscription).toMatchObject({ plan: 'team', endsAtMs: null });
    expect(await read(`/${id}/payments`)).toEqual({ payments: [], nextCursor: null });
    expect(await audited(id)).toEqual([
      'operator subscription.resumed',
      'operator subscription.cancelled',
      'operator subscription.changed',
      'operator customer.portal_opened',
      'operator customer.checkout_opened',
    ]);
  });

  it('is erased, and the log says by whom, but not who it was', async () => {
    const id = await made();
    await asked('PATCH', `/${id}`, { firstName: 'Gone' });
    expect((await asked('DELETE', `/${id}`)).body.deleted.id).toBe(id);
    expect((await asked('GET', `/${id}`)).body.code).toBe('customer_not_found');
    expect(await audited(id)).toEqual([]);
    expect(await audited(null)).toContain('operator customer.erased');
  });

  it('shows what was done to it and what happened to it, newest first, also where no endpoint is told', async () => {
    const id = await made();
    await asked('PATCH', `/${id}`, { plan: 'pro' });
    await asked('POST', `/${id}/usage`, { kind: 'reset' });
    const { events } = await read(`/${id}/events`);
    expect(events.map(({ type, by }: Record<string, string>) => [type, by])).toEqual([
      ['usage.reset', 'operator'],
      ['customer.plan_set', 'operator'],
      ['plan.changed', null],
      ['customer.created', null],
    ]);
  });

  it('who is an operator of the platform is neither banned nor erased', async () => {
    const platform = await Shop.ofPlatform();
    const id = newCustomerId(deps.random(14));
    const ref = { projectId: 'prj_dream', mode: 'live' } as const;
    await deps.project(ref).customers().createVerified(id, 'operator@dream.example', Date.now());
    const path = `${platform.base.replace('/test', '/live')}/customers/${id}`;
    for (const [method, body] of [['PATCH', { banned: true }], ['DELETE']] as const) {
      const { status, body: answer } = await call(method, path, operatorSecret, body);
      expect([status, answer.code]).toEqual([403, 'platform_protected']);
    }
    const renamed = await call('PATCH', path, operatorSecret, { firstName: 'Op' });
    expect(renamed.status).toBe(200);
  });
});

describe('a count changed by hand', () => {
  const adjust = (id: string, body: object, key?: string) =>
    asked('POST', `/${id}/usage`, body, key === undefined ? {} : { 'idempotency-key': key });

  it('goes up, down to 0 and no further, or back to 0, in the running period', async () => {
    const id = await made({ plan: 'pro' });
    await track(id, 900);
    const given = await adjust(id, { kind: 'change', units: -200 });
    expect(given.body.usage).toMatchObject({ count: 700, remaining: 300 });
    expect((await adjust(id, { kind: 'change', units: 50 })).body.usage.count).toBe(750);
    expect((await adjust(id, { kind: 'change', units: -5000 })).body.usage.count).toBe(0);
    await track(id, 10);
    await adjust(id, { kind: 'reset', feature: 'requests' });
    expect(await countOf(id)).toBe(0);
    expect((await track(id, 1000)).status).toBe(200);
    expect(await audited(id)).toEqual([
      'operator usage.reset',
      'operator usage.changed',
      'operator usage.changed',
      'operator usage.changed',
    ]);
  });

  it('changes once for a key, also where the first answer was lost before it was noted', async () => {
    const id = await made({ plan: 'pro' });
    await track(id, 100);
    const body = { kind: 'change', units: -10 };
    const key = crypto.randomUUID();
    const answers = [await adjust(id, body, key), await adjust(id, body, key)];
    await runInDurableObject(deps.project(shop.ref), (_, { storage }) =>
      storage.sql.exec('DELETE FROM reply'),
    );
    answers.push(await adjust(id, body, key));
    expect(answers.map(({ body: { usage } }) => usage.count)).toEqual([90, 90, 90]);
    expect(await countOf(id)).toBe(90);
    const other = await adjust(id, { kind: 'reset' }, key);
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict']);
  });

  it('loses no unit that is counted at the same time', async () => {
    const id = await made({ plan: 'team' });
    await manage('PUT', `${shop.base}/tiers/team`, {
      displayName: 'Team',
      features: [{ kind: 'metered', name: 'requests', limitUnits: 9000 }],
      prices: [{ priceMinor: 4900, currency: 'usd', interval: 'month' }],
      rateLimitPerMinute: null,
    });
    await track(id, 1000);
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 ? track(id, 3) : adjust(id, { kind: 'change', units: -7 }),
      ),
    );
    expect(await countOf(id)).toBe(1000 + 10 * 3 - 10 * 7);
  });

  it('takes nothing back that was billed, and bills the same units no second time', async () => {
    const prices = [{ priceMinor: 200, currency: 'usd' }];
    await manage('PUT', `${shop.base}/tiers/soft`, {
      displayName: 'Soft',
      features: [
        {
          kind: 'metered',
          name: 'requests',
          limitUnits: 10,
          overage: { perUnits: 5, prices },
        },
        { kind: 'boolean', name: 'export' },
      ],
      prices: [{ priceMinor: 1900, currency: 'usd', interval: 'month' }],
    });
    const id = await made();
    await shop.buy(id, 'soft');
    await track(id, 15);
    await adjust(id, { kind: 'reset' });
    const billed = () =>
      runInDurableObject(deps.shard(shop.ref, shardOf(id) ?? ''), (_, { storage }) =>
        storage.sql
          .exec<{ units: number }>(
            'SELECT over_units AS units FROM meter WHERE customer_id = ?',
            id,
          )
          .one(),
      );
    expect(await billed()).toEqual({ units: 5 });
    await track(id, 15);
    expect(await billed()).toEqual({ units: 5 });
    await track(id, 2);
    expect(await billed()).toEqual({ units: 7 });
    const refused = await adjust(id, { kind: 'reset', feature: 'export' });
    expect([refused.status, refused.body.code]).toEqual([400, 'feature_not_metered']);
  });

  it('is refused for what no plan has, and for nobody', async () => {
    const id = await made();
    const codes = await Promise.all([
      adjust(id, { kind: 'reset', feature: 'nothing' }),
      adjust('cust_nobody', { kind: 'reset' }),
      adjust(id, { kind: 'change', units: 0 }),
      adjust(id, { kind: 'other' }),
    ]);
    expect(codes.map(({ body }) => body.code)).toEqual([
      'feature_not_found',
      'customer_not_found',
      'invalid_request',
      'invalid_request',
    ]);
  });
});
