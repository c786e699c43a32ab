import { faults } from './faults.ts';

/** The secret key of a call, from a bearer or basic authorization. Throws when it is none. */
export function keyOf(header: string | undefined): string {
  const [scheme, value] = (header ?? '').split(' ');
  if (!value) throw faults.noKey();
  const key =
    scheme?.toLowerCase() === 'basic'
      ? (Buffer.from(value, 'base64').toString().split(':')[0] ?? '')
      : value;
  if (!/^sk_(test|live)_\w{8,}$/.test(key)) throw faults.badKey(key);
  return key;
}

/** Whether a key is of live mode. */
export const isLive = (key: string): boolean => key.startsWith('sk_live_');
