import { createScheduledController, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import worker from '../src/index.ts';
import type { EnvironmentRef } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import type { Job } from '../src/outbox/job.ts';
import { forgetOpenWork, noteOpenWork } from '../src/outbox/open-work.store.ts';
import { DONE_JOBS, enqueue } from '../src/outbox/outbox.rpc.ts';
import { runCron } from '../src/cron.job.ts';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { runUpkeep } from '../src/projects/upkeep.job.ts';
import { OLD_EVENTS } from '../src/billing/inbox.rpc.ts';
import { OLD_ATTEMPTS } from '../src/oauth/oauth.rpc.ts';
import { OLD_REPLIES } from '../src/replies/replies.rpc.ts';
import { OLD_PROOFS } from '../src/sessions/identity.rpc.ts';
import { type Perishable, PRUNE_ROWS, prune } from '../src/storage/prune.ts';
import { deps, Shop, whileStripeIsDown } from './billing-shop.ts';

afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });

const notes = async ({ projectId }: EnvironmentRef): Promise<unknown[]> =>
  (
    await deps.directory
      .prepare('SELECT * FROM open_work WHERE project_id = ?')
      .bind(projectId)
      .all()
  ).results;

const openJobs = (ref: EnvironmentRef) =>
  runInDurableObject(deps.project(ref), (_object, { storage }) =>
    storage.sql.exec("SELECT kind FROM outbox WHERE state = 'open'").toArray(),
  );

/** Work to do and no alarm that will: what no platform should leave behind. */
const loseAlarm = (ref: EnvironmentRef, job?: Job) =>
  runInDurableObject(deps.project(ref), (_object, { storage }) => {
    if (job) enqueue(storage.sql, `job_${crypto.randomUUID()}`, job, Date.now());
    return storage.deleteAlarm();
  });

const triggerCron = () => worker.scheduled(createScheduledController(), env as unknown as Bindings);

/** A shop with a job Stripe could not be told of, and nothing that will tell it later. */
async function stuckShop(): Promise<Shop> {
  const shop = await Shop.open();
  const customer = await shop.newCustomer();
  await shop.checkout(customer, { tier: 'pro' });
  await whileStripeIsDown(() => shop.bySecretKey('DELETE', `/api/customers/${customer}`));
  await loseAlarm(shop.ref);
  return shop;
}

describe('a stuck outbox', () => {
  it('is noted in the directory, and emptied by the cron although its alarm is gone', async () => {
    const { ref } = await stuckShop();
    expect(await openJobs(ref)).toEqual([{ kind: 'stripe.delete_customer' }]);
    expect(await notes(ref)).toHaveLength(1);
    later(60_000);
    await triggerCron();
    expect([await openJobs(ref), await notes(ref)]).toEqual([[], []]);
  });

  it('stays noted while it cannot be emptied', async () => {
    const { ref } = await stuckShop();
    later(60_000);
    await whileStripeIsDown(() => runUpkeep(deps));
    expect([await openJobs(ref), await notes(ref)]).toMatchObject([[{}], [{}]]);
  });

  it('that gets stuck again while its note is dropped stays noted', async () => {
    const { ref } = await Shop.open();
    const mark = await noteOpenWork(deps, ref);
    await noteOpenWork(deps, ref);
    await forgetOpenWork(deps, ref, mark);
    expect(await notes(ref)).toHaveLength(1);
  });

  it('does not keep others from being emptied', async () => {
    await noteOpenWork(deps, { projectId: 'prj_nothing_is_here', mode: 'test' });
    const { ref } = await stuckShop();
    later(60_000);
    await triggerCron();
    expect(await openJobs(ref)).toEqual([]);
  });

  it('claimed by a Worker that died is left to it for a minute, and then done by another', async () => {
    const { ref } = await Shop.open();
    await loseAlarm(ref, { kind: 'clerk.delete_user', clerkUserId: 'user_gone' });
    const [claimed] = await deps.project(ref).outbox().claim(Date.now(), 1);
    expect(await openJobs(ref)).toHaveLength(1);
    expect(
      await deps
        .project(ref)
        .outbox()
        .claim(Date.now() + 59_000, 1),
    ).toEqual([]);
    later(61_000);
    await deliverJobs(deps, ref);
    expect(await openJobs(ref)).toEqual([]);
    // What the first one says after all is not believed.
    const { id = '', fence = 0 } = claimed ?? {};
    const late = { id, fence, done: false as const, retry: true, error: 'late' };
    expect(await deps.project(ref).outbox().record([late], Date.now())).toBe(0);
    expect(await openJobs(ref)).toEqual([]);
  });

  it('nobody could note is found as the cron goes round all projects', async () => {
    const { ref } = await Shop.open();
    await loseAlarm(ref, { kind: 'clerk.delete_user', clerkUserId: 'user_gone' });
    expect(await notes(ref)).toEqual([]);
    await triggerCron();
    await vi.waitFor(async () => expect(await openJobs(ref)).toEqual([]), { timeout: 20_000 });
  });
});

describe('the cron', () => {
  const failing = () => Promise.reject(new Error('no'));

  it('does every job, also when another one fails or takes its time', async () => {
    const endless = () => new Promise<void>(() => undefined);
    const last = new Promise<string>((resolve) => {
      void runCron(deps, { failing, endless, last: () => Promise.resolve(resolve('done')) });
    });
    expect(await last).toBe('done');
  });

  it('does not fail when a job does', async () => {
    await expect(runCron(deps, { failing })).resolves.toBeUndefined();
  });
});

describe('what is done', () => {
  const DAY_MS = 86_400_000;
  const count = (ref: EnvironmentRef, table: string) =>
    runInDurableObject(
      deps.project(ref),
      (_object, { storage }) => storage.sql.exec(`SELECT * FROM ${table}`).toArray().length,
    );
  const touch = (ref: EnvironmentRef, nowMs: number) => deps.project(ref).touch(nowMs);

  it('in the outbox is kept for 7 days, and what is open or dead for longer', async () => {
    const { ref } = await Shop.open({ connected: false });
    const outbox = deps.project(ref).outbox();
    const nowMs = Date.now();
    const kept = () =>
      runInDurableObject(deps.project(ref), (_object, { storage }) =>
        storage.sql.exec("SELECT id FROM outbox WHERE kind = 'stripe.sync' ORDER BY id").toArray(),
      );
    await runInDurableObject(deps.project(ref), (_object, { storage }) => {
      for (const id of ['dead', 'done', 'open'])
        enqueue(storage.sql, id, { kind: 'stripe.sync', objectId: id }, nowMs, nowMs + 99 * DAY_MS);
    });
    for (const { id, fence } of await outbox.claim(nowMs, 2, ['dead', 'done'])) {
      const failed = { id, fence, done: false as const, retry: false, error: 'no' };
      await outbox.record([id === 'done' ? { id, fence, done: true } : failed], nowMs);
    }
    await touch(ref, nowMs + 7 * DAY_MS - 1);
    expect(await kept()).toEqual([{ id: 'dead' }, { id: 'done' }, { id: 'open' }]);
    await touch(ref, nowMs + 7 * DAY_MS);
    expect(await kept()).toEqual([{ id: 'dead' }, { id: 'open' }]);
  });

  it('in the inbox of events is kept for 7 days', async () => {
    const { ref } = await Shop.open({ connected: false });
    const nowMs = Date.now();
    const subjects = [{ objectId: 'ch_old', stripeCustomerId: null }];
    const event = { id: 'evt_old', type: 'refund.updated', subjects };
    const source = { accountId: null, via: 'webhook' as const };
    await deps.project(ref).inbox().receiveEvents([event], source, 'job_old', nowMs);
    await touch(ref, nowMs + 7 * DAY_MS - 1);
    expect(await count(ref, 'inbox')).toBe(1);
    await touch(ref, nowMs + 7 * DAY_MS);
    expect(await count(ref, 'inbox')).toBe(0);
  });

  it('as the answer of a keyed call is replayed and kept for 24 h, and no longer', async () => {
    const { ref } = await Shop.open({ connected: false });
    const replies = deps.project(ref).replies();
    const nowMs = Date.now();
    await replies.begin('sk POST /x', 'key', 'same', nowMs);
    await replies.finish('sk POST /x', 'key', 200, '{}');
    const replayed = await replies.begin('sk POST /x', 'key', 'same', nowMs + DAY_MS - 1);
    expect(replayed).toMatchObject({ ok: true, value: { kind: 'replay' } });
    await touch(ref, nowMs + DAY_MS - 1);
    expect(await count(ref, 'reply')).toBe(1);
    await touch(ref, nowMs + DAY_MS);
    expect(await count(ref, 'reply')).toBe(0);
  });

  it('of a sign-in that nobody finished is forgotten by the upkeep, and not before its time', async () => {
    const { ref } = await Shop.open({ connected: false });
    const nowMs = Date.now();
    const project = deps.project(ref);
    const proof = {
      clerkSessionId: 'sess_1',
      provider: 'email' as const,
      subject: 'a@example.com',
    };
    await project.identity().recordProof({ ...proof, email: null, provedAtMs: nowMs });
    const attempt = {
      stateHash: 's',
      request: 'r',
      challenge: 'c',
      origin: 'o',
      provider: 'google',
    };
    const begun = { signInId: 'sia_1', sealedToken: 't', begunAtMs: nowMs, trips: 1 };
    await project.oauth().begin({ ...attempt, ...begun });
    const left = async () => [await count(ref, 'proof'), await count(ref, 'oauth_attempt')];
    await touch(ref, nowMs + OLD_PROOFS.keepMs);
    expect(await left()).toEqual([1, 1]);
    await touch(ref, nowMs + OLD_PROOFS.keepMs + 1);
    expect(await left()).toEqual([0, 1]);
    await touch(ref, nowMs + OLD_ATTEMPTS.keepMs);
    expect(await left()).toEqual([0, 0]);
  });

  it('is not replayed after its time, however much there is to forget', async () => {
    const { ref } = await Shop.open({ connected: false });
    const nowMs = Date.now();
    await keepReplies(ref, PRUNE_ROWS + 1, nowMs);
    const last = keyOf(PRUNE_ROWS);
    const begun = await deps
      .project(ref)
      .replies()
      .begin('scope', last, 'other', nowMs + DAY_MS);
    expect(begun).toMatchObject({ ok: true, value: { kind: 'fresh' } });
  });

  it('is forgotten a bounded number of rows at a time, by the alarm too', async () => {
    const { ref } = await Shop.open({ connected: false });
    await keepReplies(ref, 2 * PRUNE_ROWS + 1, Date.now() - 2 * DAY_MS);
    await touch(ref, Date.now());
    expect(await count(ref, 'reply')).toBe(PRUNE_ROWS + 1);
    await runInDurableObject(deps.project(ref), (object) => object.alarm());
    expect(await count(ref, 'reply')).toBe(1);
  });

  it('is where a job was given up a month ago, and not where one was since', async () => {
    const [old, fresh] = await Promise.all([1, 2].map(() => Shop.open({ connected: false })));
    const note = (shop: Shop | undefined, atMs: number) =>
      deps.directory
        .prepare('INSERT INTO dead_work VALUES (?, ?, ?)')
        .bind(shop?.ref.projectId, 'test', atMs)
        .run();
    await note(old, Date.now() - 30 * DAY_MS - 1000);
    await note(fresh, Date.now() - 29 * DAY_MS);
    await runUpkeep(deps);
    const { results } = await deps.directory
      .prepare('SELECT project_id AS id FROM dead_work')
      .all();
    const left = results.map(({ id }) => id);
    expect(left).toContain(fresh?.ref.projectId);
    expect(left).not.toContain(old?.ref.projectId);
  });

  it('is found without reading what is kept, however much that is', async () => {
    const { ref } = await Shop.open({ connected: false });
    const nowMs = Date.now();
    await keepReplies(ref, 300, nowMs);
    await keepReplies(ref, 2, nowMs - DAY_MS, 'old');
    const read = await runInDurableObject(deps.project(ref), (_object, { storage }) => {
      for (let i = 0; i < 300; i++) {
        storage.sql.exec(
          "INSERT INTO inbox (event_id, type, received_ms) VALUES (?, 'customer.updated', ?)",
          `evt_${i}`,
          nowMs,
        );
        storage.sql.exec(
          `INSERT INTO outbox (id, kind, body, state, tries, fence, due_ms, created_ms)
           VALUES (?, 'stripe.sync', '{}', ?, 0, 0, ?, 0)`,
          `job_${i}`,
          i % 2 ? 'done' : 'dead',
          i % 2 ? nowMs : 0,
        );
      }
      return [DONE_JOBS, OLD_EVENTS, OLD_REPLIES].map((rows) => rowsRead(storage.sql, rows, nowMs));
    });
    for (const rows of read) expect(rows).toBeLessThan(20);
    expect(await count(ref, 'reply')).toBe(300);
  });

  /** How many rows forgetting reads. */
  const rowsRead = (sql: SqlStorage, rows: Perishable, nowMs: number) => {
    let read = 0;
    const exec = (query: string, ...bindings: unknown[]) => {
      const cursor = sql.exec(query, ...bindings);
      read += cursor.rowsRead;
      return cursor;
    };
    prune({ exec } as SqlStorage, rows, nowMs);
    return read;
  };

  /** Keys in the order they are forgotten in. */
  const keyOf = (index: number) => `key_${String(index).padStart(5, '0')}`;

  const keepReplies = (ref: EnvironmentRef, rows: number, nowMs: number, scope = 'scope') =>
    runInDurableObject(deps.project(ref), (_object, { storage }) => {
      for (let i = 0; i < rows; i++)
        storage.sql.exec(
          "INSERT INTO reply VALUES (?, ?, 'print', ?, 200, '{}')",
          scope,
          keyOf(i),
          nowMs,
        );
    });
});
