import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { parseConfig } from '../env.ts';
import { openSecret, sealSecret } from './tenant-secret.ts';

const config = parseConfig(env);
const ref = { projectId: 'prj_a', mode: 'test' as const };
const iv = () => crypto.getRandomValues(new Uint8Array(12));
const sealed = await sealSecret(config, ref, 'turnstile', 'a secret', iv());

it('opens for the environment and field it was sealed for', async () => {
  expect(await openSecret(config, ref, 'turnstile', sealed)).toBe('a secret');
  expect(sealed).not.toContain(btoa('a secret').slice(0, 6));
});

it.each([
  ['another project', { ...ref, projectId: 'prj_b' }, 'turnstile'],
  ['the other mode', { ...ref, mode: 'live' as const }, 'turnstile'],
  ['another field', ref, 'clerk'],
])('does not open for %s', async (_, other, field) => {
  await expect(openSecret(config, other, field, sealed)).rejects.toMatchObject({
    name: 'OperationError',
  });
});

it('opens after a new master key was put first, and says which one is missing', async () => {
  const next = { id: 'next', key: crypto.getRandomValues(new Uint8Array(32)) };
  const rotated = { ...config, masterKeys: [next, ...config.masterKeys] };
  expect(await openSecret(rotated, ref, 'turnstile', sealed)).toBe('a secret');
  const gone = { ...config, masterKeys: [next] };
  await expect(openSecret(gone, ref, 'turnstile', sealed)).rejects.toThrow('master key test');
});

it('opens what was sealed by a deployment of before', async () => {
  const before = { ...config, masterKeys: [{ id: 'k1', key: new Uint8Array(32).fill(7) }] };
  const stored = 'k1:CQkJCQkJCQkJCQkJ:7LMFnbnEFzMJaMw/xBggDOaPF4hKlJf5Gg==';
  const where = { projectId: 'prj_1', mode: 'test' as const };
  expect(await openSecret(before, where, 'clerk', stored)).toBe('sk_test_1');
});
