import type { Config } from '../env.ts';

/** What a box is for: the key is one of `use` alone, and it opens only with what it is bound to. */
export interface Purpose {
  use: string;
  /** Takes the id of the master key, which may be part of it. */
  boundTo: (keyId: string) => string;
}

/** A sealed text, with what is needed to open it again besides the master key. */
export interface SealedBox {
  keyId: string;
  iv: Uint8Array<ArrayBuffer>;
  data: Uint8Array<ArrayBuffer>;
}

/** Encrypts a text by AES-GCM, under a key derived (HKDF) from the newest master key. */
export async function sealBox(
  { masterKeys }: Config,
  { use, boundTo }: Purpose,
  text: string,
  iv: Uint8Array<ArrayBuffer>,
): Promise<SealedBox> {
  const master = masterKeys[0];
  if (!master) throw new Error('MASTER_KEYS is empty');
  const data = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: encode(boundTo(master.id)) },
    await keyFor(master.key, use),
    encode(text),
  );
  return { keyId: master.id, iv, data: new Uint8Array(data) };
}

/**
 * The text in a box. Throws for one of another purpose, for one that was changed, and when the master
 * key it was sealed with is gone.
 */
export async function openBox(
  { masterKeys }: Config,
  { use, boundTo }: Purpose,
  { keyId, iv, data }: SealedBox,
): Promise<string> {
  const master = masterKeys.find(({ id }) => id === keyId);
  if (!master) throw new Error(`The master key ${keyId} is gone, and something is sealed with it`);
  const opened = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv, additionalData: encode(boundTo(keyId)) },
    await keyFor(master.key, use),
    data,
  );
  return new TextDecoder().decode(opened);
}

/** Bytes as base64 text. */
export const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** The bytes of a base64 text. Throws for any other text. */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

const encode = (text: string) => new TextEncoder().encode(text);

async function keyFor(master: Uint8Array<ArrayBuffer>, use: string): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', master, 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: encode(use) },
    base,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}
