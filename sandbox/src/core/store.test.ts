import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createClock } from './clock.ts';
import { createStore } from './store.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'));
  file = join(folder, 'deep', 'state.json');
});
afterEach(() => rm(folder, { recursive: true }));

test('a collection lists in the order things came, also after one was replaced', () => {
  const things = createStore().collection<{ id: string; n: number }>('things');
  for (const id of ['b', 'a', 'c']) things.put({ id, n: 1 });
  things.put({ id: 'a', n: 2 });
  expect(things.list().map(({ id, n }) => `${id}${n}`)).toEqual(['b1', 'a2', 'c1']);
  expect(things.delete('b')).toBe(true);
  expect(things.delete('b')).toBe(false);
  expect(things.get('b')).toBeUndefined();
  things.clear();
  expect(things.list()).toEqual([]);
});

test('collections and values of one name are the same, of other names apart', () => {
  const store = createStore();
  store.collection('one').put({ id: 'x' });
  expect(store.collection('one').get('x')).toEqual({ id: 'x' });
  expect(store.collection('two').get('x')).toBeUndefined();
  store.value('n', 0).set(7);
  expect(store.value('n', 0).get()).toBe(7);
  expect(store.value('m', 0).get()).toBe(0);
});

test('what was closed is there again, in its order', async () => {
  const store = createStore({ file });
  const things = store.collection('things');
  for (const id of ['b', 'a']) things.put({ id });
  store.value('n', 0).set(7);
  await store.close();
  const again = createStore({ file });
  expect(again.collection('things').list()).toEqual([{ id: 'b' }, { id: 'a' }]);
  expect(again.value('n', 0).get()).toBe(7);
});

test('a large file is behind by more than a small one, and has everything in the end', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const store = createStore({ file });
  const things = store.collection<{ id: string; text: string }>('things');
  for (let n = 0; n < 300; n++) things.put({ id: `${n}`, text: 'x'.repeat(20_000) });
  vi.advanceTimersByTime(20);
  expect(await readFile(file, 'utf8')).toContain('"299"');
  things.put({ id: 'last', text: '' });
  vi.advanceTimersByTime(20);
  expect(await readFile(file, 'utf8')).not.toContain('"last"');
  vi.runAllTimers();
  expect(await readFile(file, 'utf8')).toContain('"last"');
  await store.close();
});

test('changes reach the file without closing, and the file is always whole', async () => {
  const store = createStore({ file });
  store.collection('things').put({ id: 'a' });
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toContain('"a"');
  store.collection('things').put({ id: 'b' });
  await store.close();
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    collections: { things: [{ id: 'a' }, { id: 'b' }] },
  });
  expect(await readdir(join(folder, 'deep'))).toEqual(['state.json']);
});

test('a half-written new file is no harm to the old one', async () => {
  const store = createStore({ file });
  store.collection('things').put({ id: 'a' });
  await store.close();
  await writeFile(`${file}.new`, '{"collections":{"thi');
  expect(createStore({ file }).collection('things').list()).toEqual([{ id: 'a' }]);
});

test('a file that cannot be read is said so, and is not overwritten', async () => {
  const broken = join(folder, 'broken.json');
  await writeFile(broken, 'no json');
  expect(() => createStore({ file: broken })).toThrow('delete it to start with an empty sandbox');
  expect(await readFile(broken, 'utf8')).toBe('no json');
});

test('reset forgets everything, for handles opened before as well', async () => {
  const store = createStore({ file });
  const things = store.collection('things');
  const count = store.value('n', 1);
  things.put({ id: 'a' });
  count.set(2);
  store.reset();
  expect(things.list()).toEqual([]);
  expect(count.get()).toBe(1);
  things.put({ id: 'b' });
  await store.close();
  expect(createStore({ file }).collection('things').list()).toEqual([{ id: 'b' }]);
});

test('a clock that was moved keeps its offset', async () => {
  const store = createStore({ file });
  createClock(store).advance(86_400_000);
  await store.close();
  const clock = createClock(createStore({ file }));
  expect(clock.nowMs()).toBeGreaterThanOrEqual(Date.now() + 86_400_000 - 1);
  clock.reset();
  expect(clock.nowMs()).toBeLessThanOrEqual(Date.now());
});
