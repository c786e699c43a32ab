/**
 * Writes what is made of the contract: `contract/openapi.json`, the heads of the pages in
 * `docs/errors`, and those pages as the edge serves them. With `--check` it writes nothing, says what
 * is stale, missing or unfinished, and exits with 1.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { marked } from 'marked';
import { ERRORS, type ErrorCode } from '../src/errors.ts';
import { ROUTES } from '../src/index.ts';
import { errorIndex, errorPage, orphans, unfinished } from './error-pages.ts';
import { openapi } from './openapi.ts';

const root = resolve(import.meta.dirname, '..', '..');
const check = process.argv.includes('--check');
const faults: string[] = [];
const served: Record<string, { title: string; html: string }> = {};

mkdirSync(resolve(root, 'docs/errors'), { recursive: true });
put('contract/openapi.json', json(openapi(ROUTES)));
put('docs/errors/README.md', errorIndex());
serve('errors', 'Errors', errorIndex());
for (const code of Object.keys(ERRORS) as ErrorCode[]) putErrorPage(code);
for (const name of orphans(readdirSync(resolve(root, 'docs/errors'))))
  faults.push(`docs/errors/${name}: no such code in contract/src/errors.ts; delete the page.`);
put('edge/src/docs/pages.json', json(served));

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
}

function putErrorPage(code: ErrorCode): void {
  const name = `docs/errors/${code}.md`;
  let page: string;
  try {
    page = errorPage(code, ROUTES, read(name));
  } catch (error) {
    faults.push(`${name}: ${(error as Error).message}`);
    return;
  }
  put(name, page);
  serve(`errors/${code}`, ERRORS[code].title, page);
  const missing = unfinished(page);
  if (missing !== null) faults.push(`${name}: write the section "${missing}".`);
}

/** A page as the edge serves it, where links to other pages have no `.md`. */
function serve(path: string, title: string, page: string): void {
  const linked = page.replace(/\]\((\w+)\.md\)/g, '](/docs/errors/$1)');
  served[path] = { title, html: marked.parse(linked, { async: false }) };
}

function put(name: string, text: string): void {
  const old = read(name);
  if (old === text) return;
  if (!check) writeFileSync(resolve(root, name), text);
  else faults.push(`${name} is ${old === null ? 'missing' : 'not current'}: run \`npm run gen\`.`);
}

function read(name: string): string | null {
  const file = resolve(root, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
