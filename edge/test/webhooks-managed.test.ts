import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { call, manage, OPERATOR } from './harness.ts';
import type { Seen } from './receiver.ts';
import { deps, Endpoints, isSignedBy, until } from './webhook-endpoints.ts';

const DAY_MS = 86_400_000;

let at: Endpoints;
beforeEach(async () => {
  at = await Endpoints.open();
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
const asked = (method: string, path: string, body: object = {}) =>
  call(method, path, { key: OPERATOR, ...(method === 'GET' ? {} : { body }) });

describe('a rotated secret', () => {
  const lastSeen = async (id: string): Promise<Seen> => {
    await manage('POST', `${at.base}/${id}/test`);
    return (await at.receiver.seen()).at(-1) as Seen;
  };

  it('signs beside the new one for the hours of the overlap, and no longer', async () => {
    const { id, secret: old } = await at.listen(at.receiver);
    const { secret, webhook } = await manage('POST', `${at.base}/${id}/rotate`, {
      overlapHours: 2,
    });
    const both = await lastSeen(id);
    expect([isSignedBy(old, both), isSignedBy(secret, both)]).toEqual([true, true]);
    expect(both.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    vi.useFakeTimers({ toFake: ['Date'], now: webhook.oldSecretUntilMs });
    const after = await lastSeen(id);
    expect([isSignedBy(old, after), isSignedBy(secret, after)]).toEqual([false, true]);
    expect((await at.webhookOf(id)).oldSecretUntilMs).toBe(null);
  });

  it('signs no more at once when no overlap is wanted', async () => {
    const { id, secret: old } = await at.listen(at.receiver);
    const { secret } = await manage('POST', `${at.base}/${id}/rotate`, { overlapHours: 0 });
    const seen = await lastSeen(id);
    expect([isSignedBy(old, seen), isSignedBy(secret, seen)]).toEqual([false, true]);
  });
});

describe('erasing a customer', () => {
  it('is told, and leaves nothing of it in the log', async () => {
    const { id } = await at.listen(at.receiver);
    const email = `edith.${Date.now()}@example.com`;
    await at.receiver.answers({ status: 200, body: `hello ${email}` });
    const customer = await at.newCustomer(email);
    await until(at, id, [{ status: 'delivered', responseBody: `hello ${email}` }]);
    await at.receiver.answers({ status: 200, body: `bye ${customer}` });
    await call('DELETE', `/api/customers/${customer}`, { key: at.shop.sk });
    await until(at, id, [{ type: 'customer.deleted', status: 'delivered' }, {}]);
    const deleted = (await at.receiver.events()).find(({ type }) => type === 'customer.deleted');
    expect(deleted.data.customer).toEqual({ id: customer, externalId: null });
    const kept = await runInDurableObject(deps.project(at.ref), (_, { storage }) =>
      JSON.stringify(
        ['webhook_event', 'webhook_delivery'].map((table) =>
          storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
        ),
      ),
    );
    expect([kept.includes(email), kept.includes(customer)]).toEqual([false, false]);
    const [, created] = await at.logOf(id);
    expect(created).toMatchObject({ type: 'customer.created', payload: null, responseBody: null });
    const again = await asked('POST', `${at.base}/${id}/deliveries/${created.id}/retry`);
    expect([again.status, again.body.code]).toEqual([410, 'webhook_event_erased']);
  });

  it('sends nothing more of what still waited, but for the erasure itself', async () => {
    const { id } = await at.listen(at.receiver);
    await at.receiver.answers({ status: 500 }, { status: 200 });
    const customer = await at.newCustomer();
    await until(at, id, [{ status: 'waiting', attempts: 1 }]);
    await call('DELETE', `/api/customers/${customer}`, { key: at.shop.sk });
    await until(at, id, [
      { type: 'customer.deleted', status: 'delivered' },
      { type: 'customer.created', status: 'failed', error: 'The customer was erased.' },
    ]);
    later(DAY_MS);
    await at.deliver();
    expect(await at.receiver.seen()).toHaveLength(2);
  });
});

describe('the log', () => {
  it('goes back page by page, by status if asked, with the first kilobyte of each answer', async () => {
    const { id } = await at.listen(at.receiver);
    await at.receiver.answers({ status: 400, body: 'ä'.repeat(9000) }, { status: 200 });
    for (let sent = 0; sent < 3; sent++) await manage('POST', `${at.base}/${id}/test`);
    const first = await manage('GET', `${at.base}/${id}/deliveries?limit=2`);
    expect(first.deliveries).toMatchObject([{ status: 'delivered' }, { status: 'delivered' }]);
    const cursor = encodeURIComponent(first.nextCursor);
    const second = await manage('GET', `${at.base}/${id}/deliveries?limit=2&cursor=${cursor}`);
    expect(second).toMatchObject({ deliveries: [{ status: 'failed' }], nextCursor: null });
    expect(second.deliveries[0].responseBody).toBe('ä'.repeat(512));
    const failed = await manage('GET', `${at.base}/${id}/deliveries?status=failed`);
    expect(failed.deliveries).toEqual(second.deliveries);
  });

  it('is kept for 30 days', async () => {
    const { id } = await at.listen(at.receiver);
    const sent = (await manage('POST', `${at.base}/${id}/test`)).delivery;
    await deps.project(at.ref).touch(sent.createdAtMs + 30 * DAY_MS - 1);
    expect(await at.logOf(id)).toHaveLength(1);
    await deps.project(at.ref).touch(sent.createdAtMs + 30 * DAY_MS);
    expect(await at.logOf(id)).toEqual([]);
  });
});

describe('managing webhooks', () => {
  it('shows a secret once: neither in a list nor to a repeated call', async () => {
    const headers = { 'idempotency-key': 'once' };
    const create = () =>
      call('POST', at.base, { key: OPERATOR, body: { url: at.receiver.url }, headers });
    const { webhook, secret } = (await create()).body;
    const repeated = await create();
    expect(repeated.body).toMatchObject({ code: 'already_done', id: webhook.id });
    const { webhooks } = await manage('GET', at.base);
    expect(webhooks).toEqual([webhook]);
    expect(JSON.stringify(webhooks)).not.toContain(secret);
  });

  it('takes ten in an environment, and room is made by deleting one', async () => {
    const made: { id: string }[] = [];
    for (let count = 0; count < 10; count++) made.push(await at.listen(at.receiver));
    const tooMany = await asked('POST', at.base, { url: at.receiver.url });
    expect([tooMany.status, tooMany.body.code, tooMany.body.atMost]).toEqual([
      409,
      'too_many_webhooks',
      10,
    ]);
    await manage('DELETE', `${at.base}/${made[0]?.id}`);
    await at.listen(at.receiver);
    expect((await asked('DELETE', `${at.base}/${made[0]?.id}`)).body.code).toBe(
      'webhook_not_found',
    );
  });

  it.each([
    ['http://example.com/hook', 'https'],
    ['https://10.0.0.1/hook', 'IP address'],
    ['https://edge.test/hook', 'this edge'],
  ])('refuses %s when it is made and when it is changed, and says why', async (url, why) => {
    const { id } = await at.listen(at.receiver);
    for (const answer of [
      await asked('POST', at.base, { url }),
      await asked('PATCH', `${at.base}/${id}`, { url }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([400, 'webhook_url_not_allowed']);
      expect(answer.body.reason).toContain(why);
    }
  });

  it('sends to no URL that is no longer allowed', async () => {
    const { id } = await at.listen(at.receiver);
    await runInDurableObject(deps.project(at.ref), (_, { storage }) => {
      storage.sql.exec("UPDATE webhook SET url = 'https://edge.test/api' WHERE id = ?", id);
    });
    const { delivery } = await manage('POST', `${at.base}/${id}/test`);
    expect(delivery).toMatchObject({ status: 'failed', responseStatus: null });
    expect(delivery.error).toContain('not allowed');
  });

  it('knows the webhooks of its own environment only, and a delivery by its webhook only', async () => {
    const [one, two] = [await at.listen(at.receiver), await at.listen(at.receiver)];
    const { delivery } = await manage('POST', `${at.base}/${one.id}/test`);
    const crossed = await asked('POST', `${at.base}/${two.id}/deliveries/${delivery.id}/retry`);
    expect([crossed.status, crossed.body.code]).toEqual([404, 'webhook_delivery_not_found']);
    const live = at.base.replace('/test/', '/live/');
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
    const { id, secret } = await at.listen(at.receiver, { events: ['plan.changed'] });
    await at.receiver.answers({ status: 418, body: 'teapot' }, { status: 200 });
    const send = async () => (await manage('POST', `${at.base}/${id}/test`)).delivery;
    expect(await send()).toMatchObject({
      type: 'webhook.test',
      status: 'failed',
      responseStatus: 418,
      responseBody: 'teapot',
      nextTryAtMs: null,
    });
    expect((await at.webhookOf(id)).failingSinceMs).toBe(null);
    expect(await send()).toMatchObject({ status: 'delivered', attempts: 1 });
    expect(isSignedBy(secret, (await at.receiver.seen())[0] as Seen)).toBe(true);
    await manage('PATCH', `${at.base}/${id}`, { disabled: true });
    expect((await asked('POST', `${at.base}/${id}/test`)).body.code).toBe('webhook_disabled');
  });

  it('is written in the audit log, change by change', async () => {
    const { id } = await at.listen(at.receiver);
    await manage('PATCH', `${at.base}/${id}`, { description: 'Ours', events: ['plan.changed'] });
    await manage('POST', `${at.base}/${id}/rotate`);
    await manage('POST', `${at.base}/${id}/test`);
    await manage('DELETE', `${at.base}/${id}`);
    const { entries } = await manage('GET', `/api/projects/${at.shop.id}/test/audit`);
    expect(entries.slice(0, 5).map(({ action, subject }: any) => [action, subject])).toEqual(
      ['deleted', 'tested', 'rotated', 'changed', 'created'].map((done) => [`webhook.${done}`, id]),
    );
  });
});
