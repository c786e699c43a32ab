import { listDurableObjectIds, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Bindings } from '../src/env.ts';

const { PROJECT, SHARD, GATE, REQUESTS, DIRECTORY } = env as unknown as Bindings;

const TABLES =
  "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'";

/** Every row of every table, of every object and of the directory, as one text. */
export async function everythingKept(): Promise<string> {
  const found: unknown[] = [];
  for (const namespace of [PROJECT, SHARD, GATE, REQUESTS]) {
    for (const id of await listDurableObjectIds(namespace as DurableObjectNamespace)) {
      await runInDurableObject(namespace.get(id) as DurableObjectStub, (_, { storage }) => {
        for (const { name } of storage.sql.exec<{ name: string }>(TABLES).toArray())
          found.push(name, storage.sql.exec(`SELECT * FROM "${name}"`).toArray());
      });
    }
  }
  const { results } = await DIRECTORY.prepare(TABLES).all<{ name: string }>();
  for (const { name } of results)
    found.push(name, (await DIRECTORY.prepare(`SELECT * FROM "${name}"`).all()).results);
  return JSON.stringify(found);
}
