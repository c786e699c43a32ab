import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dashboard, startDashboard } from './server.ts';

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await startDashboard({
    port: 0,
    edge: 'https://edge.example/ignored',
    publishableKey: 'pk_live_"dream',
    preview: 'https://demo.example/preview',
  });
});
afterAll(() => dashboard.close());

const get = (path: string, method = 'GET') => fetch(dashboard.url + path, { method });

it('serves the page on every path, with the edge and the key filled in as text', async () => {
  for (const path of ['/', '/projects/prj_a/test/keys?x=1']) {
    const answer = await get(path);
    const page = await answer.text();
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(page).toContain('content="https://edge.example"');
    expect(page).toContain('content="pk_live_&quot;dream"');
    expect(page).toContain('content="https://demo.example/preview"');
    expect(page).not.toMatch(/\{edge\}|\{pk\}|\{preview\}/);
  }
});

it('lets run what it serves and what the edge serves, and no inline script or style', async () => {
  const policy = (await get('/')).headers.get('content-security-policy') ?? '';
  expect(policy).toContain("script-src 'self' https://edge.example;");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*/);
  const page = await (await get('/')).text();
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
});

it('lets files be kept for ever, for their names change with them', async () => {
  const page = await (await get('/')).text();
  const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(page) ?? [];
  const answer = await get(script);
  expect(answer.headers.get('content-type')).toContain('text/javascript');
  expect(answer.headers.get('cache-control')).toContain('immutable');
});

it('answers 404 for a file that is not there, and 405 for what is no reading', async () => {
  expect((await get('/assets/gone.js')).status).toBe(404);
  expect((await get('/', 'POST')).status).toBe(405);
});
