import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs wrangler for an account and answers what it printed; it asks nothing. Throws what it said when it
 * failed, which is what it could not do and never a secret: those go in by file.
 */
export function runWrangler(args: readonly string[], accountId: string): Promise<string> {
  const env = {
    ...process.env,
    CLOUDFLARE_ACCOUNT_ID: accountId,
    // The bundle reads NODE_ENV: a test runner's own must not get into it.
    NODE_ENV: 'production',
    WRANGLER_SEND_METRICS: 'false',
    NO_COLOR: '1',
    CI: 'true',
  };
  const options = { cwd: join(root, 'edge'), env, maxBuffer: 50_000_000 };
  return new Promise((resolve, reject) => {
    execFile(join(root, 'edge/node_modules/.bin/wrangler'), args, options, (error, out, err) => {
      if (error === null) resolve(out);
      else reject(new Error(`wrangler ${args.join(' ')} failed:\n${out}${err}`));
    });
  });
}
