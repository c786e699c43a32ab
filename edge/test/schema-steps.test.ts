import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import { hashSecret } from '../src/auth/keys.ts';
import { CREDIT_BALANCE_SCHEMA } from '../src/credits/credits.schema.ts';
import { readOpen } from '../src/credits/credits.store.ts';
import { customerId as newCustomerId, shardOf } from '../src/customers/customer-id.ts';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { ONE_STRIPE_CUSTOMER_SCHEMA } from '../src/billing/billing.schema.ts';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { PROJECT_STEPS } from '../src/project/project.schema.ts';
import { SHARD_STEPS } from '../src/shard/shard.schema.ts';
import { migrate } from '../src/storage/migrate.ts';
import { call, createEnvironment } from './harness.ts';
import { Page } from './sign-in.ts';

const deps = await createDeps(env as unknown as Bindings);
const EMAIL = `ada.${Date.now()}+clerk_test@example.com`;
/** The settings every environment had when the first one was released. */
const FIRST_SETTINGS = {
  displayName: 'Versa',
  logoUrl: null,
  accentColor: null,
  supportEmail: null,
  locale: null,
  period: 'month',
  timeZone: 'UTC',
  emailCode: true,
  password: true,
  sessionDays: 60,
  successUrl: null,
  cancelUrl: null,
  returnUrl: null,
};

/** What a keyed call was answered before the shard had a log of answers. */
const FIRST_ANSWER = {
  count: 2,
  limit: 1,
  remaining: 0,
  overageUnits: 1,
  plan: 'big',
  feature: 'requests',
  periodStart: '2030-11-01',
  periodEnd: '2030-11-30',
  resetsAtMs: 1_922_313_600_000,
};

/** Empties an object and brings it to the first schema; the next start goes on from there. */
const startOver = (
  stub: DurableObjectStub,
  steps: readonly string[],
  fill: (sql: SqlStorage) => void,
) =>
  runInDurableObject(stub, async (_, { storage }) => {
    await storage.deleteAlarm();
    await storage.deleteAll();
    migrate(storage, steps.slice(0, 1));
    fill(storage.sql);
  });

/** Runs the steps that came since, one at a time, as deployments in between would have. */
const runSteps = (stub: DurableObjectStub, steps: readonly string[]) =>
  runInDurableObject(stub, (_, { storage }) => {
    for (let count = 1; count <= steps.length; count++) migrate(storage, steps.slice(0, count));
  });

it('an environment of the first schema comes through every step with its people, keys, usage and open work', async () => {
  const shop = await createEnvironment();
  const ref = { projectId: shop.id, mode: shop.mode };
  const [id, gone] = [newCustomerId(deps.random(14)), newCustomerId(deps.random(14))];
  const [project, shard] = [deps.project(ref), deps.shard(ref, shardOf(id) ?? '')];
  const goneShard = deps.shard(ref, shardOf(gone) ?? '');
  const keyHash = await hashSecret(shop.sk);
  const tiers = await runInDurableObject(project, (_, { storage }) =>
    storage.sql.exec('SELECT * FROM tier').toArray(),
  );
  const nowMs = Date.now();
  const endMs = nowMs + 86_400_000;
  const callHash = await hashSecret(JSON.stringify(['requests', 1, null]));
  await startOver(project, PROJECT_STEPS, (sql) => {
    const settings = JSON.stringify(FIRST_SETTINGS);
    sql.exec(
      "INSERT INTO environment VALUES (?, 'test', 900, ?, '[]', 1, NULL)",
      shop.id,
      settings,
    );
    sql.exec("INSERT INTO secret_key VALUES ('key_1', 'Old', ?, 'sk', 1, NULL, NULL)", keyHash);
    for (const tier of tiers) {
      const columns = Object.keys(tier);
      sql.exec(
        `INSERT INTO tier (${columns.join()}) VALUES (${columns.map(() => '?').join()})`,
        ...Object.values(tier),
      );
    }
    sql.exec(
      `INSERT INTO customer VALUES (?, 1, ?, 1, 'Ada', NULL, 'own-1', 'big', NULL, 1, NULL, NULL, 1)`,
      id,
      EMAIL,
    );
    sql.exec("INSERT INTO identity VALUES ('email', ?, ?)", EMAIL, id);
    sql.exec("INSERT INTO proof VALUES ('sess_1', 'email', ?, ?)", EMAIL, nowMs);
    const erasure = JSON.stringify({ kind: 'shard.erase', customerId: gone });
    sql.exec(
      "INSERT INTO outbox VALUES ('job_1', 'shard.erase', ?, 'open', 0, 0, 1, 1, NULL)",
      erasure,
    );
  });
  const fillShard = (customerId: string) => (sql: SqlStorage) => {
    sql.exec('INSERT INTO customer VALUES (?, 1, NULL, NULL, NULL)', customerId);
    sql.exec(
      "INSERT INTO meter VALUES (?, 'requests', 2, ?, ?, 0, 0)",
      customerId,
      nowMs - 1,
      endMs,
    );
    sql.exec(
      "INSERT INTO answer VALUES (?, 'click-1', ?, ?, ?)",
      customerId,
      callHash,
      nowMs,
      JSON.stringify(FIRST_ANSWER),
    );
    sql.exec(
      'INSERT INTO session VALUES (?, ?, ?, 0, 1, 1, ?, NULL)',
      `ses_${customerId}`,
      customerId,
      'salt',
      endMs,
    );
  };
  await startOver(shard, SHARD_STEPS, fillShard(id));
  if (shardOf(gone) !== shardOf(id)) await startOver(goneShard, SHARD_STEPS, fillShard(gone));
  await Promise.all([
    runSteps(project, PROJECT_STEPS),
    ...[shard, goneShard].map((one) => runSteps(one, SHARD_STEPS)),
  ]);
  deps.environments.drop(ref);
  const announced = await runInDurableObject(project, (_, { storage }) =>
    storage.sql.exec('SELECT announced_plan FROM customer').toArray(),
  );
  expect(announced).toEqual([{ announced_plan: 'big' }]);

  const key = { key: shop.sk };
  const shown = await call('GET', '/api/customers/own-1', key);
  expect(shown.body.customer).toMatchObject({ id, email: EMAIL, banned: false, firstName: 'Ada' });
  const { environment } = await runInDurableObject(project, (object) => {
    const answer = object.access().environment();
    return { environment: answer.ok ? answer.value : null };
  });
  expect(environment?.settings).toEqual({
    ...FIRST_SETTINGS,
    pastDueGraceDays: 7,
    enforcement: 'enforce',
    surfaceColor: null,
    textColor: null,
    corners: null,
    font: null,
    oauth: ['google', 'github'],
    signUpsPerDay: 200,
  });
  const again = { ...key, user: id, headers: { 'idempotency-key': 'click-1' } };
  expect((await call('POST', '/api/usage', again)).body.usage).toEqual(FIRST_ANSWER);
  const other = await call('POST', '/api/usage', { ...again, body: { amount: 2 } });
  expect(other.body.code).toBe('idempotency_conflict');
  const page = new Page(shop.pk);
  await page.proveEmail(EMAIL);
  const { body: session } = await page.exchange();
  expect([session.isNew, session.customer.id, session.usage.usageCount]).toEqual([false, id, 2]);
  const sessions = await call('GET', '/api/me/sessions', { key: session.accessToken });
  expect(sessions.body.sessions).toHaveLength(2);
  await deliverJobs(deps, ref, ['job_1']);
  const openWork = () =>
    runInDurableObject(project, (_, { storage }) =>
      storage.sql.exec("SELECT last_error FROM outbox WHERE id = 'job_1'").toArray(),
    );
  await vi.waitFor(async () => expect(await openWork()).toEqual([]));
  expect(await goneShard.meter().refusalOf(gone)).toBe('customer_not_found');
  const erased = await call('DELETE', '/api/me', { key: session.accessToken, body: {} });
  expect(erased.body.deleted).toEqual({ id, email: EMAIL });
  expect((await call('GET', '/api/customers/own-1', key)).body.code).toBe('customer_not_found');
});

it('every Stripe customer of before is known by one table, with its account and whether it is gone', async () => {
  const shop = await createEnvironment();
  const project = deps.project({ projectId: shop.id, mode: shop.mode });
  const before = PROJECT_STEPS.indexOf(ONE_STRIPE_CUSTOMER_SCHEMA);
  const rows = await runInDurableObject(project, async (_, { storage }) => {
    await storage.deleteAlarm();
    await storage.deleteAll();
    const { sql } = storage;
    migrate(storage, PROJECT_STEPS.slice(0, before));
    sql.exec("UPDATE connection SET stripe_account_id = 'acct_2', last_account_id = 'acct_2'");
    for (const [id, now] of [
      ['ada', 'cus_ada'],
      ['bob', null],
    ])
      sql.exec(
        'INSERT INTO customer (id, seq, version, created_ms, stripe_customer_id) VALUES (?1, unicode(?1), 1, 1, ?2)',
        id,
        now,
      );
    sql.exec("INSERT INTO stripe_customer VALUES ('cus_ada', 'ada'), ('cus_gone', 'bob')");
    sql.exec("INSERT INTO stripe_customer VALUES ('cus_known', 'ada')");
    sql.exec(
      `INSERT INTO former_stripe_customer VALUES
       ('cus_known', 'ada', 'acct_1'), ('cus_old', 'bob', 'acct_1'), ('cus_first', 'bob', NULL)`,
    );
    migrate(storage, PROJECT_STEPS);
    return sql.exec('SELECT * FROM stripe_customer ORDER BY id').toArray();
  });
  expect(rows.map((row) => Object.values(row))).toEqual([
    ['cus_ada', 'ada', 'acct_2', 0],
    ['cus_first', 'bob', null, 0],
    ['cus_gone', 'bob', 'acct_2', 1],
    ['cus_known', 'ada', 'acct_1', 0],
    ['cus_old', 'bob', 'acct_1', 0],
  ]);
});

it('credits of before have a balance, which is what their grants have left', async () => {
  const shop = await createEnvironment();
  const shard = deps.shard({ projectId: shop.id, mode: shop.mode }, '0');
  const before = SHARD_STEPS.indexOf(CREDIT_BALANCE_SCHEMA);
  const found = await runInDurableObject(shard, async (_, { storage }) => {
    await storage.deleteAlarm();
    await storage.deleteAll();
    const { sql } = storage;
    migrate(storage, SHARD_STEPS.slice(0, before));
    sql.exec(
      "INSERT INTO credit_account (customer_id, period_start_ms, period_end_ms) VALUES ('ada', 1, 9), ('bob', 1, 9)",
    );
    for (const [id, units, used, gone, expires] of [
      ['allowance', 100, 120, 0, 9],
      ['roll_over', 30, 10, 0, 9],
      ['crg_never', 50, 0, 0, null],
      ['crg_soon', 7, 2, 0, 5],
      ['crg_over', 7, 2, 5, 3],
    ] as const)
      sql.exec(
        "INSERT INTO credit_grant VALUES ('ada', ?, 'grant', ?, ?, ?, 1, ?, NULL, NULL, 1)",
        id,
        units,
        used,
        gone,
        expires,
      );
    migrate(storage, SHARD_STEPS);
    const balances = [...sql.exec('SELECT customer_id, balance_units FROM credit_account').raw()];
    return { balances, open: readOpen(sql, 'ada', 9).map(({ id }) => id) };
  });
  expect(found.balances).toEqual([
    ['ada', 75],
    ['bob', 0],
  ]);
  expect(found.open).toEqual(['crg_soon', 'roll_over', 'crg_never']);
});
