import { esbuildPlugin } from '@web/dev-server-esbuild';
import { playwrightLauncher } from '@web/test-runner-playwright';
import { localeFaults, localeModule } from './locales.ts';

/** The texts in other languages, by the addresses elements ask for; what is wrong with any as well. */
const languages = {
  name: 'languages',
  async serve({ path }) {
    const [, element, language] = /\/locales\/([\w-]+)\.(\w+)\.js$/.exec(path) ?? [];
    if (element === undefined) return undefined;
    return element === 'faults'
      ? `export default ${JSON.stringify(await localeFaults())}`
      : localeModule(element, language).catch(() => undefined);
  },
};

/** The elements in a real Chromium: one page for each test file, no network, by `.config`. */
export default {
  files: ['src/**/*.test.ts'],
  rootDir: '..',
  nodeResolve: true,
  concurrency: 1,
  testFramework: { config: { timeout: 20_000 } },
  plugins: [
    languages,
    esbuildPlugin({
      ts: true,
      target: 'es2022',
      tsconfig: new URL('tsconfig.json', import.meta.url).pathname,
    }),
  ],
  browsers: [
    playwrightLauncher({
      product: 'chromium',
      launchOptions: {
        executablePath: process.env.PLAYWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
      },
    }),
  ],
};
