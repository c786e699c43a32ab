import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Entities of one kind, in the order they came. What `get` gives may be changed only by `put`. */
export interface Collection<T extends { id: string }> {
  get(id: string): T | undefined;
  put(entity: T): T;
  delete(id: string): boolean;
  list(): T[];
  clear(): void;
}

/** One value that is kept like an entity. */
export interface Value<T> {
  get(): T;
  set(value: T): void;
}

/** State in memory, kept in a JSON file if one is given. */
export interface Store {
  collection<T extends { id: string }>(name: string): Collection<T>;
  value<T>(name: string, initial: T): Value<T>;
  /** Forgets everything. */
  reset(): void;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

/** How far a small file may be behind the memory, in milliseconds. */
const WRITE_DELAY_MS = 20;

/**
 * How many times as long as the last write took the next one waits: whoever writes megabytes anew at
 * every change does nothing else.
 */
const WAIT_PER_WRITE = 20;

type Saved = { collections: Record<string, { id: string }[]>; values: Record<string, unknown> };

/** Opens a store; with a file it finds what was there before. Writes replace the file whole. */
export function createStore({ file }: { file?: string } = {}): Store {
  const saved = file ? read(file) : { collections: {}, values: {} };
  const collections = new Map(
    Object.entries(saved.collections).map(([name, list]) => [
      name,
      new Map(list.map((entity) => [entity.id, entity])),
    ]),
  );
  const values = new Map(Object.entries(saved.values));
  let timer: NodeJS.Timeout | undefined;
  let waitMs = WRITE_DELAY_MS;

  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    if (!file) return;
    const begunMs = performance.now();
    const data: Saved = {
      collections: Object.fromEntries(
        [...collections].map(([name, map]) => [name, [...map.values()]]),
      ),
      values: Object.fromEntries(values),
    };
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(data));
    renameSync(`${file}.new`, file);
    waitMs = Math.max(WRITE_DELAY_MS, WAIT_PER_WRITE * (performance.now() - begunMs));
  };
  // A process that exits for whatever reason leaves nothing unwritten.
  const flush = () => {
    if (timer) write();
  };
  if (file) process.on('exit', flush);
  const changed = () => {
    if (file) timer ??= setTimeout(write, waitMs);
  };

  return {
    collection<T extends { id: string }>(name: string): Collection<T> {
      const entities = () => {
        let map = collections.get(name);
        if (!map) collections.set(name, (map = new Map()));
        return map as Map<string, T>;
      };
      return {
        get: (id) => entities().get(id),
        put(entity) {
          entities().set(entity.id, entity);
          changed();
          return entity;
        },
        delete(id) {
          changed();
          return entities().delete(id);
        },
        list: () => [...entities().values()],
        clear() {
          entities().clear();
          changed();
        },
      };
    },
    value<T>(name: string, initial: T): Value<T> {
      return {
        get: () => (values.has(name) ? (values.get(name) as T) : initial),
        set(value) {
          values.set(name, value);
          changed();
        },
      };
    },
    reset() {
      collections.clear();
      values.clear();
      changed();
    },
    async close() {
      flush();
      process.off('exit', flush);
    },
  };
}

function read(file: string): Saved {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Saved;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { collections: {}, values: {} };
    throw new Error(`${file} cannot be read; delete it to start with an empty sandbox.`, {
      cause: error,
    });
  }
}
