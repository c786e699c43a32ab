import { expect, it } from 'vitest';
import { keptHash, keptKey } from './kept.ts';

const master = (fill: number) => ({ key: new Uint8Array(32).fill(fill) });
const ada = { provider: 'email', subject: 'ada@example.com' };
const hash = async (keys: ReturnType<typeof master>[], projectId = 'prj_1', mode = 'test') =>
  keptHash(await keptKey(keys, projectId, mode), ada);

it('gives the same hash again, also after a newer master key came', async () => {
  expect(await hash([master(1)])).toMatch(/^[0-9a-f]{64}$/);
  expect(await hash([master(2), master(1)])).toBe(await hash([master(1)]));
});

it('gives another hash in another project, mode or deployment, and of another way to sign in', async () => {
  const hashes = [
    await hash([master(1)]),
    await hash([master(1)], 'prj_2'),
    await hash([master(1)], 'prj_1', 'live'),
    await hash([master(2)]),
    await keptHash(await keptKey([master(1)], 'prj_1', 'test'), {
      ...ada,
      provider: 'oauth_google',
    }),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});
