import { ERRORS } from '@dream/contract/errors';
import { exports } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { call } from './harness.ts';

it.each(Object.keys(ERRORS))(
  'the link of %s leads to a page that says how to fix it',
  async (code) => {
    const page = await exports.default.fetch(new Request(`https://edge.test/docs/errors/${code}`));
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('How to fix');
  },
);

it('the link in the answer of an error is the address of its page', async () => {
  const { body } = await call('GET', '/api/nothing');
  expect(new URL(body.docs).pathname).toBe('/docs/errors/route_not_found');
});
