import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDeps, type EnvironmentRef } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { verifyWebhook } from '../../sdk/src/verify-webhook.ts';
import { deliverWebhooks } from '../src/outgoing/deliver.job.ts';
import { Shop } from './billing-shop.ts';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';
import { Receiver, type Seen } from './receiver.ts';

const deps = await createDeps(env as unknown as Bindings);
const DAY_MS = 86_400_000;

let shop: TestEnvironment;
let ref: EnvironmentRef;
let base: string;
let receiver: Receiver;

beforeEach(async () => {
  shop = await createEnvironment();
  ref = { projectId: shop.id, mode: shop.mode };
  base = `/api/projects/${shop.id}/test/webhooks`;
  receiver = new Receiver();
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
const asked = (method: string, path: string, body: object = {}) =>
  call(method, path, { key: OPERATOR, ...(method === 'GET' ? {} : { body }) });

/** An endpoint of the shop, told of everything unless said, and its secret. */
async function listen(to: Receiver, more: object = {}): Promise<{ id: string; secret: string }> {
  const { webhook, secret } = await manage('POST', base, { url: to.url, ...more });
  return { id: webhook.id, secret };
}

async function newCustomer(email = `${crypto.randomUUID()}@example.com`): Promise<string> {
  const { body } = await call('POST', '/api/customers', { key: shop.sk, body: { email } });
  return body.customer.id;
}

const logOf = async (id: string) =>
  (await manage('GET', `${base}/${id}/deliveries`)).deliveries as any[];
const webhookOf = async (id: string) =>
  (await manage('GET', base)).webhooks.find((webhook: any) => webhook.id === id);

/** Sends what is due now, as the alarm does. */
const deliver = () => deliverWebhooks(deps, ref);

/** Waits until the log of a webhook is like this. */
const until = (id: string, expected: unknown) =>
  vi.waitFor(async () => expect(await logOf(id)).toMatchObject(expected as object[]), {
    timeout: 20_000,
  });

const byText = (a: string, b: string): number => a.localeCompare(b);

const verified = (secret: string, { headers, body }: Seen) =>
  new Verifier(secret).verify(body, headers);
const isSignedBy = (secret: string, seen: Seen): boolean => {
  try {
    return Boolean(verified(secret, seen));
  } catch {
    return false;
  }
};

describe('a webhook', () => {
  it('is told of a new customer, signed so that the Standard Webhooks library and the sdk agree', async () => {
    const { id, secret } = await listen(receiver);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const customerId = await newCustomer('ada@example.com');
    await until(id, [{ status: 'delivered', attempts: 1, responseStatus: 200, error: null }]);
    const [seen] = await receiver.seen();
    const event = verified(secret, seen as Seen) as any;
    const { body = '', headers = {} } = seen ?? {};
    expect(await verifyWebhook(body, headers, secret)).toEqual({ valid: true, event });
    expect(event).toMatchObject({
      type: 'customer.created',
      project: shop.id,
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
    const { id } = await listen(receiver, { events: ['plan.changed'] });
    const customer = await newCustomer();
    await call('PATCH', `/api/customers/${customer}`, { key: shop.sk, body: { plan: 'team' } });
    await until(id, [{ type: 'plan.changed', status: 'delivered' }]);
    expect(await logOf(id)).toHaveLength(1);
  });

  it('is told of each change of the plan in force, and of nothing that leaves it as it was', async () => {
    const { id } = await listen(receiver, { events: ['plan.changed'] });
    const user = 'ada';
    const track = (plan: string) =>
      call('POST', '/api/usage', { key: shop.sk, user, headers: { 'x-user-plan': plan } });
    const patch = (body: object) => call('PATCH', `/api/customers/ada`, { key: shop.sk, body });
    await track('free');
    await track('big');
    await track('big');
    await patch({ firstName: 'Ada' });
    await patch({ plan: 'team' });
    await patch({ plan: 'team', banned: true });
    await patch({ banned: false });
    await track('free');
    await until(id, [{ status: 'delivered' }, { status: 'delivered' }]);
    const changes = (await receiver.events()).map(({ data }) => data);
    expect(changes.map(({ from, to, why }) => `${why}: ${from} to ${to}`).sort(byText)).toEqual([
      'header: free to big',
      'set: big to team',
    ]);
    for (const { customer } of changes) expect(customer.externalId).toBe('ada');
    expect(await logOf(id)).toHaveLength(2);
  });

  it('is told of a plan that was bought, with the subscription, and of its end', async () => {
    const store = await Shop.open();
    const body = { url: receiver.url, events: ['plan.changed'] };
    await manage('POST', `${store.base}/webhooks`, body);
    const customer = await store.newCustomer();
    await store.buy(customer, 'pro');
    const told = () => receiver.events();
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
    const { id } = await listen(receiver);
    const [other, live] = [await createEnvironment(), new Receiver()];
    await manage('POST', `/api/projects/${shop.id}/live/webhooks`, { url: live.url });
    const key = other.sk;
    await call('POST', '/api/customers', { key, body: { email: 'eve@example.com' } });
    const customer = await newCustomer();
    await until(id, [{ status: 'delivered' }]);
    expect((await receiver.events()).map(({ data }) => data.customer.id)).toEqual([customer]);
    expect(await live.seen()).toEqual([]);
  });

  it('that is disabled is told nothing, and what waited for it is not sent', async () => {
    const { id } = await listen(receiver);
    await receiver.answers({ status: 500 });
    await newCustomer();
    await until(id, [{ status: 'waiting', attempts: 1 }]);
    const { webhook } = await manage('PATCH', `${base}/${id}`, { disabled: true });
    expect(webhook).toMatchObject({ disabled: true, disabledReason: 'developer' });
    await newCustomer();
    later(DAY_MS);
    await deliver();
    expect(await logOf(id)).toMatchObject([
      { status: 'failed', error: 'The webhook was disabled.' },
    ]);
    expect(await receiver.seen()).toHaveLength(1);
    await manage('PATCH', `${base}/${id}`, { disabled: false });
    await receiver.answers({ status: 200 });
    await newCustomer();
    await deliver();
    await until(id, [{ status: 'delivered' }, { status: 'failed' }]);
  });
});

describe('what fails', () => {
  it('is tried again after 5 s and 5 min with the same id and body, until it is taken', async () => {
    const { id, secret } = await listen(receiver);
    await receiver.answers({ status: 500, body: 'oh' }, { status: 503 }, { status: 200 });
    await newCustomer();
    await until(id, [{ status: 'waiting', attempts: 1, responseStatus: 500, responseBody: 'oh' }]);
    const [first] = await logOf(id);
    expect(first.error).toBe('Answered 500.');
    const waitMs = first.nextTryAtMs - first.lastTryAtMs;
    expect(waitMs).toBeGreaterThanOrEqual(5000);
    expect(waitMs).toBeLessThanOrEqual(5500);
    later(first.nextTryAtMs - Date.now());
    await deliver();
    const [second] = await logOf(id);
    expect(second).toMatchObject({ status: 'waiting', attempts: 2, responseStatus: 503 });
    expect((await webhookOf(id)).failingSinceMs).toBe(first.lastTryAtMs);
    vi.setSystemTime(second.nextTryAtMs - 1);
    await deliver();
    expect(await receiver.seen()).toHaveLength(2);
    vi.setSystemTime(second.nextTryAtMs);
    await deliver();
    expect(await logOf(id)).toMatchObject([{ status: 'delivered', attempts: 3, error: null }]);
    expect((await webhookOf(id)).failingSinceMs).toBe(null);
    const seen = await receiver.seen();
    expect(new Set(seen.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    for (const one of seen) {
      vi.setSystemTime(Number(one.headers['webhook-timestamp']) * 1000);
      expect(isSignedBy(secret, one)).toBe(true);
    }
  });

  it('is dead after the last try, stays in the log, and can be retried', async () => {
    const { id } = await listen(receiver);
    await receiver.answers({ status: 500 });
    await newCustomer();
    await until(id, [{ attempts: 1 }]);
    vi.useFakeTimers({ toFake: ['Date'] });
    for (let tries = 1; tries < 10; tries++) {
      vi.setSystemTime((await logOf(id))[0].nextTryAtMs);
      await deliver();
    }
    const [dead] = await logOf(id);
    expect(dead).toMatchObject({ status: 'failed', attempts: 10, nextTryAtMs: null });
    const again = () => manage('POST', `${base}/${id}/deliveries/${dead.id}/retry`);
    expect((await again()).delivery).toMatchObject({ status: 'failed', attempts: 11 });
    await receiver.answers({ status: 204 });
    expect((await again()).delivery).toMatchObject({ status: 'delivered', attempts: 12 });
  });

  it('as a redirect is not followed', async () => {
    const { id } = await listen(receiver);
    const target = new Receiver();
    await receiver.answers({ status: 307, headers: { location: target.url } });
    await newCustomer();
    await until(id, [{ status: 'waiting', responseStatus: 307 }]);
    expect((await logOf(id))[0].error).toContain('redirects are not followed');
    expect(await target.seen()).toEqual([]);
  });

  it('by not answering within 10 s delays no other endpoint', async () => {
    const other = new Receiver();
    const [slow, quick] = [await listen(receiver), await listen(other)];
    await receiver.answers('hold');
    await newCustomer();
    await until(quick.id, [{ status: 'delivered' }]);
    expect(await logOf(slow.id)).toMatchObject([{ status: 'waiting', attempts: 0 }]);
    await newCustomer();
    await until(quick.id, [{ status: 'delivered' }, { status: 'delivered' }]);
    expect(await logOf(slow.id)).toMatchObject([{ attempts: 0 }, { attempts: 0 }]);
    await until(slow.id, [{}, { attempts: 1, error: 'No answer within 10 s.' }]);
    await receiver.release();
  });

  it('because it cannot be signed delays no other endpoint', async () => {
    const [broken, sound] = [await listen(receiver), await listen(receiver)];
    await runInDurableObject(deps.project(ref), (_, { storage }) => {
      storage.sql.exec("UPDATE webhook SET secret = 'gone:x:y' WHERE id = ?", broken.id);
    });
    await newCustomer();
    await until(sound.id, [{ status: 'delivered' }]);
    await until(broken.id, [{ status: 'waiting', error: 'Could not be signed.' }]);
    expect(await receiver.seen()).toHaveLength(1);
  });

  it('for five days without a success disables the endpoint, and the audit log says so', async () => {
    const { id } = await listen(receiver);
    await receiver.answers({ status: 500 });
    await newCustomer();
    await until(id, [{ attempts: 1 }]);
    later(5 * DAY_MS - 60_000);
    await deliver();
    expect((await webhookOf(id)).disabled).toBe(false);
    later(120_000);
    await newCustomer();
    await deliver();
    expect(await webhookOf(id)).toMatchObject({ disabled: true, disabledReason: 'failing' });
    expect((await logOf(id)).map(({ status }) => status)).toEqual(['failed', 'failed']);
    const { entries } = await manage('GET', `/api/projects/${shop.id}/test/audit`);
    expect(entries[0]).toMatchObject({
      actor: 'system',
      action: 'webhook.disabled_failing',
      subject: id,
    });
  });

  it('with 410 disables the endpoint at once: it does not want to be told', async () => {
    const { id } = await listen(receiver);
    await receiver.answers({ status: 410 });
    await newCustomer();
    await vi.waitFor(async () =>
      expect(await webhookOf(id)).toMatchObject({ disabled: true, disabledReason: 'gone' }),
    );
  });
});

describe('a process that is killed', () => {
  it('before it sent keeps the event: the next start sends it', async () => {
    const { id } = await listen(receiver, { events: ['customer.created'] });
    await runInDurableObject(deps.project(ref), async (object, { storage }) => {
      const given = { id: 'cust_00abc', email: 'ada@example.com' };
      object.customers().create(given, Date.now());
      await storage.deleteAlarm();
    });
    expect(await receiver.seen()).toEqual([]);
    await deps.project(ref).touch(Date.now());
    await until(id, [{ status: 'delivered' }]);
  });

  it('while it sent sends again under the same id, and what it says late counts for nothing', async () => {
    const { id } = await listen(receiver);
    const deliveries = () => deps.project(ref).deliveries();
    await runInDurableObject(deps.project(ref), async (object, { storage }) => {
      object.customers().create({ id: 'cust_00abd', email: 'ada@example.com' }, Date.now());
      await storage.deleteAlarm();
    });
    const [lane] = await deliveries().claim(Date.now());
    expect(await deliveries().claim(Date.now() + 29_000)).toEqual([]);
    later(31_000);
    await deliver();
    expect(await logOf(id)).toMatchObject([{ status: 'delivered', attempts: 1 }]);
    const lost = lane?.deliveries[0];
    const said = { responseStatus: null, responseBody: null, error: 'No answer within 10 s.' };
    const late = { id: lost?.id ?? '', fence: lost?.fence ?? 0, ...said };
    await deliveries().record(late, 0, Date.now());
    expect(await logOf(id)).toMatchObject([{ status: 'delivered', attempts: 1, error: null }]);
    const [seen] = await receiver.seen();
    expect(seen?.headers['webhook-id']).toBe(lost?.eventId);
  });
});

describe('a rotated secret', () => {
  const lastSeen = async (id: string): Promise<Seen> => {
    await manage('POST', `${base}/${id}/test`);
    return (await receiver.seen()).at(-1) as Seen;
  };

  it('signs beside the new one for the hours of the overlap, and no longer', async () => {
    const { id, secret: old } = await listen(receiver);
    const { secret, webhook } = await manage('POST', `${base}/${id}/rotate`, { overlapHours: 2 });
    const both = await lastSeen(id);
    expect([isSignedBy(old, both), isSignedBy(secret, both)]).toEqual([true, true]);
    expect(both.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    vi.useFakeTimers({ toFake: ['Date'], now: webhook.oldSecretUntilMs });
    const after = await lastSeen(id);
    expect([isSignedBy(old, after), isSignedBy(secret, after)]).toEqual([false, true]);
    expect((await webhookOf(id)).oldSecretUntilMs).toBe(null);
  });

  it('signs no more at once when no overlap is wanted', async () => {
    const { id, secret: old } = await listen(receiver);
    const { secret } = await manage('POST', `${base}/${id}/rotate`, { overlapHours: 0 });
    const seen = await lastSeen(id);
    expect([isSignedBy(old, seen), isSignedBy(secret, seen)]).toEqual([false, true]);
  });
});

describe('erasing a customer', () => {
  it('is told, and leaves nothing of it in the log', async () => {
    const { id } = await listen(receiver);
    const email = `edith.${Date.now()}@example.com`;
    await receiver.answers({ status: 200, body: `hello ${email}` });
    const customer = await newCustomer(email);
    await until(id, [{ status: 'delivered', responseBody: `hello ${email}` }]);
    await receiver.answers({ status: 200, body: `bye ${customer}` });
    await call('DELETE', `/api/customers/${customer}`, { key: shop.sk });
    await until(id, [{ type: 'customer.deleted', status: 'delivered' }, {}]);
    const deleted = (await receiver.events()).find(({ type }) => type === 'customer.deleted');
    expect(deleted.data.customer).toEqual({ id: customer, externalId: null });
    const kept = await runInDurableObject(deps.project(ref), (_, { storage }) =>
      JSON.stringify(
        ['webhook_event', 'webhook_delivery'].map((table) =>
          storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
        ),
      ),
    );
    expect([kept.includes(email), kept.includes(customer)]).toEqual([false, false]);
    const [, created] = await logOf(id);
    expect(created).toMatchObject({ type: 'customer.created', payload: null, responseBody: null });
    const again = await asked('POST', `${base}/${id}/deliveries/${created.id}/retry`);
    expect([again.status, again.body.code]).toEqual([410, 'webhook_event_erased']);
  });

  it('sends nothing more of what still waited, but for the erasure itself', async () => {
    const { id } = await listen(receiver);
    await receiver.answers({ status: 500 }, { status: 200 });
    const customer = await newCustomer();
    await until(id, [{ status: 'waiting', attempts: 1 }]);
    await call('DELETE', `/api/customers/${customer}`, { key: shop.sk });
    await until(id, [
      { type: 'customer.deleted', status: 'delivered' },
      { type: 'customer.created', status: 'failed', error: 'The customer was erased.' },
    ]);
    later(DAY_MS);
    await deliver();
    expect(await receiver.seen()).toHaveLength(2);
  });
});

describe('the log', () => {
  it('goes back page by page, by status if asked, with the first kilobyte of each answer', async () => {
    const { id } = await listen(receiver);
    await receiver.answers({ status: 400, body: 'ä'.repeat(9000) }, { status: 200 });
    for (let sent = 0; sent < 3; sent++) await manage('POST', `${base}/${id}/test`);
    const first = await manage('GET', `${base}/${id}/deliveries?limit=2`);
    expect(first.deliveries).toMatchObject([{ status: 'delivered' }, { status: 'delivered' }]);
    const cursor = encodeURIComponent(first.nextCursor);
    const second = await manage('GET', `${base}/${id}/deliveries?limit=2&cursor=${cursor}`);
    expect(second).toMatchObject({ deliveries: [{ status: 'failed' }], nextCursor: null });
    expect(second.deliveries[0].responseBody).toBe('ä'.repeat(512));
    const failed = await manage('GET', `${base}/${id}/deliveries?status=failed`);
    expect(failed.deliveries).toEqual(second.deliveries);
  });

  it('is kept for 30 days', async () => {
    const { id } = await listen(receiver);
    const sent = (await manage('POST', `${base}/${id}/test`)).delivery;
    await deps.project(ref).touch(sent.createdAtMs + 30 * DAY_MS - 1);
    expect(await logOf(id)).toHaveLength(1);
    await deps.project(ref).touch(sent.createdAtMs + 30 * DAY_MS);
    expect(await logOf(id)).toEqual([]);
  });
});

describe('managing webhooks', () => {
  it('shows a secret once: neither in a list nor to a repeated call', async () => {
    const headers = { 'idempotency-key': 'once' };
    const create = () =>
      call('POST', base, { key: OPERATOR, body: { url: receiver.url }, headers });
    const { webhook, secret } = (await create()).body;
    const repeated = await create();
    expect(repeated.body).toMatchObject({ code: 'already_done', id: webhook.id });
    const { webhooks } = await manage('GET', base);
    expect(webhooks).toEqual([webhook]);
    expect(JSON.stringify(webhooks)).not.toContain(secret);
  });

  it('takes ten in an environment, and room is made by deleting one', async () => {
    const made: { id: string }[] = [];
    for (let count = 0; count < 10; count++) made.push(await listen(receiver));
    const tooMany = await asked('POST', base, { url: receiver.url });
    expect([tooMany.status, tooMany.body.code, tooMany.body.atMost]).toEqual([
      409,
      'too_many_webhooks',
      10,
    ]);
    await manage('DELETE', `${base}/${made[0]?.id}`);
    await listen(receiver);
    expect((await asked('DELETE', `${base}/${made[0]?.id}`)).body.code).toBe('webhook_not_found');
  });

  it.each([
    ['http://example.com/hook', 'https'],
    ['https://10.0.0.1/hook', 'IP address'],
    ['https://edge.test/hook', 'this edge'],
  ])('refuses %s when it is made and when it is changed, and says why', async (url, why) => {
    const { id } = await listen(receiver);
    for (const answer of [
      await asked('POST', base, { url }),
      await asked('PATCH', `${base}/${id}`, { url }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([400, 'webhook_url_not_allowed']);
      expect(answer.body.reason).toContain(why);
    }
  });

  it('sends to no URL that is no longer allowed', async () => {
    const { id } = await listen(receiver);
    await runInDurableObject(deps.project(ref), (_, { storage }) => {
      storage.sql.exec("UPDATE webhook SET url = 'https://edge.test/api' WHERE id = ?", id);
    });
    const { delivery } = await manage('POST', `${base}/${id}/test`);
    expect(delivery).toMatchObject({ status: 'failed', responseStatus: null });
    expect(delivery.error).toContain('not allowed');
  });

  it('knows the webhooks of its own environment only, and a delivery by its webhook only', async () => {
    const [one, two] = [await listen(receiver), await listen(receiver)];
    const { delivery } = await manage('POST', `${base}/${one.id}/test`);
    const crossed = await asked('POST', `${base}/${two.id}/deliveries/${delivery.id}/retry`);
    expect([crossed.status, crossed.body.code]).toEqual([404, 'webhook_delivery_not_found']);
    const live = base.replace('/test/', '/live/');
    for (const [method, path] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/rotate'],
      ['POST', '/test'],
      ['GET', '/deliveries'],
      ['POST', `/deliveries/${delivery.id}/retry`],
    ] as const) {
      const { status, body } = await asked(method, `${live}/${one.id}${path}`);
      expect([path, status, body.code]).toEqual([path, 404, 'webhook_not_found']);
    }
  });

  it('sends the test event at once and says what became of it', async () => {
    const { id, secret } = await listen(receiver, { events: ['plan.changed'] });
    await receiver.answers({ status: 418, body: 'teapot' }, { status: 200 });
    const send = async () => (await manage('POST', `${base}/${id}/test`)).delivery;
    expect(await send()).toMatchObject({
      type: 'webhook.test',
      status: 'failed',
      responseStatus: 418,
      responseBody: 'teapot',
      nextTryAtMs: null,
    });
    expect((await webhookOf(id)).failingSinceMs).toBe(null);
    expect(await send()).toMatchObject({ status: 'delivered', attempts: 1 });
    expect(isSignedBy(secret, (await receiver.seen())[0] as Seen)).toBe(true);
    await manage('PATCH', `${base}/${id}`, { disabled: true });
    expect((await asked('POST', `${base}/${id}/test`)).body.code).toBe('webhook_disabled');
  });

  it('is written in the audit log, change by change', async () => {
    const { id } = await listen(receiver);
    await manage('PATCH', `${base}/${id}`, { description: 'Ours', events: ['plan.changed'] });
    await manage('POST', `${base}/${id}/rotate`);
    await manage('POST', `${base}/${id}/test`);
    await manage('DELETE', `${base}/${id}`);
    const { entries } = await manage('GET', `/api/projects/${shop.id}/test/audit`);
    expect(entries.slice(0, 5).map(({ action, subject }: any) => [action, subject])).toEqual(
      ['deleted', 'tested', 'rotated', 'changed', 'created'].map((done) => [`webhook.${done}`, id]),
    );
  });
});
