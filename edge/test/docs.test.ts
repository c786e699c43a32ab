import { ERRORS } from '@dream/contract/errors';
import { exports } from 'cloudflare:workers';
import { expect, it } from 'vitest';

it.each(Object.keys(ERRORS))(
  'the link of %s leads to a page that says how to fix it',
  async (code) => {
    const page = await exports.default.fetch(new Request(`https://edge.test/docs/errors/${code}`));
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('How to fix');
  },
);
