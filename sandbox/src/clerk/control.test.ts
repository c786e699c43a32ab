import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nativeClient, startTestClerk, type TestClerk } from './test-clerk.ts';

let clerk: TestClerk;
beforeAll(async () => {
  clerk = await startTestClerk();
});
afterAll(() => clerk.close());

describe('control', () => {
  test('takes JSON only, so that no form on a page reaches it', async () => {
    const answer = await fetch(`${clerk.url}/_sandbox/reset`, {
      method: 'POST',
      body: new URLSearchParams({ a: 'b' }),
    });
    expect(answer.status).toBe(415);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('outages: errors answer 500, down hangs up, none heals', async () => {
    const ask = () => fetch(`${clerk.url}/fapi/test_endusers/v1/environment`);
    await clerk.control('POST', 'outage', { mode: 'errors' });
    const refused = await ask();
    expect(refused.status).toBe(500);
    expect(await refused.json()).toMatchObject({ errors: [{ code: 'internal_clerk_error' }] });
    await clerk.control('POST', 'outage', { mode: 'down' });
    await expect(ask()).rejects.toThrow('fetch failed');
    await clerk.control('POST', 'outage', { mode: 'slow', ms: 1 });
    expect((await ask()).status).toBe(200);
    await clerk.control('POST', 'outage', { mode: 'none' });
    expect((await ask()).status).toBe(200);
  });

  test('limits, once on, refuse the sixth sign-up within ten seconds of an address', async () => {
    await clerk.control('POST', 'limits', { enabled: true });
    const create = (address: string) =>
      fetch(`${clerk.url}/fapi/test_limits/v1/client/sign_ups?_is_native=1`, {
        method: 'POST',
        headers: { 'clerk-secret-key': 'sk_test_limits', 'x-forwarded-for': address },
      });
    for (let i = 0; i < 5; i++) expect((await create('203.0.113.1')).status).toBe(200);
    const sixth = await create('203.0.113.1');
    expect(sixth.status).toBe(429);
    expect(Number(sixth.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await sixth.json()).toMatchObject({ errors: [{ code: 'too_many_requests' }] });
    expect((await create('203.0.113.2')).status).toBe(200);
    clerk.clock.advance(10_000);
    expect((await create('203.0.113.1')).status).toBe(200);
    await clerk.control('POST', 'limits', { enabled: false });
  });

  test.each([
    ['PUT', 'instances', { instance: 'prod_x' }],
    ['PUT', 'endpoints', { id: 'a', instance: 'test_a', url: 'nowhere', secret: 'whsec_YQ==' }],
    ['PUT', 'endpoints', { id: 'a', instance: 'test_a', url: 'http://a.b', secret: 'secret' }],
    ['POST', 'outage', { mode: 'sideways' }],
    ['POST', 'webhooks', { enabled: 'no' }],
    ['POST', 'limits', {}],
    ['POST', 'clock', { advanceMs: -1 }],
    ['POST', 'resend', {}],
  ])('%s %s refuses %j with a sentence', async (method, path, body) => {
    expect(await clerk.control(method, path, body)).toEqual({ error: expect.any(String) });
  });

  test('reset forgets users, letters and keys', async () => {
    const client = nativeClient(clerk.url);
    await client.signUp('forget+clerk_test@example.com');
    const before = await clerk.control('PUT', 'instances', { instance: 'test_endusers' });
    await clerk.control('POST', 'reset', {});
    expect(await clerk.control('GET', 'instances')).toEqual({ instances: [] });
    expect((await client.send('GET', '/v1/client')).body.response).toBeNull();
    expect((await client.signUp('forget+clerk_test@example.com')).status).toBe(200);
    const after = await clerk.control('PUT', 'instances', { instance: 'test_endusers' });
    expect(after.publishableKey).toBe(before.publishableKey);
    expect(after.jwtKey).not.toBe(before.jwtKey);
  });
});

describe('inbox', () => {
  test('shows codes newest first, with address and app, as page and as JSON', async () => {
    const send = (email_address: string, instance: string) =>
      nativeClient(clerk.url, instance).send('POST', '/v1/client/sign_ups', {
        email_address,
        strategy: 'email_code',
      });
    await send('<b>first</b>@example.com', 'test_a');
    await send('first@example.com', 'test_a');
    await send('second@example.com', 'live_b');
    const { letters } = (await (await fetch(`${clerk.url}/inbox.json`)).json()) as {
      letters: { email: string; code: string; instance: string }[];
    };
    expect(letters).toMatchObject([
      { email: 'second@example.com', instance: 'live_b', code: expect.stringMatching(/^\d{6}$/) },
      { email: 'first@example.com', instance: 'test_a', purpose: 'sign_up' },
    ]);
    const page = await (await fetch(`${clerk.url}/inbox`)).text();
    expect(page).toContain(letters[0]?.code);
    expect(page.indexOf('second@example.com')).toBeLessThan(page.indexOf('first@example.com'));
    expect(await clerk.codeFor('FIRST@example.com')).toBe(letters[1]?.code);
  });

  test('is one page without third parties and without caching', async () => {
    const answer = await fetch(`${clerk.url}/inbox?email=nobody@example.com`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const page = await answer.text();
    expect(page).toContain('No codes yet');
    expect(page).not.toMatch(/(src|href)="https?:/);
  });
});
