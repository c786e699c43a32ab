import { base32 } from '../auth/base32.ts';
import { equalInConstantTime } from '../auth/keys.ts';
import { isShard } from '../customers/customer-id.ts';
import type { Config } from '../env.ts';

/** What a refresh token names. The token itself is not stored: it is derived, so it can be told again. */
export interface RefreshParts {
  shard: string;
  sessionId: string;
  generation: number;
  mac: string;
}

const TOKEN = /^rt_([0-9a-z]{2})_([0-9a-z]{20})_(\d{1,9})_([0-9a-z]{52})$/;

/** Reads a refresh token; null for text that is none. */
export function parseRefreshToken(token: string): RefreshParts | null {
  const [, shard = '', sessionId = '', generation = '', mac = ''] = TOKEN.exec(token) ?? [];
  return isShard(shard)
    ? { shard, sessionId: `ses_${sessionId}`, generation: Number(generation), mac }
    : null;
}

/** The refresh token of a session's generation: the same each time it is asked for. */
export async function refreshToken(
  config: Config,
  shard: string,
  session: { id: string; salt: string },
  generation: number,
): Promise<string> {
  const master = config.masterKeys.at(-1);
  if (!master) throw new Error('MASTER_KEYS is empty');
  const key = await crypto.subtle.importKey(
    'raw',
    master.key,
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const text = `refresh:${shard}:${session.id}:${session.salt}:${generation}`;
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text));
  return `rt_${shard}_${session.id.slice(4)}_${generation}_${base32(new Uint8Array(mac))}`;
}

/** Whether a presented token is the one this edge derives. */
export async function isOurs(
  config: Config,
  parts: RefreshParts,
  session: { id: string; salt: string },
): Promise<boolean> {
  const own = parseRefreshToken(await refreshToken(config, parts.shard, session, parts.generation));
  return own !== null && equalInConstantTime(own.mac, parts.mac);
}
