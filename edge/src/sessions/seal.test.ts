import { describe, expect, it } from 'vitest';
import type { Config } from '../env.ts';
import { seal, unseal } from './seal.ts';

const key = (id: string, byte: number) => ({ id, key: new Uint8Array(32).fill(byte) });
const withKeys = (...masterKeys: Config['masterKeys']) => ({ masterKeys }) as Config;

const config = withKeys(key('new', 1));
const ref = { projectId: 'prj_a', mode: 'test' as const };
const origin = 'https://shop.example';
const token = 'the client token';
const sealed = () => seal(config, ref, origin, token, new Uint8Array(12).fill(7));

describe('a sealed token', () => {
  it('opens for the page it was sealed for', async () => {
    expect(await unseal(config, ref, origin, await sealed())).toBe(token);
  });

  it('shows nothing of what is in it', async () => {
    expect(await sealed()).not.toContain(btoa(token).slice(0, 8));
  });

  it('opens by an older master key after a newer one was added, and by no other of its name', async () => {
    const text = await sealed();
    expect(await unseal(withKeys(key('newer', 2), key('new', 1)), ref, origin, text)).toBe(token);
    expect(await unseal(withKeys(key('newer', 2)), ref, origin, text)).toBeNull();
    expect(await unseal(withKeys(key('new', 2)), ref, origin, text)).toBeNull();
  });

  it.each([
    ['another project', { ...ref, projectId: 'prj_b' }, origin],
    ['the other mode', { ...ref, mode: 'live' as const }, origin],
    ['another origin', ref, 'https://shop.example.evil'],
    ['the origin of another port', ref, 'https://shop.example:8443'],
    ['no origin', ref, ''],
  ])('is nobody’s for %s', async (_, otherRef, otherOrigin) => {
    expect(await unseal(config, otherRef, otherOrigin, await sealed())).toBeNull();
  });

  const changes: [string, (text: string) => string][] = [
    ['was cut short', (text) => text.slice(0, -2)],
    ['lost its data', (text) => text.split('.').slice(0, 3).join('.')],
    ['has no data', (text) => `${text.split('.').slice(0, 3).join('.')}.`],
    ['has no number used once', (text) => text.replace(/^(sealed\.new)\.[^.]+/, '$1.')],
    ['has a short number used once', (text) => text.replace(/^(sealed\.new)\.[^.]+/, '$1.Bw')],
    ['has another number used once', (text) => text.replace('.BwcH', '.BwcI')],
    [
      'has changed data',
      (text) => text.replace(/\.(.)([^.]*)$/, (_, a, b) => `.${a === 'A' ? 'B' : 'A'}${b}`),
    ],
    ['has another head', (text) => text.replace('sealed', 'opened')],
    ['is no base64', (text) => `${text}*`],
    ['is empty', () => ''],
    ['is the token itself', () => token],
  ];
  it.each(changes)('is nobody’s when it %s', async (_, change) => {
    const text = await sealed();
    expect(change(text)).not.toBe(text);
    expect(await unseal(config, ref, origin, change(text))).toBeNull();
  });
});
