import type { EnvironmentRef } from '../deps.ts';
import type { Config } from '../env.ts';

/** Seals a Clerk client token for one page: only this edge, for this project and origin, opens it. */
export async function seal(
  config: Config,
  ref: EnvironmentRef,
  origin: string,
  token: string,
  iv: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const master = config.masterKeys[0];
  if (!master) throw new Error('MASTER_KEYS is empty');
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: contextOf(ref, origin) },
    await keyOf(master.key),
    new TextEncoder().encode(token),
  );
  return `sealed.${master.id}.${toBase64(iv)}.${toBase64(new Uint8Array(sealed))}`;
}

/** The token in a seal; null for a seal of another project, mode or origin, or one that is broken. */
export async function unseal(
  config: Config,
  ref: EnvironmentRef,
  origin: string,
  text: string,
): Promise<string | null> {
  const [head, id, iv, data] = text.split('.');
  const master = config.masterKeys.find((key) => key.id === id);
  if (head !== 'sealed' || !master || !iv || !data) return null;
  try {
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: fromBase64(iv), additionalData: contextOf(ref, origin) },
      await keyOf(master.key),
      fromBase64(data),
    );
    return new TextDecoder().decode(opened);
  } catch {
    return null;
  }
}

const contextOf = ({ projectId, mode }: EnvironmentRef, origin: string) =>
  new TextEncoder().encode(JSON.stringify(['clerk-client', projectId, mode, origin]));

async function keyOf(master: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', master, 'HKDF', false, ['deriveKey']);
  const info = new TextEncoder().encode('clerk-client-seal');
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info },
    base,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

const toBase64 = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );
