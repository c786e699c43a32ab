/**
 * `npm start`, `npm test` and the rest come through here: `node scripts/run.mjs <task> [arguments]`.
 *
 * It needs nothing but Node 20 or newer with its npm. It makes sure of a Node that runs TypeScript,
 * of pnpm and of the packages, and then runs `scripts/<task>.ts`, whose exit code it returns.
 * Plain JavaScript on purpose: an old Node has to be able to read it.
 */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitLike, runChild } from './bootstrap/child.mjs';
import { BootstrapError, cleanEnv, installPackages, prepareTools } from './bootstrap/install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [task = '', ...args] = process.argv.slice(2);
const script = join(root, 'scripts', `${task}.ts`);

if (!/^[a-z][a-z-]*$/.test(task) || !existsSync(script)) {
  const tasks = readdirSync(join(root, 'scripts'))
    .filter((file) => /^[a-z-]+\.ts$/.test(file))
    .map((file) => file.slice(0, -'.ts'.length));
  console.error(`No task "${task}". Use: node scripts/run.mjs <${tasks.join('|')}>`);
  process.exit(2);
}

try {
  const env = cleanEnv(process.env);
  const tools = await prepareTools(root, env);
  const toolEnv = { ...env, ...tools.env };
  const path = [...tools.path, join(root, 'node_modules', '.bin'), env.PATH ?? ''];
  toolEnv.PATH = path.join(delimiter);
  await installPackages(root, tools, toolEnv);
  exitLike(await runChild(tools.node, [script, ...args], { cwd: root, env: toolEnv }));
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  if (error.ended?.signal) exitLike(error.ended);
  console.error(`\n${error.message}`);
  process.exit(1);
}
