import { ROUTES } from '@dream/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';

const LISTED = 'https://shop.example';
const STRANGER = 'https://stranger.example';

/** What pages call: every route that a publishable key or a customer's session opens. */
const browser = [...ROUTES]
  .filter(([, row]) => row.auth.includes('pk') || row.auth.includes('session'))
  .map(([name, row]) => ({ name, row }));

let shop: TestEnvironment;
let accessToken: string;

beforeAll(async () => {
  shop = await createEnvironment('live');
  await manage('PUT', `/api/projects/${shop.id}/live/origins`, {
    origins: [LISTED, 'https://*.team.example'],
  });
  const session = await call('POST', '/api/sessions', {
    key: shop.sk,
    body: { externalId: 'ada' },
  });
  accessToken = session.body.accessToken;
});

/** Calls a route as a page of an origin does, with its key and, where one is needed, its session. */
function from(origin: string, row: (typeof browser)[number]['row']) {
  const path = row.path.replace(/:\w+/g, 'x');
  const isKeyed = row.auth.includes('pk');
  return call(row.method.toUpperCase(), isKeyed ? `${path}?pk=${shop.pk}` : path, {
    headers: { origin },
    ...(isKeyed ? {} : { key: accessToken }),
    ...(row.body ? { body: {} } : {}),
  });
}

describe('a live environment', () => {
  it.each(browser)('$name is closed to a page that is not listed', async ({ row }) => {
    const { status, body } = await from(STRANGER, row);
    expect([status, body.code]).toEqual([403, 'origin_not_allowed']);
    expect(body.origin).toBe(STRANGER);
    expect(body.fix).toContain(`PUT /api/projects/${shop.id}/live/origins`);
  });

  it.each(browser)('$name is open to listed pages, also by a star', async ({ row }) => {
    for (const origin of [LISTED, 'https://a.b.team.example'])
      expect((await from(origin, row)).body?.code).not.toBe('origin_not_allowed');
  });

  it('keeps the sign-in proxy for listed pages, and none without an origin', async () => {
    const code = async (headers: Record<string, string>) =>
      (await call('GET', `/__clerk/${shop.pk}/v1/client?_is_native=1`, { headers })).body.code;
    expect(await code({ origin: STRANGER })).toBe('origin_not_allowed');
    expect(await code({})).toBe('origin_not_allowed');
    expect(await code({ origin: LISTED })).toBeUndefined();
  });
});

describe('the list of origins', () => {
  it('refuses a pattern that is none, says why, and stays as it was', async () => {
    const path = `/api/projects/${shop.id}/live/origins`;
    const body = { origins: ['https://new.example', 'https://*.com'] };
    const refused = await call('PUT', path, { key: OPERATOR, body });
    expect([refused.status, refused.body.code]).toEqual([400, 'origin_invalid']);
    expect(refused.body).toMatchObject({
      origin: 'https://*.com',
      reason: expect.stringContaining('sites of others'),
    });
    expect((await manage('GET', path)).origins).toEqual([LISTED, 'https://*.team.example']);
  });
});
