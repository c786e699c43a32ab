import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Bindings } from '../env.ts';
import { PROJECT_STEPS } from '../project/project.schema.ts';
import { migrate } from '../storage/migrate.ts';
import { OAUTH_SCHEMA } from './oauth.schema.ts';

const { PROJECT } = env as unknown as Bindings;
const before = PROJECT_STEPS.slice(0, PROJECT_STEPS.indexOf(OAUTH_SCHEMA));

describe('an environment that was made before', () => {
  it('keeps its settings and its proofs, and gets the providers a new one has', async () => {
    const stub = PROJECT.get(PROJECT.newUniqueId());
    await runInDurableObject(stub, (_, { storage }) => {
      const { sql } = storage;
      migrate(storage, before);
      const settings = '{"displayName":"Versa","password":false}';
      sql.exec("INSERT INTO environment VALUES ('prj_x', 'test', 1, ?, '[]', 0, NULL)", settings);
      sql.exec("INSERT INTO proof VALUES ('sess_1', 'email', 'ada@example.com', 1)");
      migrate(storage, [...before, OAUTH_SCHEMA]);
      const row = sql.exec<{ settings: string }>('SELECT settings FROM environment').one();
      expect(JSON.parse(row.settings)).toEqual({
        displayName: 'Versa',
        password: false,
        oauth: ['google', 'github'],
      });
      const proof = { provider: 'email', subject: 'ada@example.com', email: null };
      expect(sql.exec('SELECT * FROM proof').one()).toMatchObject(proof);
    });
  });
});
