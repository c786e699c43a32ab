import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { openWorkOf } from '../src/outbox/health.rpc.ts';
import { Shop } from './billing-shop.ts';
import { developer, ensurePlatform, PLATFORM_KEY, type SignedInDeveloper } from './developers.ts';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';
import { ORIGIN } from './sign-in.ts';

const deps = await createDeps(env as unknown as Bindings);
let operator: SignedInDeveloper;
let ada: SignedInDeveloper;

beforeAll(async () => {
  await ensurePlatform();
  [operator, ada] = await Promise.all([developer('operator@dream.example'), developer()]);
});

/** An operator in the dashboard. */
const act = (method: string, path: string, body?: object) =>
  call(method, path, { key: operator.key, headers: { origin: ORIGIN }, ...(body && { body }) });
const suspend = (id: string, body: object = { reason: 'Spam' }) =>
  act('POST', `/api/projects/${id}/suspend`, body);
const resume = (id: string) => act('POST', `/api/projects/${id}/resume`);
const codeOf = async (answer: ReturnType<typeof call>) => {
  const { status, body } = await answer;
  return [status, body.code];
};

/** What keys and sessions of a project are answered. */
async function answers({ sk, pk }: TestEnvironment, token: string) {
  return Promise.all([
    codeOf(call('POST', '/api/usage', { key: sk, user: 'ada' })),
    codeOf(call('GET', `/api/bootstrap?pk=${pk}`)),
    codeOf(call('GET', '/api/usage', { key: token })),
    codeOf(call('GET', `/__clerk/${pk}/v1/client`, { headers: { origin: ORIGIN } })),
  ]);
}

describe('a suspended project', () => {
  it('refuses keys, pages and sessions alike, and works as before when it is resumed', async () => {
    const shop = await createEnvironment();
    await call('POST', '/api/usage', { key: shop.sk, user: 'ada' });
    const email = `${crypto.randomUUID()}@example.com`;
    const made = await call('POST', '/api/customers', { key: shop.sk, body: { email } });
    const customer = made.body.customer.id;
    const { body } = await call('POST', '/api/sessions', { key: shop.sk, body: { customer } });
    const suspended = await suspend(shop.id, { reason: 'Spam' });
    expect(suspended.body.project.suspendedAtMs).toBeGreaterThan(0);
    const paused = [403, 'project_suspended'];
    expect(await answers(shop, body.accessToken)).toEqual([paused, paused, paused, paused]);
    expect((await suspend(shop.id)).body.project.suspendedAtMs).toBe(
      suspended.body.project.suspendedAtMs,
    );
    expect((await resume(shop.id)).body.project.suspendedAtMs).toBeNull();
    const [metered, page] = await answers(shop, body.accessToken);
    expect([metered, page]).toEqual([
      [200, undefined],
      [200, undefined],
    ]);
    const usage = await call('GET', '/api/usage', { key: shop.sk, user: 'ada' });
    expect(usage.body.usageCount).toBe(2);
  });

  it('is refused in both modes within 10 s by an isolate that knew it before', async () => {
    const shop = await createEnvironment();
    await call('GET', '/api/tiers', { key: shop.sk });
    const elsewhere = await createDeps(env as unknown as Bindings);
    const ref = { projectId: shop.id, mode: 'live' } as const;
    const nowMs = Date.now();
    expect((await elsewhere.environments.get(ref, nowMs)).suspendedAtMs).toBeNull();
    await suspend(shop.id);
    const late = await elsewhere.environments.get(ref, nowMs + 10_000);
    expect(late.suspendedAtMs).toBeGreaterThan(0);
  });

  it('stays with its developer: everything is read, and the audit log says why', async () => {
    const made = await call('POST', '/api/projects', { key: ada.key, body: { name: 'Quills' } });
    const { id } = made.body.project;
    await suspend(id, { reason: 'Spam' });
    const listed = await call('GET', '/api/projects', { key: ada.key });
    expect(listed.body.projects[0].suspendedAtMs).toBeGreaterThan(0);
    expect(listed.body.projects[0].suspensionReason).toBe('Spam');
    const { body } = await call('GET', `/api/projects/${id}/live/audit`, { key: ada.key });
    expect(body.entries[0]).toMatchObject({ action: 'project.suspended', subject: 'Spam' });
    for (const path of [`/api/projects/${id}/suspend`, `/api/projects/${id}/resume`])
      expect(await codeOf(call('POST', path, { key: ada.key, body: {} }))).toEqual([
        403,
        'operator_required',
      ]);
  });

  it('has a reason, which its developer is told until it is resumed', async () => {
    const { id } = await createEnvironment();
    expect((await suspend(id, {})).body.code).toBe('invalid_request');
    await suspend(id);
    const again = await suspend(id, { reason: 'Spam, and phishing' });
    expect(again.body.project.suspensionReason).toBe('Spam, and phishing');
    expect((await resume(id)).body.project.suspensionReason).toBeNull();
    expect((await act('GET', `/api/projects/${id}`)).body.project.suspensionReason).toBeNull();
  });

  it('still has the events of Stripe applied', async () => {
    const shop = await Shop.open();
    const id = await shop.newCustomer();
    await shop.buy(id, 'pro');
    const [bought] = await shop.subscriptionsAtStripe(id);
    const { id: objectId = '', customer } = bought ?? {};
    await suspend(shop.ref.projectId);
    await shop.stripe.subscriptions.cancel(objectId, {}, shop.onAccount);
    const object = { id: objectId, object: 'subscription', customer };
    expect((await shop.hear('customer.subscription.deleted', object)).status).toBe(200);
    await vi.waitFor(
      async () => {
        const known = await deps.project(shop.ref).customers().get(id, Date.now());
        expect(known.ok && known.value.plan).toBe('free');
      },
      { timeout: 10_000 },
    );
  });
});

describe('all projects', () => {
  it('are found by name, id and owner, page by page, by operators alone', async () => {
    const name = `Quills ${crypto.randomUUID()}`;
    const ownerEmail = `${crypto.randomUUID()}@example.com`;
    const made = [];
    for (const ending of ['a', 'b', '100%_c'])
      made.push(
        (await manage('POST', '/api/projects', { name: `${name} ${ending}`, ownerEmail })).project
          .id,
      );
    const found = async (query: string) => {
      const { body } = await act('GET', `/api/operator/projects?${query}`);
      return { ids: body.projects.map(({ id }: { id: string }) => id), next: body.nextCursor };
    };
    const newestFirst = expect.arrayContaining(made);
    expect((await found(`q=${encodeURIComponent(name)}`)).ids).toEqual(newestFirst);
    expect((await found(`q=${ownerEmail}`)).ids).toEqual(newestFirst);
    expect((await found(`q=${made[0]}`)).ids).toEqual([made[0]]);
    expect((await found(`q=${encodeURIComponent(`${name} 100%_`)}`)).ids).toEqual([made[2]]);
    const first = await found(`q=${ownerEmail}&limit=2`);
    const second = await found(`q=${ownerEmail}&limit=2&cursor=${encodeURIComponent(first.next)}`);
    expect(new Set([...first.ids, ...second.ids])).toEqual(new Set(made));
    expect([first.ids.length, second.next]).toEqual([2, null]);
    const listed = async (query: string) => {
      const { body } = await act('GET', `/api/projects?q=${encodeURIComponent(name)}&${query}`);
      return { ids: body.projects.map(({ id }: { id: string }) => id), next: body.nextCursor };
    };
    const oldest = await listed('limit=2');
    const others = await listed(`limit=2&cursor=${encodeURIComponent(oldest.next)}`);
    expect([oldest.ids, others]).toEqual([made.slice(0, 2), { ids: [made[2]], next: null }]);
    await suspend(made[1]);
    expect((await found(`q=${ownerEmail}&suspended=true`)).ids).toEqual([made[1]]);
    expect(await codeOf(act('GET', '/api/operator/projects?cursor=x'))).toEqual([
      400,
      'invalid_request',
    ]);
    expect(await codeOf(act('GET', '/api/projects?cursor=x'))).toEqual([400, 'invalid_request']);
    for (const path of ['/api/operator/projects', '/api/operator/health'])
      expect(await codeOf(call('GET', path, { key: ada.key }))).toEqual([403, 'operator_required']);
  });
});

describe('the health of inboxes and outboxes', () => {
  it('tells of the platform, and of environments with open work and with work given up', async () => {
    const [stuck, dead] = await Promise.all([createEnvironment(), createEnvironment()]);
    // A job that always fails: for the first time, and for the last.
    for (const [{ id, mode }, tries] of [
      [stuck, 0],
      [dead, 11],
    ] as const) {
      const ref = { projectId: id, mode };
      await runInDurableObject(deps.project(ref), (_, { storage }) => {
        storage.sql.exec(
          "INSERT INTO outbox VALUES ('job_bad', 'shard.resume', ?, 'open', ?, 0, ?, ?, NULL)",
          JSON.stringify({ kind: 'shard.resume', customerId: 'nobody', usage: [] }),
          tries,
          Date.now() + 3_600_000,
          Date.now(),
        );
      });
      await deliverJobs(deps, ref, ['job_bad']);
    }
    const { body } = await act('GET', '/api/operator/health');
    expect(body.noted).toBeGreaterThan(0);
    const of = (projectId: string, mode = 'test') =>
      body.environments.find((one: any) => one.projectId === projectId && one.mode === mode);
    expect(of('prj_dream', 'live')).toMatchObject({ reached: true });
    expect(of(stuck.id)).toMatchObject({ reached: true, openJobs: 1, deadJobs: 0 });
    expect(of(stuck.id).notedAtMs).toBeGreaterThan(0);
    expect(of(dead.id)).toMatchObject({ reached: true, openJobs: 0, deadJobs: 1 });
    expect(of(dead.id).failures).toEqual([
      {
        kind: 'shard.resume',
        state: 'dead',
        error: 'Error: No customer id: nobody',
        atMs: expect.any(Number),
      },
    ]);
  });

  it('counts an event whose job was given up among the dead, and not among those that wait', async () => {
    const { id, mode } = await createEnvironment();
    const workAfter = (...jobs: [string, string][]) =>
      runInDurableObject(deps.project({ projectId: id, mode }), (_, { storage: { sql } }) => {
        for (const [job, state] of jobs)
          sql.exec(
            "INSERT INTO outbox VALUES (?, 'stripe.sync', ?, ?, 1, 1, 9e15, 1, 'down')",
            job,
            JSON.stringify({ kind: 'stripe.sync', objectId: 'sub_1' }),
            state,
          );
        sql.exec(
          `INSERT OR IGNORE INTO inbox (event_id, type, received_ms, via, object_id, mark)
           VALUES ('evt_1', 'customer.subscription.updated', 1, 'connect', 'sub_1', 1)`,
        );
        const { waitingEvents, deadJobs } = openWorkOf(sql, 1);
        return { waitingEvents, deadJobs };
      });
    expect(await workAfter(['job_1', 'dead'])).toEqual({ waitingEvents: 0, deadJobs: 1 });
    expect(await workAfter(['job_2', 'open'])).toEqual({ waitingEvents: 1, deadJobs: 1 });
  });
});

describe('the platform', () => {
  it('is ended, sold elsewhere or closed to its operators by no act in the dashboard', async () => {
    const live = '/api/projects/prj_dream/live';
    const { origins } = await manage('GET', `${live}/origins`);
    const acts: [string, string, object?][] = [
      ['DELETE', '/api/projects/prj_dream'],
      ['POST', '/api/projects/prj_dream/suspend', { reason: 'Spam' }],
      ['POST', '/api/projects/prj_dream/resume'],
      ['PUT', `${live}/origins`, { origins: [] }],
      ['PUT', `${live}/origins`, { origins: ['https://elsewhere.example'] }],
      ['PATCH', `${live}/settings`, { emailCode: false }],
      ['PUT', `${live}/turnstile`, { siteKey: '0x4AAAAAAAAAAA', secretKey: '0x4AAAAAAAAAAAB' }],
      ['PUT', `${live}/clerk-app`, { secretKey: 'sk_live_somebody_elses' }],
      ['DELETE', `${live}/clerk-app`],
      ['DELETE', `${live}/stripe`],
      ['POST', `${live}/stripe/start`, { redirectUrl: 'https://dashboard.example/stripe' }],
      ['PATCH', `${live}/customers/${operator.customerId}`, { banned: true }],
      ['DELETE', `${live}/customers/${operator.customerId}`],
    ];
    const codes = [];
    for (const [method, path, body] of acts)
      codes.push([method, path, ...(await codeOf(act(method, path, body)))]);
    expect(codes).toEqual(acts.map(([method, path]) => [method, path, 403, 'platform_protected']));
    const { keys } = await manage('GET', `${live}/keys`);
    for (const { id } of keys) await act('DELETE', `${live}/keys/${id}`);
    expect((await act('GET', `${live}/settings`)).status).toBe(200);
    expect((await call('GET', `/api/bootstrap?pk=${PLATFORM_KEY}`)).status).toBe(200);
    expect((await developer('operator@dream.example')).key).toMatch(/^ey/);
    expect((await manage('GET', `${live}/origins`)).origins).toEqual(origins);
  });

  it('lets operators list more origins and change what locks nobody out', async () => {
    const live = '/api/projects/prj_dream/live';
    const { origins } = await manage('GET', `${live}/origins`);
    const more = [...origins, 'https://second.example'];
    expect((await act('PUT', `${live}/origins`, { origins: more })).body.origins).toEqual(more);
    expect((await act('PUT', `${live}/origins`, { origins })).status).toBe(200);
    expect((await act('PATCH', `${live}/settings`, { displayName: 'dream' })).status).toBe(200);
    const key = { key: OPERATOR, body: { emailCode: true } };
    expect((await call('PATCH', `${live}/settings`, key)).status).toBe(200);
  });
});
