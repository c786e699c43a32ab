import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { THEMES } from './poem.ts';
import { type Demo, startDemo } from './server.ts';

const PK = 'pk_test_versa';
const SK = 'sk_test_versa';
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** Looks like a token, so the keys of the edge are asked for. */
const TOKEN = `${part({ alg: 'ES256', kid: 'k1' })}.${part({ sub: 'cust_1' })}.${'A'.repeat(86)}`;

let edge: string;
let demo: Demo;

beforeAll(async () => {
  edge = `http://127.0.0.1:${await closedPort()}`;
  demo = await startDemo({
    port: 0,
    edge,
    publishableKey: PK,
    secretKey: SK,
    content: 'http://pictures.example',
    featured: 'price_featured',
  });
});
afterAll(() => demo.close());

/** A port nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

const KEY = { 'idempotency-key': '0123456789abcdef' };
const SIGNED_IN = { ...KEY, authorization: `Bearer ${TOKEN}` };

const post = (headers: Record<string, string>, body = '{"theme":"sea"}') =>
  fetch(`${demo.url}/api/poems`, { method: 'POST', headers, body });

describe('the page', () => {
  it('carries the script tag a customer pastes, and one of each widget', async () => {
    const response = await fetch(demo.url);
    const html = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).toContain(
      `<script type="module" async src="${edge}/v1/dream.js" data-dream-key="${PK}"></script>`,
    );
    for (const name of ['dream-signup', 'dream-usage-meter', 'dream-pricing'])
      expect(html.match(new RegExp(`<${name}[ >]`, 'g'))).toHaveLength(1);
    expect(html).not.toContain(SK);
  });

  it('has a shop with the price it was told, and a club whose letter is not in the page', async () => {
    const shop = await (await fetch(`${demo.url}/shop`)).text();
    expect(shop).toContain('data-dream-add="price_featured"');
    expect(shop.match(/<dream-cart[ >]/g)).toHaveLength(1);
    const club = await (await fetch(`${demo.url}/club`)).text();
    expect(club).toMatch(/<dream-gate plan="pro studio">/);
    expect(club + (await (await fetch(`${demo.url}/club.js`)).text())).not.toContain('carpenter');
  });

  it('offers exactly the themes that poems are written about', async () => {
    const html = await (await fetch(demo.url)).text();
    const offered = [...html.matchAll(/name="theme" value="(\w+)"/g)].map(([, value]) => value);
    expect(new Set(offered)).toEqual(new Set(THEMES));
    expect(offered).toHaveLength(THEMES.length);
  });

  it('allows scripts and calls of itself and the edge only, and nothing inline', async () => {
    const policy = (await fetch(demo.url)).headers.get('content-security-policy') ?? '';
    const directives = policy.split('; ');
    expect(directives).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        `script-src 'self' ${edge}`,
        "style-src 'self'",
        `connect-src 'self' ${edge} ${edge.replace('http', 'ws')}`,
        "require-trusted-types-for 'script'",
        "img-src 'self' data: http://pictures.example",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  it.each([
    ['/style.css', 'text/css; charset=utf-8'],
    ['/shop.css', 'text/css; charset=utf-8'],
    ['/club.css', 'text/css; charset=utf-8'],
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/club.js', 'text/javascript; charset=utf-8'],
    ['/preview.css', 'text/css; charset=utf-8'],
    ['/preview.js', 'text/javascript; charset=utf-8'],
    ['/preview-config.js', 'text/javascript; charset=utf-8'],
  ])('serves %s as %s', async (path, type) => {
    const response = await fetch(demo.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('shows a logo from anywhere in a preview only, and sends nothing on from there', async () => {
    const { headers } = await fetch(`${demo.url}/preview?x=1`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("img-src 'self' data: http: https:;");
    expect(policy).toContain(`script-src 'self' ${edge};`);
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('answers on 127.0.0.1 and on localhost', async () => {
    expect(demo.url).toMatch(/^http:\/\/localhost:\d+$/);
    expect((await fetch(demo.url.replace('localhost', '127.0.0.1'))).status).toBe(200);
  });
});

describe('what is refused', () => {
  it.each(['/nothing', '/api', '/../package.json', '/src/server.ts', '/index.html'])(
    'knows no %s',
    async (path) => {
      expect((await fetch(demo.url + path)).status).toBe(404);
    },
  );

  it.each([
    ['GET', '/api/poems', 'POST'],
    ['DELETE', '/api/poems', 'POST'],
    ['POST', '/api/letter', 'GET'],
    ['POST', '/', 'GET, HEAD'],
  ])('answers %s %s with the methods it has', async (method, path, allow) => {
    const response = await fetch(demo.url + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
  });

  it.each([
    ['no token', {}],
    ['another scheme', { authorization: 'Basic abc' }],
    ['no JWT', { authorization: 'Bearer abc' }],
    ['an unsigned JWT', { authorization: `Bearer ${part({ alg: 'none' })}.${part({})}.` }],
    ['a secret key', { authorization: `Bearer ${SK}` }],
  ])('asks who comes with %s to sign in, without asking the edge', async (_, headers) => {
    const response = await post({ ...KEY, ...headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: expect.stringMatching(/sign in/) });
  });

  it.each([
    ['no token', {}],
    ['a secret key', { authorization: `Bearer ${SK}` }],
  ])('gives the letter to nobody who comes with %s', async (_, headers) => {
    const response = await fetch(`${demo.url}/api/letter`, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: expect.stringMatching(/sign in/) });
  });

  it.each([
    ['an unknown theme', '{"theme":"politics"}'],
    ['the name of a method', '{"theme":"toString"}'],
    ['no theme', '{}'],
    ['no object', 'null'],
    ['no JSON', 'theme=sea'],
    ['nothing', ''],
    ['far too much', `{"theme":"sea","more":"${'x'.repeat(2_000_000)}"}`],
  ])('names the themes to who sends %s', async (_, body) => {
    const response = await post(SIGNED_IN, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringContaining('sea, city') });
  });

  it.each(['', 'short', 'k'.repeat(65), 'with space', 'a:colon:a'])(
    'writes nothing under the key "%s", for it could not be counted once',
    async (key) => {
      const response = await post({ ...SIGNED_IN, 'idempotency-key': key });
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ error: expect.stringMatching(/Idempotency-Key/) });
    },
  );

  it('says kindly that it cannot reach the edge', async () => {
    const response = await post(SIGNED_IN);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ error: expect.stringMatching(/try again/) });
  });
});

describe('starting', () => {
  it.each([
    ['a secret key for the page', { publishableKey: SK }],
    ['a publishable key for the server', { secretKey: PK }],
    ['an edge that is no URL', { edge: 'localhost:8787' }],
  ])('refuses %s', async (_, wrong) => {
    const good = { port: 0, edge, publishableKey: PK, secretKey: SK };
    await expect(startDemo({ ...good, ...wrong })).rejects.toThrow(TypeError);
  });

  it('says that a port is taken', async () => {
    const port = Number(new URL(demo.url).port);
    const again = startDemo({ port, edge, publishableKey: PK, secretKey: SK });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
