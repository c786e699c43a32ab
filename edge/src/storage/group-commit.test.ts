import { expect, it } from 'vitest';
import { GroupCommit } from './group-commit.ts';

/** Commits that end when a test says so. */
function delayedCommits() {
  const open: PromiseWithResolvers<void>[] = [];
  const begun = { wake: () => {} };
  const restarts: string[] = [];
  const storage = {
    transactionSync: <T>(act: () => T): T => act(),
    sync: () => {
      const commit = Promise.withResolvers<void>();
      open.push(commit);
      begun.wake();
      return commit.promise;
    },
  };
  const next = async (): Promise<PromiseWithResolvers<void>> => {
    while (open.length === 0) await new Promise<void>((resolve) => (begun.wake = resolve));
    return open.shift() as PromiseWithResolvers<void>;
  };
  const commits = new GroupCommit(storage, (reason) => restarts.push(reason));
  return { commits, next, restarts };
}

it('answers nobody before the commit, and those who came meanwhile after the next one', async () => {
  const { commits, next } = delayedCommits();
  const answered: number[] = [];
  const done: number[] = [];
  const call = (name: number) =>
    commits.run(() => done.push(name)).then(() => void answered.push(name));
  const early = [1, 2, 3].map(call);
  const first = await next();
  const late = [4, 5].map(call);
  expect([done, answered]).toEqual([[1, 2, 3], []]);
  first.resolve();
  await Promise.all(early);
  const second = await next();
  expect([done, answered]).toEqual([
    [1, 2, 3, 4, 5],
    [1, 2, 3],
  ]);
  second.resolve();
  await Promise.all(late);
  expect(answered).toEqual([1, 2, 3, 4, 5]);
});

it('throws what a call throws to its caller alone', async () => {
  const { commits, next } = delayedCommits();
  const calls = Promise.allSettled([
    commits.run(() => 1),
    commits.run(() => {
      throw new Error('no');
    }),
    commits.run(() => 3),
  ]);
  (await next()).resolve();
  expect(await calls).toMatchObject([{ value: 1 }, { reason: { message: 'no' } }, { value: 3 }]);
});

it('answers none of a group whose commit failed, nor who waits behind it, and restarts the object', async () => {
  const { commits, next, restarts } = delayedCommits();
  const early = Promise.allSettled([commits.run(() => 1), commits.run(() => 2)]);
  const commit = await next();
  const late = Promise.allSettled([commits.run(() => 3)]);
  commit.reject(new Error('disk full'));
  const reason = { message: expect.stringContaining('reset: a commit failed. Error: disk full') };
  expect(await early).toMatchObject([{ reason }, { reason }]);
  expect(await late).toMatchObject([{ reason }]);
  expect(restarts).toHaveLength(1);
});

it('tells what is to be told after the commit, and never when it fails', async () => {
  const { commits, next, restarts } = delayedCommits();
  const said: string[] = [];
  commits.afterCommit(() => said.push('stored'));
  const first = await next();
  expect(said).toEqual([]);
  first.resolve();
  await first.promise;
  expect(said).toEqual(['stored']);
  commits.afterCommit(() => said.push('lost'));
  const second = await next();
  second.reject(new Error('disk full'));
  await second.promise.catch(() => {});
  expect([said, restarts.length]).toEqual([['stored'], 1]);
});
