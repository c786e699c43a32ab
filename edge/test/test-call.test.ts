import { beforeAll, describe, expect, it, vi } from 'vitest';
import { developer, ensurePlatform, type SignedInDeveloper } from './developers.ts';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';

const pathOf = ({ id, mode }: TestEnvironment) => `/api/projects/${id}/${mode}/test-call`;

const tryOut = (shop: TestEnvironment, idempotencyKey?: string, body: object = {}) =>
  call('POST', pathOf(shop), {
    key: OPERATOR,
    body,
    headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
  });

/** What a server is answered of the same customer. */
const asServer = ({ sk }: TestEnvironment, method = 'POST') =>
  call(method, '/api/usage', { key: sk, user: 'test_call' });

describe('a test call', () => {
  let ada: SignedInDeveloper;
  let mallory: SignedInDeveloper;
  beforeAll(async () => {
    await ensurePlatform();
    [ada, mallory] = [await developer(), await developer()];
  });

  it('counts for the customer test_call, and tells what a server is answered', async () => {
    const shop = await createEnvironment();
    const first = await tryOut(shop);
    expect(first.status).toBe(200);
    const second = await asServer(shop);
    expect([first.body.status, first.body.body.success]).toEqual([200, true]);
    const { count, remaining, ...rest } = second.body.usage;
    expect([count, remaining]).toEqual([2, 1]);
    expect(first.body.body.usage).toEqual({ ...rest, count: 1, remaining: 2 });
    const { userId, usageCount } = (await asServer(shop, 'GET')).body;
    expect([userId, usageCount]).toEqual([first.body.customerId, 2]);
    expect(first.body.requestId).toBe(first.headers.get('x-request-id'));
  });

  it('tells a refusal word by word, and its request id explains it', async () => {
    const shop = await createEnvironment();
    for (let i = 0; i < 3; i++) await tryOut(shop);
    const { status, body } = await tryOut(shop);
    expect([status, body.status]).toEqual([200, 403]);
    const { requestId, ...told } = body.body;
    const { requestId: theirs, ...server } = (await asServer(shop)).body;
    expect(told).toEqual(server);
    expect(requestId).toBe(body.requestId);
    expect(requestId).not.toBe(theirs);
    const noted = await vi.waitFor(
      () => manage('GET', `/api/projects/${shop.id}/test/requests/${requestId}`),
      { timeout: 10_000, interval: 100 },
    );
    expect(noted.requests[0]).toMatchObject({ code: 'limit_reached', credential: 'dashboard' });
    expect(noted.customer).toMatchObject({ id: body.customerId, plan: 'free' });
  });

  it('counts once for its key, and tries a refused one again', async () => {
    const shop = await createEnvironment();
    const [first, again] = [await tryOut(shop, 'click-1'), await tryOut(shop, 'click-1')];
    expect(again.body.body).toEqual(first.body.body);
    await tryOut(shop, 'click-2');
    await tryOut(shop, 'click-3');
    expect((await tryOut(shop, 'click-4')).body.status).toBe(403);
    await manage('POST', `/api/projects/${shop.id}/test/customers/${first.body.customerId}/usage`, {
      kind: 'reset',
    });
    expect((await tryOut(shop, 'click-4')).body.body.usage).toMatchObject({ count: 1 });
  });

  it('tells of a feature that no tier has, and goes on after its customer was erased', async () => {
    const shop = await createEnvironment();
    const unknown = await tryOut(shop, undefined, { feature: 'poems' });
    expect(unknown.body).toMatchObject({ status: 400, body: { code: 'feature_not_found' } });
    const { customerId } = (await tryOut(shop)).body;
    await call('DELETE', `/api/customers/${customerId}`, { key: shop.sk });
    const { body } = await tryOut(shop);
    expect(body.status).toBe(200);
    expect(body.customerId).not.toBe(customerId);
  });

  it('is refused in live mode, and counts nothing there', async () => {
    const shop = await createEnvironment('live');
    const { status, body } = await tryOut(shop);
    expect([status, body.code]).toEqual([400, 'test_mode_only']);
    expect((await call('GET', '/api/customers/test_call', { key: shop.sk })).status).toBe(404);
  });

  it('is refused as a server is while the project is suspended', async () => {
    const shop = await createEnvironment();
    await manage('POST', `/api/projects/${shop.id}/suspend`, { reason: 'Spam.' });
    expect((await tryOut(shop)).body.body.code).toBe('project_suspended');
  });

  it('is for whoever manages the project: no key of it, and no other developer', async () => {
    const { project } = (
      await call('POST', '/api/projects', { key: ada.key, body: { name: 'Versa' } })
    ).body;
    const path = `/api/projects/${project.id}/test/test-call`;
    const { secret } = await manage('POST', `/api/projects/${project.id}/test/keys`, {});
    const codes = [];
    for (const key of [undefined, project.publishableKeys.test, secret, mallory.key])
      codes.push((await call('POST', path, { ...(key && { key }) })).body.code);
    expect(codes).toEqual([
      'developer_required',
      'developer_required',
      'developer_required',
      'project_not_found',
    ]);
    expect((await call('POST', path, { key: ada.key })).body.status).toBe(200);
  });
});
