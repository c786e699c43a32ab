import { describe, expect, it } from 'vitest';
import type { Config } from '../env.ts';
import { isOurs, parseRefreshToken, refreshToken } from './refresh-token.ts';

const key = (id: string, byte: number) => ({ id, key: new Uint8Array(32).fill(byte) });
const withKeys = (...masterKeys: Config['masterKeys']) => ({ masterKeys }) as Config;

const config = withKeys(key('first', 1));
const session = { id: 'ses_0123456789abcdefghjk', salt: 'salt' };

async function parts() {
  const parsed = parseRefreshToken(await refreshToken(config, '0f', session, 3));
  if (!parsed) throw new Error('Not read');
  return parsed;
}

describe('a refresh token', () => {
  it('names its shard, session and generation, and is the same each time', async () => {
    expect(await parts()).toMatchObject({ shard: '0f', sessionId: session.id, generation: 3 });
    expect(await refreshToken(config, '0f', session, 3)).toBe(
      await refreshToken(config, '0f', session, 3),
    );
    expect(await isOurs(config, await parts(), session)).toBe(true);
  });

  it('stays good when a newer master key is added', async () => {
    expect(await isOurs(withKeys(key('second', 2), key('first', 1)), await parts(), session)).toBe(
      true,
    );
  });

  it.each([
    ['another generation', { generation: 4 }, session, config],
    ['another shard', { shard: '0e' }, session, config],
    ['a session of another salt', {}, { ...session, salt: 'other' }, config],
    ['another session', {}, { ...session, id: 'ses_1123456789abcdefghjk' }, config],
    ['an edge of another key', {}, session, withKeys(key('first', 2))],
    ['a changed proof', { mac: '0'.repeat(52) }, session, config],
    ['no proof', { mac: '' }, session, config],
  ])('is not ours for %s', async (_, change, found, edge) => {
    expect(await isOurs(edge, { ...(await parts()), ...change }, found)).toBe(false);
  });

  const changes: [string, (text: string) => string][] = [
    ['is empty', () => ''],
    ['has another prefix', (text) => text.replace('rt_', 'at_')],
    ['names a shard that cannot exist', (text) => text.replace('rt_0f', 'rt_zz')],
    ['has a negative generation', (text) => text.replace('_3_', '_-3_')],
    ['has a generation past counting', (text) => text.replace('_3_', '_1234567890_')],
    ['has a short proof', (text) => text.slice(0, -1)],
    ['has more behind it', (text) => `${text}0`],
    ['has a line behind it', (text) => `${text}\n`],
  ];
  it.each(changes)('is none when it %s', async (_, change) => {
    expect(parseRefreshToken(change(await refreshToken(config, '0f', session, 3)))).toBeNull();
  });
});
