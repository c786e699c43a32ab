import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serverSnippets } from '../dashboard/src/snippets.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const guides = join(root, 'docs/guides');

/** What the guides use of packages that are not ours, as their own types have it. */
const OTHERS = `
declare module 'express-openid-connect' {
  import type { RequestHandler } from 'express';
  export function auth(options: { authRequired?: boolean }): RequestHandler;
  export function requiresAuth(): RequestHandler;
}
declare namespace Express {
  interface Request { oidc: { user?: Record<string, any> }; user: { id: string } }
}
declare module '@supabase/supabase-js' {
  type UserAnswer = { data: { user: { id: string; email?: string } }; error: null }
    | { data: { user: null }; error: Error };
  export function createClient(url: string, key: string): {
    auth: { getUser(token?: string): Promise<UserAnswer> };
  };
}
`;

/** What middlewares of the guides leave for the handlers after them. */
const MORE = `
import 'hono';
declare module 'hono' {
  interface ContextVariableMap { userId: string }
}
`;

/** Every block of TypeScript in the guides, by a file name that tells where it stands. */
const blocks = readdirSync(guides).flatMap((guide) =>
  [...readFileSync(join(guides, guide), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(
    ([, code = ''], index) => ({ name: `${guide.replace('.md', '')}-${index + 1}.ts`, code }),
  ),
);

/** And what the dashboard gives to paste into a server. */
const pasted = serverSnippets({
  edge: 'https://edge.example',
  publishableKey: 'pk_test_abc',
  mode: 'test',
  paidTier: 'pro',
})
  .filter(({ code }) => code.includes("from 'dream-api"))
  .map(({ id, code }) => ({ name: `dashboard-${id}.ts`, code }));
blocks.push(...pasted);

let folder: string;
let said: string;

beforeAll(async () => {
  // Below the root, so that the types of Node are found, and where nothing else looks.
  folder = mkdtempSync(join(root, 'node_modules', '.guides-'));
  for (const { name, code } of blocks) writeFileSync(join(folder, name), code);
  writeFileSync(join(folder, 'others.d.ts'), OTHERS);
  writeFileSync(join(folder, 'more.d.ts'), MORE);
  const options = {
    extends: join(root, 'sdk/tsconfig.json'),
    compilerOptions: {
      types: ['node'],
      rootDir: root,
      paths: {
        'dream-api': [join(root, 'sdk/src/index.ts')],
        'dream-api/*': [join(root, 'sdk/src/*.ts')],
        express: [join(root, 'sdk/node_modules/@types/express')],
        hono: [join(root, 'sdk/node_modules/hono')],
        fastify: [join(root, 'sdk/node_modules/fastify')],
      },
    },
    include: ['*.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
  const tsc = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  said = await new Promise((resolve) => {
    execFile(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], (_, out) => resolve(out));
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the guides and the dashboard show code', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(3);
  expect(pasted.map(({ name }) => name)).toEqual([
    'dashboard-express.ts',
    'dashboard-hono.ts',
    'dashboard-fastify.ts',
    'dashboard-next.ts',
  ]);
});

it.each(blocks)('$name compiles against the sdk as it is', ({ name }) => {
  expect(said.split('\n').filter((line) => line.includes(name))).toEqual([]);
});

it('nothing else is wrong with how they are compiled', () => {
  expect(said).toBe('');
});
