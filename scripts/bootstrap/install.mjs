/**
 * Brings a machine that has only Node and npm to the point where our TypeScript runs: a Node that
 * strips types, pnpm, and the packages of the lockfile. Each part is skipped when it is there.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';

/**
 * @typedef {import('./child.mjs').Ended} Ended
 * @typedef {Record<string, string | undefined>} Env
 * @typedef {{ node: string, pnpm: string, path: string[], env: Env }} Tools
 */

/** Something the person at the keyboard can act on; its message says how. */
export class BootstrapError extends Error {
  /**
   * @param {string} message
   * @param {Ended} [ended] how the failing program ended
   */
  constructor(message, ended) {
    super(message);
    this.name = 'BootstrapError';
    this.ended = ended;
  }
}

/**
 * Whether this Node runs TypeScript without a flag: 22.18 or newer, or 23.6 or newer.
 * Source: Node's "Modules: TypeScript", history of type stripping.
 * @param {string} version as in `process.versions.node`
 */
export function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 22) return minor >= 18;
  if (major === 23) return minor >= 6;
  return major > 23;
}

/** npm settings that say how to reach a registry; all others belong to the outer npm. */
const KEPT_NPM_SETTINGS = /^npm_config_(registry|(https?_?)?proxy|noproxy|cafile|ca|strict_ssl)$/i;

/**
 * The environment without what an outer `npm run` put there (prefixes, life-cycle names, flags),
 * which would steer the npm and pnpm that we start. Ways to reach a registry stay.
 * @param {Env} env
 * @returns {Env}
 */
export function cleanEnv(env) {
  /** @type {Env} */
  const clean = {};
  for (const [name, value] of Object.entries(env)) {
    // Windows calls it Path; two spellings in one environment would hide each other.
    if (/^path$/i.test(name)) clean.PATH = value;
    else if (!/^npm_/i.test(name) || KEPT_NPM_SETTINGS.test(name)) clean[name] = value;
    if (/^npm_config_registry$/i.test(name)) clean.pnpm_config_registry ??= value;
  }
  return clean;
}

/**
 * Makes pnpm, and a Node when the one in hand is too old, available under `.dream/tools`.
 * Safe to repeat and to run twice at once.
 * @param {string} root
 * @param {Env} env
 * @returns {Promise<Tools>}
 */
export async function prepareTools(root, env) {
  const pnpmFolder = await prepareTool(root, 'pnpm', env);
  const pnpm = join(pnpmFolder, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');
  const pnpmBin = join(pnpmFolder, 'node_modules', '.bin');
  // Our scripts call binaries directly; a `pnpm run` inside them must not start an install.
  const settings = { pnpm_config_verify_deps_before_run: 'false' };
  if (runsTypeScript(process.versions.node)) {
    const node = process.execPath;
    return { node, pnpm, path: [dirname(node), pnpmBin], env: settings };
  }
  const node = findNode(await prepareTool(root, 'node', env));
  const answer = await runChild(node, ['--version'], { stdio: 'ignore' }).catch(() => undefined);
  if (answer?.code !== 0) throw noReadyMadeNode();
  return { node, pnpm, path: [dirname(node), pnpmBin], env: settings };
}

/**
 * Installs the packages of pnpm-lock.yaml, exactly; does nothing when that was done before.
 * @param {string} root
 * @param {Tools} tools
 * @param {Env} env
 */
export async function installPackages(root, tools, env) {
  const stamp = join(root, 'node_modules', '.dream-installed');
  const wanted = packagesFingerprint(root);
  const done = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (done && packageFolders(root).every(hasItsPackages)) return;
  say('Installing packages …');
  const flags = ['--frozen-lockfile', '--prefer-offline', '--ignore-scripts'];
  // Without a terminal pnpm refuses to replace a node_modules that it did not make.
  flags.push('--config.confirm-modules-purge=false', '--reporter=append-only');
  const args = [tools.pnpm, 'install', ...flags];
  const ended = await runChild(tools.node, args, { cwd: root, env, stdio: TO_STDERR });
  stopWhenAsked(ended);
  if (ended.code !== 0) {
    const advice = 'After a change of a package.json, run "pnpm install --ignore-scripts" once.';
    throw new BootstrapError(`pnpm install failed, see above. ${advice}`, ended);
  }
  writeFileSync(stamp, wanted);
}

/**
 * Names one state of everything that decides what `pnpm install` would do in this checkout.
 * @param {string} root
 */
export function packagesFingerprint(root) {
  const folders = packageFolders(root);
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'scripts/bootstrap/pnpm/package.json'];
  const paths = files.map((file) => join(root, file));
  paths.push(...folders.map((folder) => join(folder, 'package.json')));
  const parts = paths.map((path) => `${path}\n${readFileSync(path, 'utf8')}`);
  return sha256([process.platform, process.arch, ...parts].join('\0'));
}

/** What the programs we start print is progress, and belongs on stderr. */
const TO_STDERR = /** @type {import('node:child_process').StdioOptions} */ (['ignore', 2, 2]);

/**
 * Installs one committed lockfile of scripts/bootstrap into a folder named by its content, so
 * that a changed lockfile is a new folder. Works in a temporary one and renames it at the end:
 * an interrupted or parallel run never leaves or sees a half-made tool.
 * @param {string} root
 * @param {'pnpm' | 'node'} name
 * @param {Env} env
 * @returns {Promise<string>} the folder that holds node_modules
 */
async function prepareTool(root, name, env) {
  const source = fileURLToPath(new URL(name, import.meta.url));
  const lock = readFileSync(join(source, 'package-lock.json'), 'utf8');
  const platform = `${process.platform}-${process.arch}`;
  const id = `${name}-${platform}-${sha256(lock).slice(0, 12)}`;
  const home = join(root, '.dream', 'tools');
  const folder = join(home, id);
  if (existsSync(folder)) return folder;

  say(`Installing ${name} into .dream/tools (once) …`);
  const draft = join(home, `${id}.${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    cpSync(join(source, file), join(draft, file));
  const [command, ...args] = npmCommand();
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: draft, env, stdio: TO_STDERR, shell: command.endsWith('.cmd') };
  const ended = await runChild(command, [...args, ...flags], options).catch(() => undefined);
  if (ended?.code !== 0 || ended.asked) rmSync(draft, { recursive: true, force: true });
  stopWhenAsked(ended);
  if (ended?.code !== 0) {
    const advice = 'Check that npm is installed next to Node and reaches its registry.';
    throw new BootstrapError(`npm could not install ${name}. ${advice}`, ended);
  }
  publish(draft, folder);
  return folder;
}

/**
 * Ctrl-C during an install means "do not go on", also when the installer itself ended well.
 * @param {Ended | undefined} ended
 */
function stopWhenAsked(ended) {
  if (ended?.asked) throw new BootstrapError('Stopped.', { code: null, signal: ended.asked });
}

/**
 * Gives a finished folder its final name; when another run was faster, its folder is as good.
 * @param {string} draft
 * @param {string} folder
 */
function publish(draft, folder) {
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/**
 * How to start the npm that belongs to this Node, without a shell where that is possible.
 * @returns {[string, ...string[]]}
 */
function npmCommand() {
  const bin = dirname(process.execPath);
  const besideNode = ['node_modules/npm', '../lib/node_modules/npm', '../share/nodejs/npm'];
  const places = besideNode.map((place) => join(bin, place, 'bin', 'npm-cli.js'));
  const outer = process.env.npm_execpath;
  if (outer && basename(outer) === 'npm-cli.js') places.unshift(outer);
  const cli = places.find((place) => existsSync(place));
  if (cli) return [process.execPath, cli];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/**
 * The Node binary among the installed `node-<platform>` packages: npm keeps the one that fits.
 * @param {string} folder
 */
function findNode(folder) {
  const modules = join(folder, 'node_modules');
  const names = existsSync(modules) ? readdirSync(modules) : [];
  const name = names.find((entry) => entry.startsWith('node-'));
  if (!name) throw noReadyMadeNode();
  const manifest = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
  return join(modules, name, manifest.bin.node);
}

function noReadyMadeNode() {
  const machine = `${process.platform}-${process.arch}`;
  return new BootstrapError(
    `Node ${process.versions.node} is too old to run TypeScript, and there is no ready-made newer ` +
      `one for this machine (${machine}). Install Node 22.18 or newer and try again.`,
  );
}

/**
 * The root and every folder below it that has a package.json.
 * @param {string} root
 */
function packageFolders(root) {
  const entries = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const folders = [root, ...entries.map((entry) => join(root, entry.name))];
  return folders.filter((folder) => existsSync(join(folder, 'package.json')));
}

/** @param {string} folder */
function hasItsPackages(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  return names.every((name) => existsSync(join(folder, 'node_modules', name)));
}

/** @param {string} text */
function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** @param {string} line */
function say(line) {
  console.error(line);
}
