import { createScheduledController, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import worker from '../src/index.ts';
import type { EnvironmentRef } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import type { Job } from '../src/outbox/job.ts';
import { forgetOpenWork, noteOpenWork } from '../src/outbox/open-work.store.ts';
import { enqueue } from '../src/outbox/outbox.rpc.ts';
import { runUpkeep } from '../src/projects/upkeep.job.ts';
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

const runCron = () => worker.scheduled(createScheduledController(), env as unknown as Bindings);

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
    await runCron();
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
    await runCron();
    expect(await openJobs(ref)).toEqual([]);
  });

  it('nobody could note is found as the cron goes round all projects', async () => {
    const { ref } = await Shop.open();
    await loseAlarm(ref, { kind: 'clerk.delete_user', clerkUserId: 'user_gone' });
    expect(await notes(ref)).toEqual([]);
    await runCron();
    await vi.waitFor(async () => expect(await openJobs(ref)).toEqual([]), { timeout: 20_000 });
  });
});
