import document from '@dream/contract/openapi.json';
import type { Hono } from 'hono';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import llms from './llms.json';
import pages from './pages.json';

const STYLES = `
:root { color-scheme: light dark; }
body { font: 17px/1.6 system-ui, sans-serif; max-width: 42rem; margin: 0 auto; padding: 3rem 1.25rem;
  color: light-dark(#1a1c23, #e8eaf0); background: light-dark(#fff, #0e0f14); }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
code { font: .9em ui-monospace, monospace; background: light-dark(#f1f2f6, #1d2029); border-radius: .3rem; padding: .1em .35em; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .8rem 1rem; border-radius: .4rem; background: light-dark(#f1f2f6, #1d2029); } pre code { padding: 0; background: none; }
td, th { text-align: start; padding: .2rem .8rem .2rem 0; vertical-align: top; }
a { color: light-dark(#4338ca, #a5a0ff); text-underline-offset: .15em; }
nav { margin-block-end: 1.5rem; }
blockquote p { margin: 0; }
blockquote { margin: 1rem 0; padding: .5rem 1rem; border-inline-start: 4px solid light-dark(#4f46e5, #8b85ff); }`;

/** The pages of `docs/`, made to HTML by `npm run gen`, the same for language models, and the API as OpenAPI. */
export function docsRoutes(app: Hono<AppEnv>, { config }: Pick<Deps, 'config'>): void {
  for (const [path, text] of [
    ['/llms.txt', llms.index],
    ['/llms-full.txt', llms.full],
  ] as const) {
    app.get(path, (c) => {
      c.header('Cache-Control', 'public, max-age=300');
      return c.text(text.replaceAll('{edge}', config.publicUrl));
    });
  }

  app.get('/docs/openapi.json', (c) => {
    c.header('Cache-Control', 'public, max-age=300');
    return c.json(document);
  });

  app.get('/docs/*', async (c) => {
    const name = c.req.path.slice('/docs/'.length).replace(/\/$/, '') || 'index';
    const page = Object.hasOwn(pages, name) ? pages[name as keyof typeof pages] : undefined;
    if (!page) throw new Fail('route_not_found');
    c.header(
      'Content-Security-Policy',
      `default-src 'none'; style-src 'sha256-${await styleHash()}'; frame-ancestors 'none'`,
    );
    c.header('Cache-Control', 'public, max-age=300');
    const toIndex = name === 'index' ? '' : '<nav><a href="/docs">dream</a></nav>';
    return c.html(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${page.title} · dream</title>` +
        `<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLES}</style></head>` +
        `<body>${toIndex}<main>${page.html}</main></body></html>`,
    );
  });
}

/** Lets the one style of these pages through their policy, and no other. */
async function styleHash(): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(STYLES));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
