import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the Stripe CLI's own binary is; null on a platform it is not built for. */
function findBinary(): string | null {
  const require = createRequire(import.meta.url);
  const cli = require.resolve('@stripe/cli/package.json');
  const { platform, arch } = process;
  const name = platform === 'win32' ? 'stripe.exe' : 'stripe';
  try {
    // Its binaries are optional packages: no install script has to run.
    const own = createRequire(cli).resolve(`@stripe/cli-${platform}-${arch}/package.json`);
    return join(dirname(own), 'bin', name);
  } catch {
    return null;
  }
}

/** The Stripe CLI's binary; null where there is none. */
export const binary = findBinary();

/** A running `stripe listen`. */
export interface Listener {
  secret: string;
  /** What it said so far: a line for each event it heard, and one for each answer. */
  printed(): string;
  close(): Promise<void>;
}

/** The real Stripe CLI, on the API at that address, with a home of its own. */
export async function openCli(apiUrl: string) {
  const home = await mkdtemp(join(tmpdir(), 'stripe-cli-'));
  const options = {
    env: {
      ...process.env,
      HOME: home,
      USERPROFILE: home,
      XDG_CONFIG_HOME: home,
      STRIPE_CLI_TELEMETRY_OPTOUT: '1',
    },
  };
  const common = ['--api-base', apiUrl, '--api-key', 'sk_test_platform00000000'];
  return {
    home,
    /** Runs a command; what it printed. Rejects when it fails. */
    async run(...args: string[]): Promise<string> {
      const { stdout, stderr } = await run(binary ?? '', [...args, ...common], options);
      return `${stdout}${stderr}`;
    },
    /** Starts `stripe listen`; resolves when it is connected. */
    async listen(...args: string[]): Promise<Listener> {
      const child = spawn(binary ?? '', ['listen', '--skip-update', ...args, ...common], options);
      let printed = '';
      const ready = Promise.withResolvers<string>();
      const read = (chunk: Buffer) => {
        printed += chunk.toString();
        const secret = /Ready!.*(whsec_\w+)/s.exec(printed)?.[1];
        if (secret) ready.resolve(secret);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      void ended.then(() => ready.reject(new Error(`stripe listen ended: ${printed}`)));
      const secret = await ready.promise;
      return {
        secret,
        printed: () => printed,
        async close() {
          child.kill();
          await ended;
        },
      };
    },
    close: () => rm(home, { recursive: true, force: true }),
  };
}
