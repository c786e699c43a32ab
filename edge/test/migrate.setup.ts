import { reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

const { DIRECTORY, TEST_MIGRATIONS } = env as unknown as {
  DIRECTORY: D1Database;
  TEST_MIGRATIONS: string;
};

// All files run in one workerd: each begins with nothing stored by those before it. A reset may pass
// over the directory while something still reads it; then its rows are deleted.
await reset();
const { results: tables } = await DIRECTORY.prepare(
  "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
).all<{ name: string }>();
const empty = tables.map(({ name }) => DIRECTORY.prepare(`DELETE FROM "${name}"`));
const deferred = DIRECTORY.prepare('PRAGMA defer_foreign_keys = on');
if (empty.length > 0) await DIRECTORY.batch([deferred, ...empty]);
const migrations = empty.length > 0 ? [] : (JSON.parse(TEST_MIGRATIONS) as string[]);
for (const migration of migrations) {
  const statements = migration
    .replace(/^--.*$/gm, '')
    .split(';')
    .filter((statement) => statement.trim());
  await DIRECTORY.batch(statements.map((statement) => DIRECTORY.prepare(statement)));
}
