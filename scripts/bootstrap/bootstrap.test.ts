import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnv, packagesFingerprint, runsTypeScript } from './install.mjs';

const scripts = resolve(import.meta.dirname, '..');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dream-bootstrap-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('runsTypeScript', () => {
  it.each([
    ['20.20.2', false],
    ['22.13.0', false],
    ['22.17.1', false],
    ['22.18.0', true],
    ['23.5.0', false],
    ['23.6.0', true],
    ['24.0.0', true],
    ['26.10.0', true],
  ])('says of Node %s: %s', (version, runs) => {
    expect(runsTypeScript(version)).toBe(runs);
  });
});

describe('cleanEnv', () => {
  it('drops what an outer npm set and keeps the ways to a registry', () => {
    const env = {
      HOME: '/home',
      npm_config_prefix: '/usr',
      npm_lifecycle_event: 'test',
      NPM_CONFIG_LOGLEVEL: 'silly',
      npm_config_registry: 'https://packages.example',
      npm_config_https_proxy: 'http://proxy.example',
    };
    expect(cleanEnv(env)).toEqual({
      HOME: '/home',
      npm_config_registry: 'https://packages.example',
      pnpm_config_registry: 'https://packages.example',
      npm_config_https_proxy: 'http://proxy.example',
    });
  });

  it('gives the search path one spelling', () => {
    expect(cleanEnv({ Path: 'a' })).toEqual({ PATH: 'a' });
  });
});

describe('packagesFingerprint', () => {
  it('changes with the lockfile and with any package.json, and with nothing else', () => {
    const root = join(folder, 'workspace');
    mkdirSync(join(root, 'edge'), { recursive: true });
    mkdirSync(join(root, 'scripts', 'bootstrap', 'pnpm'), { recursive: true });
    const manifests = ['package.json', 'edge/package.json', 'scripts/bootstrap/pnpm/package.json'];
    const deciding = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests];
    for (const file of deciding) writeFileSync(join(root, file), '{}');
    const seen = new Set([packagesFingerprint(root)]);
    writeFileSync(join(root, 'edge', 'index.ts'), 'export {};');
    expect(seen).toContain(packagesFingerprint(root));
    for (const file of deciding) {
      writeFileSync(join(root, file), '{ "name": "changed" }');
      expect(seen).not.toContain(packagesFingerprint(root));
      seen.add(packagesFingerprint(root));
    }
  });
});

describe('runChild', () => {
  const parent = `
    import { exitLike, runChild } from ${JSON.stringify(join(scripts, 'bootstrap', 'child.mjs'))};
    exitLike(await runChild(process.execPath, ['--eval', process.argv[1]], {}));`;
  const start = (code: string) =>
    spawn(process.execPath, ['--input-type=module', '--eval', parent, code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });

  it('gives back the exit code', async () => {
    const [code] = await once(start('process.exit(7)'), 'exit');
    expect(code).toBe(7);
  });

  it.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'passes %s on and waits until the child has cleaned up',
    async (signal) => {
      const child = start(`
        process.on('${signal}', () => { console.log('cleaned up'); process.exit(0); });
        console.log('ready');
        setInterval(() => {}, 1000);`);
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output === 'ready\n') child.kill(signal);
      });
      const [code] = await once(child, 'close');
      expect(code).toBe(0);
      expect(output).toBe('ready\ncleaned up\n');
    },
  );

  it.skipIf(process.platform === 'win32')(
    'tells that the child was asked to end, also when that exits with 0',
    async () => {
      const asking = `
        import { runChild } from ${JSON.stringify(join(scripts, 'bootstrap', 'child.mjs'))};
        const child = "process.on('SIGINT', () => process.exit(0)); process.kill(process.ppid, 'SIGINT'); setInterval(() => {}, 1000)";
        console.log(JSON.stringify(await runChild(process.execPath, ['--eval', child], {})));`;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', asking], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [told] = await once(child.stdout.setEncoding('utf8'), 'data');
      expect(JSON.parse(String(told))).toEqual({ code: 0, signal: null, asked: 'SIGINT' });
    },
  );

  it.skipIf(process.platform === 'win32')('ends by the signal that ended the child', async () => {
    const [, signal] = await once(start(`process.kill(process.pid, 'SIGTERM')`), 'exit');
    expect(signal).toBe('SIGTERM');
  });
});

describe('run.mjs', () => {
  it('names the tasks there are when asked for another', async () => {
    cpSync(scripts, join(folder, 'scripts'), { recursive: true });
    const child = spawn(process.execPath, [join(folder, 'scripts', 'run.mjs'), '../evil'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(2);
    expect(output).toMatch(/No task "\.\.\/evil".*start.*test/);
  });
});
