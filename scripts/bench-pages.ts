import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findChromium } from './browser.ts';
import { buildPackages } from './local/edge.ts';

/** `npm run bench:pages`: how soon prices are seen over a slow line, in a real browser. */
const root = fileURLToPath(new URL('..', import.meta.url));
const env = { ...process.env, PLAYWRIGHT_CHROMIUM: findChromium(root) };
await buildPackages();
const pages = fileURLToPath(new URL('../e2e/bench/pages.ts', import.meta.url));
const { status } = spawnSync(process.execPath, [pages], { env, stdio: 'inherit' });
process.exitCode = status ?? 1;
