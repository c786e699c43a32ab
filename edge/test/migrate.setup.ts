import { env } from 'cloudflare:workers';

const { DIRECTORY, TEST_MIGRATIONS } = env as unknown as {
  DIRECTORY: D1Database;
  TEST_MIGRATIONS: string;
};

const known = await DIRECTORY.prepare("SELECT 1 FROM sqlite_master WHERE name = 'project'").first();
const migrations = known ? [] : (JSON.parse(TEST_MIGRATIONS) as string[]);
for (const migration of migrations) {
  const statements = migration
    .replace(/^--.*$/gm, '')
    .split(';')
    .filter((statement) => statement.trim());
  await DIRECTORY.batch(statements.map((statement) => DIRECTORY.prepare(statement)));
}
