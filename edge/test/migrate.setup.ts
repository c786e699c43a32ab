import { env } from 'cloudflare:workers';

const { DIRECTORY, TEST_MIGRATIONS } = env as unknown as {
  DIRECTORY: D1Database;
  TEST_MIGRATIONS: string;
};

for (const migration of JSON.parse(TEST_MIGRATIONS) as string[]) {
  const statements = migration
    .replace(/^--.*$/gm, '')
    .split(';')
    .filter((statement) => statement.trim());
  const known = await DIRECTORY.prepare(
    "SELECT 1 FROM sqlite_master WHERE name = 'project'",
  ).first();
  if (!known) await DIRECTORY.batch(statements.map((statement) => DIRECTORY.prepare(statement)));
}
