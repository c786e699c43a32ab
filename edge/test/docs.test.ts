import openapi from '@dream/contract/openapi.json';
import { ERRORS } from '@dream/contract/errors';
import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { call } from './harness.ts';
import { LIMITS } from '../src/sessions/gate.ts';

const get = (path: string) => exports.default.fetch(new Request(`https://edge.test${path}`));

async function pageAt(path: string): Promise<string> {
  const page = await get(path);
  expect([path, page.status]).toEqual([path, 200]);
  expect(page.headers.get('content-type')).toContain('text/html');
  return page.text();
}

it.each(Object.keys(ERRORS))(
  'the link of %s leads to a page that says how to fix it',
  async (code) => {
    expect(await pageAt(`/docs/errors/${code}`)).toContain('How to fix');
  },
);

it('the link in the answer of an error is the address of its page', async () => {
  const { body } = await call('GET', '/api/nothing');
  expect(new URL(body.docs).pathname).toBe('/docs/errors/route_not_found');
});

describe('the docs', () => {
  it('begin with a page from which every guide is found, and every link leads somewhere', async () => {
    const start = await pageAt('/docs');
    expect(await pageAt('/docs/')).toBe(start);
    const links = [...start.matchAll(/href="(\/docs\/[^"]*)"/g)].map(([, link = '']) => link);
    expect(links).toEqual(
      expect.arrayContaining(['/docs/guides/own-auth', '/docs/guides/identity']),
    );
    for (const link of links) expect((await get(link)).status).toBe(200);
  });

  it('answer the API as OpenAPI, as it is in the repository', async () => {
    const answer = await get('/docs/openapi.json');
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(await answer.json()).toEqual(openapi);
  });

  it('lead back to where they begin from every page', async () => {
    for (const path of ['/docs/guides/identity', '/docs/errors', '/docs/errors/limit_reached'])
      expect(await pageAt(path)).toContain('<a href="/docs">');
  });

  it('know no page that is not there', async () => {
    for (const path of ['/docs/guides/nothing', '/docs/constructor', '/docs/../README'])
      expect((await get(path)).status).toBe(404);
  });

  it.each(Object.entries(LIMITS))('tell of the limit "%s" as it is', async (_, limit) => {
    const { max, windowMs } = limit;
    const minutes = windowMs / 60_000;
    const window = { 1: 'a minute', 60: 'an hour' }[minutes] ?? `in ${minutes} minutes`;
    const guide = await pageAt('/docs/guides/identity');
    expect(guide).toContain(`<td>${max.toLocaleString('en')} ${window}</td>`);
  });
});
