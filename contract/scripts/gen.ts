import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ERRORS, type ErrorCode } from '../src/errors.ts';
import { ROUTES } from '../src/index.ts';
import { errorPage, unfinished } from './error-pages.ts';
import { marked } from 'marked';
import { openapi } from './openapi.ts';

const check = process.argv.includes('--check');
const pages = fileURLToPath(new URL('../../docs/errors/', import.meta.url));
const apiFile = fileURLToPath(new URL('../openapi.json', import.meta.url));
const servedFile = fileURLToPath(new URL('../../edge/src/docs/pages.json', import.meta.url));
const faults: string[] = [];
const served: Record<string, { title: string; html: string }> = {};

mkdirSync(pages, { recursive: true });
put(apiFile, 'contract/openapi.json', `${JSON.stringify(openapi(ROUTES), null, 2)}\n`);

for (const code of Object.keys(ERRORS) as ErrorCode[]) {
  const file = `${pages}${code}.md`;
  const page = errorPage(code, ROUTES, existsSync(file) ? readFileSync(file, 'utf8') : null);
  put(file, `docs/errors/${code}.md`, page);
  served[`errors/${code}`] = {
    title: ERRORS[code].title,
    html: marked.parse(page, { async: false }),
  };
  const missing = unfinished(page);
  if (missing) faults.push(`docs/errors/${code}.md: write the section "${missing}".`);
}
for (const name of readdirSync(pages)) {
  const code = name.replace(/\.md$/, '');
  if (!(code in ERRORS))
    faults.push(`docs/errors/${name}: no such code in contract/src/errors.ts; delete the page.`);
}

put(servedFile, 'edge/src/docs/pages.json', `${JSON.stringify(served, null, 2)}\n`);

function put(file: string, name: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  if (check) faults.push(`${name} is not current: run \`npm run gen\`.`);
  else writeFileSync(file, text);
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
}
