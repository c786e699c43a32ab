import { dirname, join } from 'node:path/posix';

/** Served beside the pages, and not made of one. */
const OTHERS = new Set(['openapi.json']);

/** The words of a page's first heading. Throws for a page that has none. */
export function titleOf(page: string): string {
  const title = /^# (.+)$/m.exec(page)?.[1];
  if (title === undefined) throw new Error('A page begins with a heading: "# Title".');
  return title;
}

/**
 * A file of `docs/` as a page: the path it is served at below `/docs/`, and its text, where links to
 * other files of `docs/` lead to their pages.
 */
export function linked(name: string, page: string): { path: string; markdown: string } {
  const markdown = page.replace(
    /\]\((?!https?:|mailto:|#|\/)([^)#]+)(#[^)]*)?\)/g,
    (_, target: string, anchor = '') => `](${urlOf(join(dirname(name), target))}${anchor})`,
  );
  return { path: urlOf(name).slice('/docs/'.length) || 'index', markdown };
}

const urlOf = (name: string): string =>
  `/${name}`
    .replace(/\.md$/, '')
    .replace(/\/README$/, '')
    .replace(/^\/docs\/index$/, '/docs/');

/** Links of pages to pages that are not served. */
export function deadLinks(
  pages: Readonly<Record<string, { html: string }>>,
): { page: string; link: string }[] {
  return Object.entries(pages).flatMap(([page, { html }]) =>
    [...html.matchAll(/href="(\/[^"#]*)/g)]
      .map(([, link = '']) => link)
      .filter((link) => {
        const path = link.replace(/^\/docs\//, '') || 'index';
        return !Object.hasOwn(pages, path) && !OTHERS.has(path);
      })
      .map((link) => ({ page, link })),
  );
}
