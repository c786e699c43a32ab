import { describe, expect, it } from 'vitest';
import { no, ok, type Outcome } from '../http/fail.ts';
import type { Environment } from '../projects/access.rpc.ts';
import { EnvironmentCache } from './environment-cache.ts';

const ref = { projectId: 'prj_a', mode: 'test' as const };

function setUp() {
  let version = 0;
  let answer = (): Outcome<Environment> => ok({ version } as Environment);
  const asked: number[] = [];
  const cache = new EnvironmentCache(async () => {
    asked.push((version += 1));
    return answer();
  });
  return { cache, asked, fail: () => (answer = () => no('project_deleted')) };
}

describe('EnvironmentCache', () => {
  it('asks once for calls of the same few seconds', async () => {
    const { cache, asked } = setUp();
    for (const nowMs of [0, 1, 4_999]) expect((await cache.get(ref, nowMs)).version).toBe(1);
    expect(asked).toHaveLength(1);
  });

  it('lets one call ask anew while the others go on, and never gives what is 10 s old', async () => {
    const { cache } = setUp();
    await cache.get(ref, 0);
    const refreshing = cache.get(ref, 6_000);
    expect((await cache.get(ref, 6_001)).version).toBe(1);
    expect((await refreshing).version).toBe(2);
    expect((await cache.get(ref, 16_000)).version).toBe(3);
  });

  it('asks for everybody once what is known is 10 s old, also while somebody else is asking', async () => {
    const { cache } = setUp();
    await cache.get(ref, 0);
    const refreshing = cache.get(ref, 9_999);
    const waiting = cache.get(ref, 10_000);
    expect((await refreshing).version).toBe(2);
    expect((await waiting).version).toBe(3);
  });

  it('fails closed: a deleted project is refused as soon as it is asked for again', async () => {
    const { cache, fail } = setUp();
    await cache.get(ref, 0);
    fail();
    await expect(cache.get(ref, 10_000)).rejects.toMatchObject({ code: 'project_deleted' });
    await expect(cache.get(ref, 10_001)).rejects.toMatchObject({ code: 'project_deleted' });
  });

  it('forgets at once what was changed here', async () => {
    const { cache } = setUp();
    await cache.get(ref, 0);
    cache.drop(ref);
    expect((await cache.get(ref, 1)).version).toBe(2);
  });

  it('forgets the eldest first when all together weigh too much, and keeps no weight of them', async () => {
    const asked: string[] = [];
    const load = async ({ projectId }: { projectId: string }) => {
      asked.push(projectId);
      return ok(projectId.length);
    };
    const cache = new EnvironmentCache(load, { of: (weight) => weight, max: 10 });
    const get = (projectId: string) => cache.get({ projectId, mode: 'test' }, 0);
    for (const projectId of ['aaaaaa', 'bbb', 'cccc', 'aaaaaa', 'cccc']) await get(projectId);
    expect(asked).toEqual(['aaaaaa', 'bbb', 'cccc', 'aaaaaa']);
    cache.drop({ projectId: 'aaaaaa', mode: 'test' });
    for (const projectId of ['dddddd', 'cccc']) await get(projectId);
    expect(asked.slice(4)).toEqual(['dddddd']);
  });
});
