import { expect, it } from 'vitest';
import { deadLinks, linked, titleOf } from './doc-links.ts';

it.each([
  ['docs/index.md', 'index'],
  ['docs/errors/README.md', 'errors'],
  ['docs/errors/key_invalid.md', 'errors/key_invalid'],
  ['docs/guides/own-auth.md', 'guides/own-auth'],
])('%s is served at %s', (name, path) => {
  expect(linked(name, '# Page').path).toBe(path);
});

it.each([
  ['docs/index.md', 'guides/own-auth.md', '/docs/guides/own-auth'],
  ['docs/index.md', 'errors/README.md', '/docs/errors'],
  ['docs/index.md', 'openapi.json', '/docs/openapi.json'],
  ['docs/guides/own-auth.md', '../errors/key_invalid.md#how', '/docs/errors/key_invalid#how'],
  ['docs/guides/own-auth.md', 'identity.md', '/docs/guides/identity'],
  ['docs/guides/own-auth.md', '../index.md', '/docs/'],
  ['docs/errors/key_invalid.md', 'README.md', '/docs/errors'],
  ['docs/index.md', 'https://example.com/a.md', 'https://example.com/a.md'],
  ['docs/index.md', '#limits', '#limits'],
])('in %s a link to %s leads to %s', (name, target, url) => {
  expect(linked(name, `See [it](${target}).`).markdown).toBe(`See [it](${url}).`);
});

it('finds links to pages that are not served', () => {
  const pages = {
    index: { html: '<a href="/docs/errors">a</a> <a href="/docs/openapi.json">b</a>' },
    errors: { html: '<a href="/docs/">a</a> <a href="/docs/gone#x">b</a> <a href="/README">c</a>' },
  };
  expect(deadLinks(pages)).toEqual([
    { page: 'errors', link: '/docs/gone' },
    { page: 'errors', link: '/README' },
  ]);
});

it('takes the title of a page from its heading', () => {
  expect(titleOf('<!-- made -->\n\n# Your own login\n\nText')).toBe('Your own login');
});
