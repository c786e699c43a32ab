import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../src/errors.ts';
import { ROUTES } from '../src/index.ts';
import { errorIndex, errorPage, orphans, unfinished } from './error-pages.ts';
import { openapi } from './openapi.ts';

const root = resolve(import.meta.dirname, '..', '..');
const read = (name: string): string => readFileSync(resolve(root, name), 'utf8');

type Operation = {
  operationId: string;
  parameters: Record<string, unknown>[];
  requestBody?: { required: boolean };
  responses: Record<string, { description: string; headers?: object }>;
  security: Record<string, never[]>[];
};
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
};

describe('openapi.json', () => {
  const made = openapi(ROUTES) as unknown as Document;
  const operations = Object.values(made.paths).flatMap((path) => Object.values(path));

  it('is current', () => {
    expect(JSON.parse(read('contract/openapi.json'))).toEqual(made);
  });

  it('has every route, and its aliases as paths of their own', () => {
    const count = [...ROUTES.values()].reduce(
      (sum, row) => sum + 1 + (row.aliases?.length ?? 0),
      0,
    );
    expect(operations).toHaveLength(count);
    expect(made.paths['/api/data']?.post?.responses).toEqual(
      made.paths['/api/usage']?.post?.responses,
    );
  });

  it('names every operation differently', () => {
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  it('declares every parameter of a path, and no other', () => {
    for (const [path, methods] of Object.entries(made.paths)) {
      const written = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters } of Object.values(methods)) {
        const declared = parameters.filter((one) => one.in === 'path').map((one) => one.name);
        expect(declared).toEqual(written);
      }
    }
  });

  it('refers to nothing that is not there', () => {
    const references = JSON.stringify(made).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g);
    const missing = [...references].filter(
      ([, kind = '', name = '']) => !made.components[kind]?.[name],
    );
    expect(missing).toEqual([]);
    expect(JSON.stringify(made)).not.toContain('$defs');
  });

  it('uses only security schemes that it defines', () => {
    const used = operations.flatMap(({ security }) => security.flatMap((one) => Object.keys(one)));
    const defined = Object.keys(made.components.securitySchemes ?? {});
    expect([...new Set(used)].filter((name) => !defined.includes(name))).toEqual([]);
  });

  it('lists under each status the codes that have it', () => {
    const track = made.paths['/api/usage']?.post?.responses;
    expect(track?.['403']?.description).toContain('`limit_reached`');
    expect(track?.['429']?.description).toBe('`rate_limited`: Too many requests.');
    expect(track?.['429']?.headers).toHaveProperty('Retry-After');
  });

  it('asks for a body only where a field of it has to be there', () => {
    expect(made.paths['/api/usage']?.post?.requestBody?.required).toBe(false);
    expect(made.paths['/api/create-checkout']?.post?.requestBody?.required).toBe(true);
  });
});

describe('docs/errors', () => {
  const codes = Object.keys(ERRORS) as (keyof typeof ERRORS)[];
  const page = (code: string): string => read(`docs/errors/${code}.md`);

  it.each(codes)('%s has a current and finished page', (code) => {
    expect(page(code)).toBe(errorPage(code, ROUTES, page(code)));
    expect(unfinished(page(code))).toBeNull();
  });

  it.each(codes)('%s links only to pages that are there', (code) => {
    const linked = [...page(code).matchAll(/\]\((\w+)\.md\)/g)].map(([, name = '']) => name);
    expect(linked.filter((name) => !Object.hasOwn(ERRORS, name))).toEqual([]);
  });

  it.each(codes)('%s names only routes that are there', (code) => {
    const known = new Set(
      [...ROUTES.values()].flatMap(({ method, path, aliases = [] }) =>
        [path, ...aliases].map((one) => `${method.toUpperCase()} ${one}`),
      ),
    );
    const named = [...page(code).matchAll(/`((?:GET|POST|PUT|PATCH|DELETE) \/[^`\s]*)`/g)];
    expect(named.map(([, route]) => route).filter((route) => !known.has(route ?? ''))).toEqual([]);
  });

  it('has an index that is current, and no page without a code', () => {
    expect(page('README')).toBe(errorIndex());
    expect(orphans(readdirSync(resolve(root, 'docs/errors')))).toEqual([]);
  });
});

describe('the generator of error pages', () => {
  const fresh = errorPage('key_required', ROUTES, null);

  it('starts a page with both sections empty, and says which to write', () => {
    expect(unfinished(fresh)).toBe('What happened');
    const half = fresh.replace(
      '## What happened\n',
      '## What happened\n\nThe call came without a key.\n',
    );
    expect(unfinished(half)).toBe('How to fix');
  });

  it('makes the head anew and keeps what was written by hand', () => {
    const written = `${fresh}Send one.\n`.replace('# Key required', '# An old title');
    const made = errorPage('key_required', ROUTES, written);
    expect(made).toMatch(/^# Key required\n/);
    expect(made).toMatch(/Send one\.\n$/);
    expect(errorPage('key_required', ROUTES, made)).toBe(made);
  });

  it('refuses a page that lost the line above its handwriting, instead of losing that as well', () => {
    expect(() => errorPage('key_required', ROUTES, '# Key required\n\nBy hand.\n')).toThrow(
      'put back the line',
    );
  });

  it('refuses a code that nothing answers', () => {
    expect(() => errorPage('key_required', new Map(), null)).toThrow('delete its row');
  });

  it('finds pages whose code is gone', () => {
    expect(orphans(['README.md', 'key_required.md', 'gone.md', 'notes.txt'])).toEqual([
      'gone.md',
      'notes.txt',
    ]);
  });
});
