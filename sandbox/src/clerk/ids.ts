import { randomBytes, randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A random id in Clerk's form: the prefix, `_`, 27 letters and digits. */
export function newId(prefix: string): string {
  let id = `${prefix}_`;
  for (let i = 0; i < 27; i++) id += ALPHABET.charAt(randomInt(ALPHABET.length));
  return id;
}

/** An unguessable token, URL-safe, 32 bytes of randomness. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A random one-time code of 6 digits; the test code `424242` is never drawn. */
export function newCode(): string {
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  return code === '424242' ? newCode() : code;
}
