import { describe, expect, it } from 'vitest';
import { lockFaults } from './rules.ts';

const locked = (...names: string[]) =>
  names.map((name) => `  '${name}@1.0.0':\n    resolution: {}\n`).join('\n');
const everywhere = [
  'linux-x64-gnu',
  'linux-arm64-gnu',
  'darwin-arm64',
  'darwin-x64',
  'win32-x64-msvc',
].map((end) => `@rolldown/binding-${end}`);

describe('lockFaults', () => {
  it('finds nothing in a family locked for every platform', () => {
    expect(lockFaults('pnpm-lock.yaml', locked(...everywhere))).toEqual([]);
  });

  it('names the platforms a family lacks', () => {
    const faults = lockFaults('pnpm-lock.yaml', locked(...everywhere.slice(0, 2)));
    expect(faults).toEqual([
      expect.stringContaining(
        '@rolldown/binding is locked without macOS arm64, macOS x64, Windows x64',
      ),
    ]);
  });

  it('reads a lockfile of npm, and takes the two names of one family together', () => {
    const names = ['linux-x64', 'linux-arm64', 'bin-darwin-arm64', 'darwin-x64', 'win-x64'];
    const file = (kept: string[]) =>
      kept.map((name) => `    "node_modules/node-${name}": {`).join('\n');
    expect(lockFaults('package-lock.json', file(names))).toEqual([]);
    expect(lockFaults('package-lock.json', file(names.slice(0, 4)))).toEqual([
      expect.stringContaining('node is locked without Windows x64'),
    ]);
  });

  it('finds a registry host', () => {
    expect(lockFaults('package-lock.json', '"resolved": "https://example.com/a.tgz"')).toHaveLength(
      1,
    );
  });

  it('takes no package for native that only sounds like one', () => {
    expect(lockFaults('pnpm-lock.yaml', locked('es-module-lexer', 'parse-linux-path'))).toEqual([]);
  });
});
