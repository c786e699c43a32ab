import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findChromium } from './browser.ts';
import { buildPackages } from './local/edge.ts';

/** `npm run lighthouse`: what Lighthouse says of the built dashboard, before and behind the sign-in. */
const root = fileURLToPath(new URL('..', import.meta.url));
const env = { ...process.env, PLAYWRIGHT_CHROMIUM: findChromium(root) };
if (process.env.DREAM_BUILT !== '1') await buildPackages();
const judge = fileURLToPath(new URL('../e2e/bench/lighthouse.ts', import.meta.url));
const { status } = spawnSync(process.execPath, [judge], { env, stdio: 'inherit' });
process.exitCode = status ?? 1;
