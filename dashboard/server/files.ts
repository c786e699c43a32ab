import { readdirSync, readFileSync } from 'node:fs';

/** A file as it is served. */
export interface ServedFile {
  type: string;
  body: string | Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The built files, read once: the page with its addresses and the key filled in, and the assets by path. */
export function loadFiles(
  edge: string,
  publishableKey: string,
  preview = '',
): { page: ServedFile; assets: Map<string, ServedFile> } {
  const dist = new URL('../dist/', import.meta.url);
  const html = readFileSync(new URL('index.html', dist), 'utf8')
    .replaceAll('{edge}', escaped(edge))
    .replaceAll('{pk}', escaped(publishableKey))
    .replaceAll('{preview}', escaped(preview));
  const assets = readdirSync(new URL('assets/', dist)).map((name): [string, ServedFile] => [
    `/assets/${name}`,
    {
      type: TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      body: readFileSync(new URL(`assets/${name}`, dist)),
    },
  ]);
  return { page: { type: 'text/html; charset=utf-8', body: html }, assets: new Map(assets) };
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
