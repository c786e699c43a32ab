/** `npm run gen`: writes every generated file anew; with `--check`, fails when one is stale. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageScripts } from './runner/select.ts';

const root = resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
const contractGenerator = 'contract/scripts/gen.ts';

if (existsSync(join(root, contractGenerator))) run(root, [contractGenerator, ...args]);
for (const folder of readdirSync(root)) {
  // The contract's generator ran first, because the others may read what it writes.
  const isOther = folder !== 'contract' && packageScripts(join(root, folder)).includes('gen');
  if (isOther) run(join(root, folder), ['--run', 'gen', '--', ...args]);
}

function run(cwd: string, nodeArgs: string[]): void {
  const { status } = spawnSync(process.execPath, nodeArgs, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
