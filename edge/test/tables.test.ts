import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Bindings } from '../src/env.ts';
import { PROJECT_STEPS } from '../src/project/project.schema.ts';
import { PROJECT_TABLES } from '../src/project/tables.schema.ts';
import { SHARD_STEPS } from '../src/shard/shard.schema.ts';
import { SHARD_TABLES } from '../src/shard/tables.schema.ts';
import { migrate } from '../src/storage/migrate.ts';

const { PROJECT } = env as unknown as Bindings;

type Kept = { name: string; type: string; sql: string | null };

/** Everything an empty database is made of, and every row the steps put there, as SQL. */
function dump({ exec }: Pick<SqlStorage, 'exec'>): string {
  const made = exec<Kept>('SELECT name, type, sql FROM sqlite_master ORDER BY rowid')
    .toArray()
    .filter(({ name }) => !/^(sqlite|_cf)_/.test(name));
  const statements = made.flatMap(({ name, type, sql }) => {
    const rows = type === 'table' ? exec(`SELECT * FROM ${name}`).toArray() : [];
    const inserts = rows.map((row) => {
      const filled = Object.entries(row).filter(([, value]) => value !== null);
      const values = filled.map(([, value]) => literal(value)).join(', ');
      return `INSERT INTO ${name} (${filled.map(([column]) => column).join(', ')}) VALUES (${values})`;
    });
    return [sql, ...inserts];
  });
  return statements.map((statement) => `${statement};\n`).join('');
}

function literal(value: SqlStorageValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  throw new Error('A step stores bytes: say here how to write them');
}

/** What an object holds after the steps, or after the tables. Its version is told by both alike. */
const after = (steps: readonly string[], tables?: string) =>
  runInDurableObject(PROJECT.get(PROJECT.newUniqueId()), (_, { storage }) => {
    migrate(storage, steps, tables);
    return dump({ exec: (query) => storage.sql.exec(query) });
  });

describe.each([
  ['project', 'PROJECT_TABLES', PROJECT_STEPS, PROJECT_TABLES],
  ['shard', 'SHARD_TABLES', SHARD_STEPS, SHARD_TABLES],
] as const)('a new %s object', (folder, constant, steps, tables) => {
  it('has the schema and the rows of one that went through every step', async () => {
    expect(await after(steps, tables)).toBe(await after(steps));
  });

  it('is made from a file that lists them; `vitest run` of this test with `--update` writes it', async () => {
    const [, listed] = (await after(steps)).split(/(?<=INSERT INTO schema_version .*;\n)/);
    const text = `/** The tables of a new object: where the steps lead. Written by edge/test/tables.test.ts. */
export const ${constant} = \`
${listed}\`;
`;
    await expect(text).toMatchFileSnapshot(`../src/${folder}/tables.schema.ts`);
  });
});
