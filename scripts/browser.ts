import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const USUAL_PLACES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/usr/bin/chromium', '/usr/bin/google-chrome-stable'],
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

const INSTALL_LIMIT_MS = 300_000;

/**
 * Path of a Chromium for tests: PLAYWRIGHT_CHROMIUM, else one in its usual place, else
 * Playwright's own (installed on the way), else Debian's when we are root.
 * Throws with advice when none of these is to be had. `root` is the checkout.
 */
export function findChromium(root: string): string {
  const given = process.env.PLAYWRIGHT_CHROMIUM;
  if (given) {
    if (existsSync(given)) return given;
    throw new Error(`PLAYWRIGHT_CHROMIUM is set to ${given}, which does not exist.`);
  }
  const found = usualChromium() ?? playwrightChromium(root) ?? debianChromium();
  if (found) return found;
  throw new Error('No Chromium found. Install one, or set PLAYWRIGHT_CHROMIUM to its path.');
}

function usualChromium(): string | undefined {
  return USUAL_PLACES[process.platform]?.find((path) => existsSync(path));
}

function playwrightChromium(root: string): string | undefined {
  const require = createRequire(join(root, 'e2e', 'package.json'));
  const { chromium }: { chromium: { executablePath: () => string } } = require('@playwright/test');
  const path = chromium.executablePath();
  if (existsSync(path)) return path;
  const cli = join(require.resolve('@playwright/test/package.json'), '..', 'cli.js');
  install(process.execPath, [cli, 'install', 'chromium']);
  return existsSync(path) ? path : undefined;
}

function debianChromium(): string | undefined {
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return undefined;
  install('apt-get', ['update']);
  install('apt-get', ['install', '-y', '--no-install-recommends', 'chromium']);
  return usualChromium();
}

/** Shows what it does on stderr; whether it worked is seen by the browser being there. */
function install(command: string, args: readonly string[]): void {
  console.error(`No Chromium yet: ${command} ${args.join(' ')}`);
  spawnSync(command, args, { stdio: ['ignore', 2, 2], timeout: INSTALL_LIMIT_MS });
}
