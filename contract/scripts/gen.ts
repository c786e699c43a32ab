/**
 * Writes what is made of the contract: `contract/openapi.json`, the heads of the pages in
 * `docs/errors`, those pages and the guides as the edge serves them, and `llms.txt`. With `--check` it writes
 * nothing, says what is stale, missing or unfinished, and exits with 1.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { marked } from 'marked';
import { ERRORS, type ErrorCode } from '../src/errors.ts';
import { ROUTES } from '../src/index.ts';
import { deadLinks, linked, titleOf } from './doc-links.ts';
import { errorIndex, errorPage, orphans, unfinished } from './error-pages.ts';
import { llmsTexts } from './llms.ts';
import { openapi } from './openapi.ts';

const root = resolve(import.meta.dirname, '..', '..');
const check = process.argv.includes('--check');
const faults: string[] = [];
const served: Record<string, { title: string; html: string }> = {};

mkdirSync(resolve(root, 'docs/errors'), { recursive: true });
put('contract/openapi.json', json(openapi(ROUTES)));
put('docs/errors/README.md', errorIndex());
serve('docs/errors/README.md', errorIndex());
for (const code of Object.keys(ERRORS) as ErrorCode[]) putErrorPage(code);
for (const name of orphans(readdirSync(resolve(root, 'docs/errors'))))
  faults.push(`docs/errors/${name}: no such code in contract/src/errors.ts; delete the page.`);
for (const name of ['docs/index.md', ...guides()]) serve(name, read(name) ?? '');
for (const { page, link } of deadLinks(served))
  faults.push(`/docs/${page} links to ${link}, which is not served.`);
put('edge/src/docs/pages.json', json(served));
put('edge/src/docs/llms.json', json(llms()));

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
  serve(name, page);
  const missing = unfinished(page);
  if (missing !== null) faults.push(`${name}: write the section "${missing}".`);
}

function guides(): string[] {
  return readdirSync(resolve(root, 'docs/guides'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/guides/${name}`);
}

function llms() {
  const names = [...guides(), 'widgets/README.md', 'sdk/README.md'];
  const pages = Object.fromEntries(names.map((name) => [name, read(name) ?? '']));
  const [head, start] = [read('docs/llms.md') ?? '', read('docs/index.md') ?? ''];
  return llmsTexts({ head, start, pages, routes: ROUTES });
}

/** A page as the edge serves it: by its path without `docs/` and `.md`, its links made to match. */
function serve(name: string, page: string): void {
  const { path, markdown } = linked(name, page);
  served[path] = { title: titleOf(page), html: marked.parse(markdown, { async: false }) };
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
