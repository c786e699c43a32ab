import { readFile } from 'node:fs/promises';

/** A file as it is served. */
export interface PageFile {
  type: string;
  body: string;
}

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
} as const;

/** Every file of the site by its path. Pages have paths without an ending. */
const FILES = {
  '/': 'index.html',
  '/shop': 'shop.html',
  '/club': 'club.html',
  '/preview': 'preview.html',
  '/style.css': 'style.css',
  '/shop.css': 'shop.css',
  '/club.css': 'club.css',
  '/preview.css': 'preview.css',
  '/app.js': 'app.js',
  '/club.js': 'club.js',
  '/preview.js': 'preview.js',
  '/preview-config.js': 'preview-config.js',
} as const;

/** What stands in the pages as `{edge}`, `{pk}` and `{featured}`. */
export interface Filling {
  edge: string;
  pk: string;
  /** The price of the product the shop shows first. */
  featured: string;
}

/** The site's files by path, read once, the pages filled in. */
export async function loadPages(filling: Filling): Promise<Map<string, PageFile>> {
  const filled = (text: string) =>
    Object.entries(filling).reduce(
      (page, [name, value]) => page.replaceAll(`{${name}}`, escaped(value)),
      text,
    );
  const entries = Object.entries(FILES).map(async ([path, file]): Promise<[string, PageFile]> => {
    const text = await readFile(new URL(`../pages/${file}`, import.meta.url), 'utf8');
    const type = TYPES[file.split('.')[1] as keyof typeof TYPES];
    return [path, { type, body: type === TYPES.html ? filled(text) : text }];
  });
  return new Map(await Promise.all(entries));
}

/**
 * Headers of every answer. The policy allows this site and the edge, pictures of the shop from where
 * the edge keeps them, and no inline script or style; text becomes markup only through the policy of Lit, which the widgets are made with.
 */
export function securityHeaders(edge: string, pictures: string): Record<string, string> {
  const sockets = edge.replace(/^http/, 'ws');
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${edge}`,
    "style-src 'self'",
    `connect-src 'self' ${edge} ${sockets}`,
    `img-src 'self' data: ${pictures}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'strict-origin-when-cross-origin',
  };
}

/** The headers of a preview: its logo is wherever who made it keeps it, and nothing of it is sent on. */
export const previewHeaders = (edge: string): Record<string, string> => ({
  ...securityHeaders(edge, 'http: https:'),
  'referrer-policy': 'no-referrer',
});

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
