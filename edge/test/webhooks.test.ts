import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { verifyWebhook } from '../../sdk/src/verify-webhook.ts';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { Shop } from './billing-shop.ts';
import { call, createEnvironment, manage } from './harness.ts';
import { Receiver, type Seen } from './receiver.ts';
import { deps, Endpoints, isSignedBy, until, verified } from './webhook-endpoints.ts';

const DAY_MS = 86_400_000;

let at: Endpoints;
beforeEach(async () => {
  at = await Endpoints.open();
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
const byText = (a: string, b: string): number => a.localeCompare(b);

describe('a webhook', () => {
  it('is told of a new customer, signed so that the Standard Webhooks library and the sdk agree', async () => {
    const { id, secret } = await at.listen(at.receiver);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const customerId = await at.newCustomer('ada@example.com');
    await until(at, id, [{ status: 'delivered', attempts: 1, responseStatus: 200, error: null }]);
    const [seen] = await at.receiver.seen();
    const event = verified(secret, seen as Seen) as any;
    const { body = '', headers = {} } = seen ?? {};
    expect(await verifyWebhook(body, headers, secret)).toEqual({ valid: true, event });
    expect(event).toMatchObject({
      type: 'customer.created',
      project: at.shop.id,
      mode: 'test',
      data: { customer: { id: customerId, email: 'ada@example.com', plan: 'free' } },
    });
    expect(Math.abs(Date.parse(event.timestamp) - Date.now())).toBeLessThan(60_000);
    expect(seen?.headers).toMatchObject({
      'webhook-id': event.id,
      'content-type': 'application/json',
      'user-agent': 'dream-webhooks',
    });
  });

  it('is told only of what it asked for', async () => {
    const { id } = await at.listen(at.receiver, { events: ['plan.changed'] });
    const customer = await at.newCustomer();
    await call('PATCH', `/api/customers/${customer}`, { key: at.shop.sk, body: { plan: 'team' } });
    await until(at, id, [{ type: 'plan.changed', status: 'delivered' }]);
    expect(await at.logOf(id)).toHaveLength(1);
  });

  it('is told once of everybody whose plan changes with the default tier, however many, in order', async () => {
    await at.listen(at.receiver, { events: ['plan.changed'] });
    const project = deps.project(at.ref);
    const PEOPLE = 450;
    const told = () =>
      runInDurableObject(project, (_, { storage }) =>
        storage.sql
          .exec<{ customer: string; change: string }>(
            `SELECT customer_id AS customer, body ->> '$.data.why' || ': ' || (body ->> '$.data.from')
               || ' to ' || (body ->> '$.data.to') AS change
             FROM webhook_event JOIN webhook_delivery AS delivery ON delivery.event_id = webhook_event.id
             WHERE type = 'plan.changed' ORDER BY delivery.seq`,
          )
          .toArray(),
      );
    const defaults = async (tier: string) => {
      await manage('PUT', `/api/projects/${at.shop.id}/test/tiers/${tier}`, {
        displayName: tier,
        features: [],
        isDefault: true,
      });
    };
    const [ada, bob] = [await at.newCustomer(), await at.newCustomer()];
    await call('PATCH', `/api/customers/${bob}`, { key: at.shop.sk, body: { plan: 'team' } });
    await runInDurableObject(project, async (_, { storage }) => {
      for (let one = 0; one < PEOPLE; one++)
        storage.sql.exec(
          'INSERT INTO customer (id, seq, version, created_ms) VALUES (?, ?, 1, 1)',
          `cust_0many${one}`,
          1000 + one,
        );
    });
    const eve = await at.newCustomer();
    await runInDurableObject(project, async (_, { storage }) => storage.deleteAlarm());
    await defaults('starter');
    await defaults('basic');
    // Before anybody was told of it, and after: neither is told of a default that is not theirs.
    await call('PATCH', `/api/customers/${eve}`, { key: at.shop.sk, body: { plan: 'big' } });
    const late = await at.newCustomer();
    await vi.waitFor(
      async () => {
        await deliverJobs(deps, at.ref);
        const left = await runInDurableObject(project, (_, { storage }) =>
          storage.sql.exec('SELECT id FROM default_change').toArray(),
        );
        expect(left).toEqual([]);
      },
      { timeout: 20_000 },
    );
    const changes = Map.groupBy(await told(), ({ customer }) => customer);
    const of = (id: string) => changes.get(id)?.map(({ change }) => change) ?? [];
    const both = ['default: free to starter', 'default: starter to basic'];
    expect(of(ada)).toEqual(both);
    expect(of(bob)).toEqual(['set: free to team']);
    expect(of(eve)).toEqual(['set: free to big']);
    expect(of(late)).toEqual([]);
    for (let one = 0; one < PEOPLE; one++) expect(of(`cust_0many${one}`)).toEqual(both);
  });

  it('is told of each change of the plan in force, and of nothing that leaves it as it was', async () => {
    const { id } = await at.listen(at.receiver, { events: ['plan.changed'] });
    const user = 'ada';
    const track = (plan: string) =>
      call('POST', '/api/usage', { key: at.shop.sk, user, headers: { 'x-user-plan': plan } });
    const patch = (body: object) => call('PATCH', `/api/customers/ada`, { key: at.shop.sk, body });
    await track('free');
    await track('big');
    await track('big');
    await patch({ firstName: 'Ada' });
    await patch({ plan: 'team' });
    await patch({ plan: 'team', banned: true });
    await patch({ banned: false });
    await track('free');
    await until(at, id, [{ status: 'delivered' }, { status: 'delivered' }]);
    const changes = (await at.receiver.events()).map(({ data }) => data);
    expect(changes.map(({ from, to, why }) => `${why}: ${from} to ${to}`).sort(byText)).toEqual([
      'header: free to big',
      'set: big to team',
    ]);
    for (const { customer } of changes) expect(customer.externalId).toBe('ada');
    expect(await at.logOf(id)).toHaveLength(2);
  });

  it('is told of a plan that was bought, with the subscription, and of its end', async () => {
    const store = await Shop.open();
    const body = { url: at.receiver.url, events: ['plan.changed'] };
    await manage('POST', `${store.base}/webhooks`, body);
    const customer = await store.newCustomer();
    await store.buy(customer, 'pro');
    const told = () => at.receiver.events();
    await vi.waitFor(async () => expect(await told()).toHaveLength(1), { timeout: 20_000 });
    const [subscription] = await store.subscriptionsAtStripe(customer);
    const { id = '' } = subscription ?? {};
    await store.stripe.subscriptions.cancel(id, {}, store.onAccount);
    await store.hear('customer.subscription.deleted', { id, object: 'subscription' });
    await vi.waitFor(async () => expect(await told()).toHaveLength(2), { timeout: 20_000 });
    expect((await told()).map(({ data }) => data)).toMatchObject([
      { from: 'free', to: 'pro', why: 'subscription', subscription: { plan: 'pro' } },
      { from: 'pro', to: 'free', why: 'default', subscription: null },
    ]);
  });

  it('of a project gets nothing of another project, nor of the other mode', async () => {
    const { id } = await at.listen(at.receiver);
    const [other, live] = [await createEnvironment(), new Receiver()];
    await manage('POST', `/api/projects/${at.shop.id}/live/webhooks`, { url: live.url });
    const key = other.sk;
    await call('POST', '/api/customers', { key, body: { email: 'eve@example.com' } });
    const customer = await at.newCustomer();
    await until(at, id, [{ status: 'delivered' }]);
    expect((await at.receiver.events()).map(({ data }) => data.customer.id)).toEqual([customer]);
    expect(await live.seen()).toEqual([]);
  });

  it('that is disabled is told nothing, and what waited for it is not sent', async () => {
    const { id } = await at.listen(at.receiver);
    await at.receiver.answers({ status: 500 });
    await at.newCustomer();
    await until(at, id, [{ status: 'waiting', attempts: 1 }]);
    const { webhook } = await manage('PATCH', `${at.base}/${id}`, { disabled: true });
    expect(webhook).toMatchObject({ disabled: true, disabledReason: 'developer' });
    await at.newCustomer();
    later(DAY_MS);
    await at.deliver();
    expect(await at.logOf(id)).toMatchObject([
      { status: 'failed', error: 'The webhook was disabled.' },
    ]);
    expect(await at.receiver.seen()).toHaveLength(1);
    await manage('PATCH', `${at.base}/${id}`, { disabled: false });
    await at.receiver.answers({ status: 200 });
    await at.newCustomer();
    await at.deliver();
    await until(at, id, [{ status: 'delivered' }, { status: 'failed' }]);
  });
});

describe('what fails', () => {
  it('is tried again after 5 s and 5 min with the same id and body, until it is taken', async () => {
    const { id, secret } = await at.listen(at.receiver);
    await at.receiver.answers({ status: 500, body: 'oh' }, { status: 503 }, { status: 200 });
    await at.newCustomer();
    await until(at, id, [
      { status: 'waiting', attempts: 1, responseStatus: 500, responseBody: 'oh' },
    ]);
    const [first] = await at.logOf(id);
    expect(first.error).toBe('Answered 500.');
    const waitMs = first.nextTryAtMs - first.lastTryAtMs;
    expect(waitMs).toBeGreaterThanOrEqual(5000);
    expect(waitMs).toBeLessThanOrEqual(5500);
    later(first.nextTryAtMs - Date.now());
    await at.deliver();
    const [second] = await at.logOf(id);
    expect(second).toMatchObject({ status: 'waiting', attempts: 2, responseStatus: 503 });
    expect((await at.webhookOf(id)).failingSinceMs).toBe(first.lastTryAtMs);
    vi.setSystemTime(second.nextTryAtMs - 1);
    await at.deliver();
    expect(await at.receiver.seen()).toHaveLength(2);
    vi.setSystemTime(second.nextTryAtMs);
    await at.deliver();
    expect(await at.logOf(id)).toMatchObject([{ status: 'delivered', attempts: 3, error: null }]);
    expect((await at.webhookOf(id)).failingSinceMs).toBe(null);
    const seen = await at.receiver.seen();
    expect(new Set(seen.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    for (const one of seen) {
      vi.setSystemTime(Number(one.headers['webhook-timestamp']) * 1000);
      expect(isSignedBy(secret, one)).toBe(true);
    }
  });

  it('is dead after the last try, stays in the log, and can be retried', async () => {
    const { id } = await at.listen(at.receiver);
    await at.receiver.answers({ status: 500 });
    await at.newCustomer();
    await until(at, id, [{ attempts: 1 }]);
    vi.useFakeTimers({ toFake: ['Date'] });
    for (let tries = 1; tries < 10; tries++) {
      vi.setSystemTime((await at.logOf(id))[0].nextTryAtMs);
      await at.deliver();
    }
    const [dead] = await at.logOf(id);
    expect(dead).toMatchObject({ status: 'failed', attempts: 10, nextTryAtMs: null });
    const again = () => manage('POST', `${at.base}/${id}/deliveries/${dead.id}/retry`);
    expect((await again()).delivery).toMatchObject({ status: 'failed', attempts: 11 });
    await at.receiver.answers({ status: 204 });
    expect((await again()).delivery).toMatchObject({ status: 'delivered', attempts: 12 });
  });

  it('as a redirect is not followed', async () => {
    const { id } = await at.listen(at.receiver);
    const target = new Receiver();
    await at.receiver.answers({ status: 307, headers: { location: target.url } });
    await at.newCustomer();
    await until(at, id, [{ status: 'waiting', responseStatus: 307 }]);
    expect((await at.logOf(id))[0].error).toContain('redirects are not followed');
    expect(await target.seen()).toEqual([]);
  });

  it('by not answering within 10 s delays no other endpoint', async () => {
    const other = new Receiver();
    const [slow, quick] = [await at.listen(at.receiver), await at.listen(other)];
    await at.receiver.answers('hold');
    await at.newCustomer();
    await until(at, quick.id, [{ status: 'delivered' }]);
    expect(await at.logOf(slow.id)).toMatchObject([{ status: 'waiting', attempts: 0 }]);
    await at.newCustomer();
    await until(at, quick.id, [{ status: 'delivered' }, { status: 'delivered' }]);
    expect(await at.logOf(slow.id)).toMatchObject([{ attempts: 0 }, { attempts: 0 }]);
    await until(at, slow.id, [{}, { attempts: 1, error: 'No answer within 10 s.' }]);
    await at.receiver.release();
  });

  it('because it cannot be signed delays no other endpoint', async () => {
    const [broken, sound] = [await at.listen(at.receiver), await at.listen(at.receiver)];
    await runInDurableObject(deps.project(at.ref), (_, { storage }) => {
      storage.sql.exec("UPDATE webhook SET secret = 'gone:x:y' WHERE id = ?", broken.id);
    });
    await at.newCustomer();
    await until(at, sound.id, [{ status: 'delivered' }]);
    await until(at, broken.id, [{ status: 'waiting', error: 'Could not be signed.' }]);
    expect(await at.receiver.seen()).toHaveLength(1);
  });

  it('for five days without a success disables the endpoint, and the audit log says so', async () => {
    const { id } = await at.listen(at.receiver);
    await at.receiver.answers({ status: 500 });
    await at.newCustomer();
    await until(at, id, [{ attempts: 1 }]);
    later(5 * DAY_MS - 60_000);
    await at.deliver();
    expect((await at.webhookOf(id)).disabled).toBe(false);
    later(120_000);
    await at.newCustomer();
    await at.deliver();
    expect(await at.webhookOf(id)).toMatchObject({ disabled: true, disabledReason: 'failing' });
    expect((await at.logOf(id)).map(({ status }) => status)).toEqual(['failed', 'failed']);
    const { entries } = await manage('GET', `/api/projects/${at.shop.id}/test/audit`);
    expect(entries[0]).toMatchObject({
      actor: 'system',
      action: 'webhook.disabled_failing',
      subject: id,
    });
  });

  it('with 410 disables the endpoint at once: it does not want to be told', async () => {
    const { id } = await at.listen(at.receiver);
    await at.receiver.answers({ status: 410 });
    await at.newCustomer();
    await vi.waitFor(async () =>
      expect(await at.webhookOf(id)).toMatchObject({ disabled: true, disabledReason: 'gone' }),
    );
  });
});

describe('a process that is killed', () => {
  it('before it sent keeps the event: the next start sends it', async () => {
    const { id } = await at.listen(at.receiver, { events: ['customer.created'] });
    await runInDurableObject(deps.project(at.ref), async (object, { storage }) => {
      const given = { id: 'cust_00abc', email: 'ada@example.com' };
      object.customers().create(given, Date.now());
      await storage.deleteAlarm();
    });
    expect(await at.receiver.seen()).toEqual([]);
    await deps.project(at.ref).touch(Date.now());
    await until(at, id, [{ status: 'delivered' }]);
  });

  it('while it sent sends again under the same id, and what it says late counts for nothing', async () => {
    const { id } = await at.listen(at.receiver);
    const deliveries = () => deps.project(at.ref).deliveries();
    await runInDurableObject(deps.project(at.ref), async (object, { storage }) => {
      object.customers().create({ id: 'cust_00abd', email: 'ada@example.com' }, Date.now());
      await storage.deleteAlarm();
    });
    const [lane] = await deliveries().claim(Date.now());
    expect(await deliveries().claim(Date.now() + 29_000)).toEqual([]);
    later(31_000);
    await at.deliver();
    expect(await at.logOf(id)).toMatchObject([{ status: 'delivered', attempts: 1 }]);
    const lost = lane?.deliveries[0];
    const said = { responseStatus: null, responseBody: null, error: 'No answer within 10 s.' };
    const late = { id: lost?.id ?? '', fence: lost?.fence ?? 0, ...said };
    await deliveries().record(late, 0, Date.now());
    expect(await at.logOf(id)).toMatchObject([{ status: 'delivered', attempts: 1, error: null }]);
    const [seen] = await at.receiver.seen();
    expect(seen?.headers['webhook-id']).toBe(lost?.eventId);
  });
});
