import { readFile } from 'node:fs/promises';

/** A file as it is served. */
export interface PageFile {
  type: string;
  body: string;
}

const FILES = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/style.css', file: 'style.css', type: 'text/css; charset=utf-8' },
  { path: '/app.js', file: 'app.js', type: 'text/javascript; charset=utf-8' },
] as const;

/** The page's files by path, read once; the edge and the publishable key are filled in. */
export async function loadPage(
  edge: string,
  publishableKey: string,
): Promise<Map<string, PageFile>> {
  const filled = (text: string) =>
    text.replaceAll('{edge}', escaped(edge)).replaceAll('{pk}', escaped(publishableKey));
  const entries = FILES.map(async ({ path, file, type }): Promise<[string, PageFile]> => {
    const text = await readFile(new URL(`../pages/${file}`, import.meta.url), 'utf8');
    return [path, { type, body: file === 'index.html' ? filled(text) : text }];
  });
  return new Map(await Promise.all(entries));
}

/**
 * Headers of every answer. The policy allows this site and the edge, and no inline script or style;
 * text becomes markup only through the policy of Lit, which the widgets are made with.
 */
export function securityHeaders(edge: string): Record<string, string> {
  const sockets = edge.replace(/^http/, 'ws');
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${edge}`,
    "style-src 'self'",
    `connect-src 'self' ${edge} ${sockets}`,
    "img-src 'self' data:",
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

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
