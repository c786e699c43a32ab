import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockFaults } from './lock/rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const bootstrap = join(root, 'scripts', 'bootstrap');
const files = [
  'pnpm-lock.yaml',
  ...readdirSync(bootstrap, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('package-lock.json') && !name.includes('node_modules'))
    .map((name) => join('scripts', 'bootstrap', name)),
];

const faults = files.flatMap((file) => lockFaults(file, readFileSync(join(root, file), 'utf8')));
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
}
