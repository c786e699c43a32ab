import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tidyFaults } from './tidy/rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
});
const paths = listed.split('\n').filter((path) => path && existsSync(join(root, path)));
const text = (path: string) =>
  /\.(png|jpg|webp|ico)$/.test(path) ? '' : readFileSync(join(root, path), 'utf8');

const faults = tidyFaults(paths.map((path) => ({ path, text: text(path) })));
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
}
