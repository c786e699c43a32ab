import {
  createExecutionContext,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp } from '../src/app.ts';
import { createDeps, type Deps, type EnvironmentRef } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { runUpkeep } from '../src/projects/upkeep.job.ts';
import { checkoutIdOf, control } from './billing-shop.ts';
import { developer, ensurePlatform, type SignedInDeveloper } from './developers.ts';
import { type Answer, type CallOptions, manage, OPERATOR } from './harness.ts';
import { ORIGIN } from './sign-in.ts';

const DAY_MS = 86_400_000;
const PLATFORM = { projectId: 'prj_dream', mode: 'live' } as const;

/** An edge whose developers owe for their projects; the tests' usual one bills nobody. */
const deps: Deps = {
  ...(await createDeps({
    ...(env as unknown as Bindings),
    PLATFORM_BILLING: 'required',
    PLATFORM_TEST_CUSTOMERS: '3',
  } as unknown as Bindings)),
  gatherRefusalsMs: 0,
};
const app = createApp(deps);

async function call(
  method: string,
  path: string,
  { key, user, body }: CallOptions = {},
): Promise<Pick<Answer, 'status' | 'body'>> {
  const context = createExecutionContext();
  const headers = new Headers({ 'content-type': 'application/json' });
  if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
  if (user !== undefined) headers.set('x-user-id', user);
  const request = new Request(`https://edge.test${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const response = await app.fetch(request, env, context);
  const answer = { status: response.status, body: await response.json() };
  await waitOnExecutionContext(context);
  return answer;
}

/** Calls the edge, and expects it to succeed. */
async function done(method: string, path: string, options: CallOptions): Promise<Answer['body']> {
  const { status, body } = await call(method, path, options);
  if (status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(body)}`);
  return body;
}

let platformSk: string;
beforeAll(async () => {
  await ensurePlatform();
  const base = '/api/projects/prj_dream/live';
  const customers = (limitUnits: number) => [{ kind: 'metered', name: 'customers', limitUnits }];
  await manage('PUT', `${base}/tiers/free`, {
    displayName: 'Free',
    features: customers(100),
    isDefault: true,
  });
  await manage('PUT', `${base}/tiers/pro`, {
    displayName: 'Pro',
    features: customers(2000),
    prices: [{ priceMinor: 1900, currency: 'usd', interval: 'month' }],
    trialDays: 14,
  });
  await manage('PATCH', `${base}/settings`, { successUrl: ORIGIN, returnUrl: ORIGIN });
  platformSk = (await manage('POST', `${base}/keys`, {})).secret;
});

afterEach(() => {
  vi.useRealTimers();
});

/** A project of a developer, and a secret key of each mode. */
class Venture {
  readonly id: string;
  readonly keys: Record<'test' | 'live', string>;

  constructor(id: string, keys: Record<'test' | 'live', string>) {
    this.id = id;
    this.keys = keys;
  }

  static async of(key: string, body: object = {}): Promise<Venture> {
    const { project } = await done('POST', '/api/projects', {
      key,
      body: { name: 'Versa', ...body },
    });
    const secret = async (mode: string) =>
      (await done('POST', `/api/projects/${project.id}/${mode}/keys`, { key, body: {} })).secret;
    return new Venture(project.id, { test: await secret('test'), live: await secret('live') });
  }

  async standing(): Promise<Answer['body']> {
    return (await done('GET', `/api/projects/${this.id}`, { key: OPERATOR })).standing;
  }

  /** What a secret key of each mode is answered, and the operator's page. */
  async answers(): Promise<{ test: unknown; live: unknown; page: unknown }> {
    const answerOf = async (path: string, key: string) => {
      const { status, body } = await call('GET', path, { key });
      return status === 200 ? 200 : body.code;
    };
    for (const mode of ['test', 'live'] as const)
      deps.environments.drop({ projectId: this.id, mode });
    return {
      test: await answerOf('/api/tiers', this.keys.test),
      live: await answerOf('/api/tiers', this.keys.live),
      page: await answerOf(`/api/projects/${this.id}`, OPERATOR),
    };
  }
}

const OPEN = { test: 200, live: 200, page: 200 };
const ONLY_TEST = { test: 200, live: 'subscription_required', page: 200 };
const BLOCKED = { test: 'subscription_expired', live: 'subscription_expired', page: 200 };
const GONE = { test: 'project_deleted', live: 'project_deleted', page: 'project_deleted' };

const moveTo = (nowMs: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
};

/** Gives a developer a plan, as an operator does, and tells their projects. */
async function give(customerId: string, plan: string): Promise<void> {
  await done('PATCH', `/api/customers/${customerId}`, { key: platformSk, body: { plan } });
  await tellProjects();
}

/** Does what the outbox would do in a moment, also what its alarm has begun. */
async function tellProjects(): Promise<void> {
  const ids = await openJobIds(PLATFORM, 'platform.tell');
  await deliverJobs(deps, PLATFORM, ids, { throwFirst: true });
}

const openJobIds = (ref: EnvironmentRef, kind: string): Promise<string[]> =>
  runInDurableObject(deps.project(ref), (_object, { storage }) =>
    storage.sql
      .exec<{ id: string }>("SELECT id FROM outbox WHERE state = 'open' AND kind = ?", kind)
      .toArray()
      .map(({ id }) => id),
  );

async function buyPro({ customerId }: SignedInDeveloper): Promise<void> {
  const by = { key: platformSk, user: customerId };
  const { url } = await done('POST', '/api/create-checkout', { ...by, body: { tier: 'pro' } });
  const checkoutId = checkoutIdOf(url);
  await control(`checkout/${checkoutId}/pay`, {});
  await done('POST', '/api/checkout/confirm', { ...by, body: { checkoutId } });
  await tellProjects();
}

describe('a developer’s project', () => {
  it('goes from test mode through trial, grace and stop to its erasure, told in time', async () => {
    const ada = await developer();
    const venture = await Venture.of(ada.key);
    expect(await venture.standing()).toMatchObject({ state: 'free' });
    expect(await venture.answers()).toEqual(ONLY_TEST);

    await buyPro(ada);
    const { trialEndsAtMs, ...trialing } = await venture.standing();
    expect([trialing, await venture.answers()]).toMatchObject([{ state: 'trialing' }, OPEN]);

    await done('POST', '/api/subscription/cancel', { key: platformSk, user: ada.customerId });
    await tellProjects();
    const { endsAtMs } = await venture.standing();
    expect([endsAtMs, endsAtMs]).toEqual([expect.any(Number), trialEndsAtMs]);

    moveTo(endsAtMs + DAY_MS);
    expect([await venture.standing(), await venture.answers()]).toMatchObject([
      {
        state: 'grace',
        lapsedAtMs: endsAtMs,
        blocksAtMs: endsAtMs + 7 * DAY_MS,
        erasesAtMs: endsAtMs + 30 * DAY_MS,
      },
      OPEN,
    ]);

    moveTo(endsAtMs + 8 * DAY_MS);
    await runUpkeep(deps);
    expect([await venture.standing(), await venture.answers()]).toMatchObject([
      { state: 'expired' },
      BLOCKED,
    ]);

    await give(ada.customerId, 'pro');
    expect([await venture.standing(), await venture.answers()]).toMatchObject([
      { state: 'paid', erasesAtMs: null },
      OPEN,
    ]);

    moveTo(endsAtMs + 40 * DAY_MS);
    await give(ada.customerId, 'free');
    await runUpkeep(deps);
    expect([await venture.standing(), await venture.answers()]).toMatchObject([
      { state: 'grace', lapsedAtMs: endsAtMs + 40 * DAY_MS },
      OPEN,
    ]);

    moveTo(endsAtMs + 70 * DAY_MS - 1);
    await runUpkeep(deps);
    expect(await venture.answers()).toEqual(BLOCKED);
    moveTo(endsAtMs + 70 * DAY_MS);
    await runUpkeep(deps);
    expect(await venture.answers()).toEqual(GONE);
    expect((await call('GET', '/api/tiers', { key: platformSk })).status).toBe(200);
  });

  it('tells its webhooks of the end of its plan, of the stop and of the erasure, each once', async () => {
    const ada = await developer();
    await give(ada.customerId, 'pro');
    const venture = await Venture.of(ada.key);
    const ref = { projectId: venture.id, mode: 'live' } as const;
    const url = 'https://hooks.example.com/dream';
    await done('POST', `/api/projects/${venture.id}/live/webhooks`, {
      key: OPERATOR,
      body: { url },
    });
    const told = () =>
      runInDurableObject(deps.project(ref), (_object, { storage }) =>
        storage.sql
          .exec<{ type: string; erasesAtMs: number }>(
            `SELECT type, body ->> '$.data.erasesAtMs' AS erasesAtMs FROM webhook_event
             WHERE type GLOB 'project.*' ORDER BY created_ms`,
          )
          .toArray()
          .map(({ type, erasesAtMs }) => [type, erasesAtMs]),
      );
    await runUpkeep(deps);
    expect(await told()).toEqual([]);
    const endMs = Date.now();
    moveTo(endMs);
    await give(ada.customerId, 'free');
    const erasesAtMs = endMs + 30 * DAY_MS;
    const grace = ['project.grace_started', erasesAtMs];
    for (const days of [0, 1, 7 - 1 / 24]) {
      moveTo(endMs + days * DAY_MS);
      await runUpkeep(deps);
      expect(await told()).toEqual([grace]);
    }
    const blocked = ['project.blocked', erasesAtMs];
    for (const days of [7, 23 - 1 / 24]) {
      moveTo(endMs + days * DAY_MS);
      await runUpkeep(deps);
      expect(await told()).toEqual([grace, blocked]);
    }
    moveTo(endMs + 23 * DAY_MS);
    for (let run = 0; run < 2; run++) await runUpkeep(deps);
    expect(await told()).toEqual([grace, blocked, ['project.erasure_planned', erasesAtMs]]);
  });

  it('made after the plan ended starts free, and is not erased with the others', async () => {
    const ada = await developer();
    await give(ada.customerId, 'pro');
    const first = await Venture.of(ada.key);
    expect(await first.answers()).toEqual(OPEN);
    await give(ada.customerId, 'free');
    await done('DELETE', `/api/projects/${first.id}`, { key: ada.key });
    // Instants are told in milliseconds, and both could fall into one.
    moveTo(Date.now() + 1000);
    const second = await Venture.of(ada.key);
    moveTo(Date.now() + 40 * DAY_MS);
    await runUpkeep(deps);
    expect(await second.answers()).toEqual(ONLY_TEST);
  });

  it('that an operator makes for an e-mail has the plan that was given to it', async () => {
    const email = `${crypto.randomUUID()}@dev.example`;
    await done('POST', '/api/customers', { key: platformSk, body: { email, plan: 'pro' } });
    const venture = await Venture.of(OPERATOR, { ownerEmail: email });
    expect(await venture.answers()).toEqual(OPEN);
  });

  it('lapses when its developer leaves', async () => {
    const ada = await developer();
    await give(ada.customerId, 'pro');
    const venture = await Venture.of(ada.key);
    await done('DELETE', `/api/customers/${ada.customerId}`, { key: platformSk });
    await runUpkeep(deps);
    const { lapsedAtMs, state } = await venture.standing();
    expect([state, await venture.answers()]).toEqual(['grace', OPEN]);
    moveTo(lapsedAtMs + 8 * DAY_MS);
    await runUpkeep(deps);
    expect([(await venture.standing()).lapsedAtMs, await venture.answers()]).toEqual([
      lapsedAtMs,
      BLOCKED,
    ]);
  });

  it('does not go back to what it was told before something newer', async () => {
    const ada = await developer();
    const venture = await Venture.of(ada.key);
    const before = await deps
      .project(PLATFORM)
      .platformFacts()
      .of({ ...ada });
    await give(ada.customerId, 'pro');
    const late = { version: Number(before?.version), facts: before?.facts ?? null };
    const live = deps.project({ projectId: venture.id, mode: 'live' });
    await live.standing().put({ ...late, testCustomers: null }, Date.now());
    expect(await venture.standing()).toMatchObject({ state: 'paid' });
  });
});

describe('test mode', () => {
  const make = (key: string) =>
    call('POST', '/api/customers', {
      key,
      body: { email: `${crypto.randomUUID()}@example.com` },
    });

  it('holds few customers without a plan, however they come, and any number with one', async () => {
    const ada = await developer();
    const { keys } = await Venture.of(ada.key);
    for (let made = 0; made < 3; made++) expect((await make(keys.test)).status).toBe(200);
    const full = { status: 403, body: { code: 'test_customers_reached', max: 3 } };
    expect(await make(keys.test)).toMatchObject(full);
    const own = { key: keys.test, user: `own-${crypto.randomUUID()}`, body: {} };
    expect(await call('POST', '/api/usage', own)).toMatchObject(full);
    await give(ada.customerId, 'pro');
    expect((await make(keys.test)).status).toBe(200);
    expect((await call('POST', '/api/usage', own)).status).toBe(200);
  });
});

describe('an end user', () => {
  const counted = async (customerId: string) =>
    (await done('GET', '/api/usage?feature=customers', { key: platformSk, user: customerId }))
      .usageCount;

  /** Does what gathered by now, as the outbox does a minute later. */
  async function count({ id }: Venture): Promise<void> {
    const ref = { projectId: id, mode: 'live' } as const;
    const ids = await openJobIds(ref, 'platform.count');
    await deliverJobs(deps, ref, ids, { throwFirst: true });
  }

  it('counts once in each month it is active in, whatever it does and however often it is told', async () => {
    const ada = await developer();
    await give(ada.customerId, 'pro');
    const venture = await Venture.of(ada.key);
    const live = () => deps.project({ projectId: venture.id, mode: 'live' });
    const customer = async () =>
      (
        await done('POST', '/api/customers', {
          key: venture.keys.live,
          body: { email: `${crypto.randomUUID()}@example.com` },
        })
      ).customer.id as string;
    const [used, signedIn] = [await customer(), await customer()];
    await customer();
    const row = { customerId: used, feature: 'requests', units: 5 };
    const october = [1, 2].map((day) => ({ ...row, day: `2040-10-0${day}` }));
    const inOctober = Date.UTC(2040, 9, 3);

    await live().usageHistory().add('00', { seq: 1, rows: october }, inOctober);
    await live().activeCustomers().note(used, inOctober);
    await live().activeCustomers().note(signedIn, inOctober);
    await count(venture);
    expect(await counted(ada.customerId)).toBe(2);

    await live().usageHistory().add('00', { seq: 2, rows: october }, inOctober);
    await count(venture);
    expect(await counted(ada.customerId)).toBe(2);

    await live()
      .activeCustomers()
      .note(used, Date.UTC(2040, 10, 1));
    const batch = await live().activeCustomers().take();
    await count(venture);
    expect([batch?.units, await counted(ada.customerId)]).toEqual([1, 3]);
  });

  it('counts once when the answer to its counting is lost', async () => {
    const ada = await developer();
    await give(ada.customerId, 'pro');
    const venture = await Venture.of(ada.key);
    const email = `${crypto.randomUUID()}@example.com`;
    const { customer } = await done('POST', '/api/customers', {
      key: venture.keys.live,
      body: { email },
    });
    const ref = { projectId: venture.id, mode: 'live' } as const;
    await deps.project(ref).activeCustomers().note(customer.id, Date.now());
    const ids = await openJobIds(ref, 'platform.count');
    await Promise.all([deliverJobs(deps, ref, ids), deliverJobs(deps, ref, ids)]);
    expect(await counted(ada.customerId)).toBe(1);
  });

  it('of a page counts when it signs in, and one of test mode never', async () => {
    const ada = await developer();
    await give(ada.customerId, 'pro');
    const venture = await Venture.of(ada.key);
    for (const mode of ['test', 'live'] as const) {
      const body = { externalId: crypto.randomUUID() };
      await done('POST', '/api/sessions', { key: venture.keys[mode], body });
    }
    expect(await openJobIds({ projectId: venture.id, mode: 'test' }, 'platform.count')).toEqual([]);
    await count(venture);
    expect(await counted(ada.customerId)).toBe(1);
  });
});

describe('the platform', () => {
  it('goes on for ever: nothing done to its owner closes, bounds or erases it', async () => {
    const { accountId } = (await manage('GET', '/api/projects/prj_dream')).project;
    const owner = await developer('operator@dream.example');
    expect(accountId).toMatch(/^plt_/);
    await give(owner.customerId, 'pro');
    await give(owner.customerId, 'free');
    for (const path of [`/api/customers/${owner.customerId}`, '/api/projects/prj_dream'])
      for (const key of [platformSk, OPERATOR])
        expect((await call('DELETE', path, { key })).status).toBeGreaterThanOrEqual(400);
    moveTo(Date.now() + 4000 * DAY_MS);
    await runUpkeep(deps);
    expect((await call('GET', '/api/tiers', { key: platformSk })).status).toBe(200);
    expect(await done('GET', '/api/projects/prj_dream', { key: OPERATOR })).toMatchObject({
      standing: { state: 'paid', erasesAtMs: null },
    });
  });
});
