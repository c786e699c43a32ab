/** `npm run new -- decision <name>` and `npm run new -- error <code>`: the first lines of each. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { decisionFile, withErrorRow } from './new/texts.ts';

const root = resolve(import.meta.dirname, '..');
const [kind, name = ''] = process.argv.slice(2);

if (kind === 'decision' && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
  const folder = join(root, 'docs', 'decisions');
  const { file, text } = decisionFile(readdirSync(folder), name);
  writeFileSync(join(folder, file), text, { flag: 'wx' });
  console.log(`docs/decisions/${file}: write its sections.`);
} else if (kind === 'error' && /^[a-z]+(_[a-z]+)*$/.test(name)) {
  const catalogue = join(root, 'contract', 'src', 'errors.ts');
  writeFileSync(catalogue, withErrorRow(readFileSync(catalogue, 'utf8'), name));
  console.log(`contract/src/errors.ts: set status, title and message of ${name}.`);
  console.log('Then "npm run gen", and write the page that it makes in docs/errors.');
} else {
  console.error(
    'npm run new -- decision <name-with-dashes>\nnpm run new -- error <code_with_underscores>',
  );
  process.exitCode = 2;
}
