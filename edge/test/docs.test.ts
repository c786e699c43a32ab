import openapi from '@dream/contract/openapi.json';
import { ROUTES } from '@dream/contract';
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

  it('are there for language models, with the address of this edge, and every link leads somewhere', async () => {
    const answer = await get('/llms.txt');
    expect(answer.headers.get('content-type')).toContain('text/plain');
    const text = await answer.text();
    expect(text).toMatch(/^# dream\n\n> /);
    expect(text).toContain('src="https://edge.test/v1/dream.js"');
    expect(text).not.toContain('{edge}');
    const links = [...text.matchAll(/\]\(https:\/\/edge\.test([^)#]*)/g)].map(
      ([, link = '']) => link,
    );
    expect(links).toEqual(expect.arrayContaining(['/docs/guides/tiers', '/llms-full.txt']));
    for (const link of links) expect([link, (await get(link)).status]).toEqual([link, 200]);
  });

  it('are there as one text, with every call of a server, every error and every guide', async () => {
    const text = await (await get('/llms-full.txt')).text();
    expect(text).not.toContain('{edge}');
    for (const { auth, method, path } of ROUTES.values())
      expect(text.includes(`- ${method.toUpperCase()} \`${path}\``)).toBe(
        auth.some((by) => ['pk', 'sk', 'user', 'session'].includes(by)),
      );
    for (const code of Object.keys(ERRORS)) expect(text).toContain(`- \`${code}\` (`);
    const start = await (await get('/llms.txt')).text();
    const guides = [...start.matchAll(/edge\.test(\/docs\/guides\/[^)]+)\)/g)];
    expect(guides.length).toBeGreaterThan(5);
    for (const [, path = ''] of guides) {
      const [, title] = /<title>(.+) · dream/.exec(await pageAt(path)) ?? [];
      expect(text).toContain(`\n# ${title}\n`);
    }
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
