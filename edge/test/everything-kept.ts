import { listDurableObjectIds, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { PLATFORM_PROJECT } from '../src/auth/keys.ts';
import { shardNames } from '../src/customers/customer-id.ts';
import type { Bindings } from '../src/env.ts';

const { PROJECT, SHARD, GATE, REQUESTS, DIRECTORY } = env as unknown as Bindings;

const TABLES =
  "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'";

const ids = (namespace: unknown) => listDurableObjectIds(namespace as DurableObjectNamespace);

/** The objects of the platform are the same in every file. */
const ofPlatform = new Set(
  (['test', 'live'] as const).flatMap((mode) => {
    const name = `${PLATFORM_PROJECT}:${mode}`;
    const shards = shardNames().map((shard) => SHARD.idFromName(`${name}:${shard}`));
    return [PROJECT.idFromName(name), REQUESTS.idFromName(name), ...shards].map(String);
  }),
);

/**
 * Answers what reads every row of every table, of every object and of the directory, as one text.
 * A test file asks for it before it makes anything: objects of the files before it are empty, but still
 * listed, and looking into hundreds of them took ten seconds.
 */
export async function watchEverythingKept(): Promise<() => Promise<string>> {
  const earlier = (await Promise.all([PROJECT, SHARD, REQUESTS].map(ids))).flat().map(String);
  const empty = new Set(earlier.filter((id) => !ofPlatform.has(id)));
  return () => everythingKept(empty);
}

async function everythingKept(empty: ReadonlySet<string>): Promise<string> {
  const found: unknown[] = [];
  for (const namespace of [PROJECT, SHARD, GATE, REQUESTS]) {
    for (const id of (await ids(namespace)).filter((one) => !empty.has(String(one)))) {
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
