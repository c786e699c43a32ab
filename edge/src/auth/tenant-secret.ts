import type { EnvironmentRef } from '../deps.ts';
import type { Config } from '../env.ts';

/**
 * Encrypts a secret of a tenant for storing: AES-GCM under a key of this environment's own, bound to
 * the field it belongs to. What is sealed opens for the same environment and field, and nowhere else.
 */
export async function sealSecret(
  config: Config,
  ref: EnvironmentRef,
  field: string,
  secret: string,
  iv: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const master = config.masterKeys[0];
  if (!master) throw new Error('MASTER_KEYS is empty');
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: contextOf(ref, field, master.id) },
    await keyOf(master.key, ref),
    new TextEncoder().encode(secret),
  );
  return [master.id, encoded(iv), encoded(new Uint8Array(sealed))].join(':');
}

/**
 * The secret `sealSecret` was given. Throws for one of another environment or field, for one that was
 * changed, and when the master key it was sealed with is gone: our fault, never a caller's.
 */
export async function openSecret(
  config: Config,
  ref: EnvironmentRef,
  field: string,
  sealed: string,
): Promise<string> {
  const [id = '', iv = '', data = ''] = sealed.split(':');
  const master = config.masterKeys.find((key) => key.id === id);
  if (!master) throw new Error(`The master key ${id} is gone, and something is sealed with it`);
  const opened = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: decoded(iv), additionalData: contextOf(ref, field, id) },
    await keyOf(master.key, ref),
    decoded(data),
  );
  return new TextDecoder().decode(opened);
}

const bytesOf = (...parts: string[]) => new TextEncoder().encode(JSON.stringify(parts));

const contextOf = ({ projectId, mode }: EnvironmentRef, field: string, keyId: string) =>
  bytesOf('tenant-secret', projectId, mode, field, keyId);

async function keyOf(
  master: Uint8Array<ArrayBuffer>,
  { projectId, mode }: EnvironmentRef,
): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', master, 'HKDF', false, ['deriveKey']);
  const info = bytesOf('tenant-secret', projectId, mode);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info },
    base,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

const encoded = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

const decoded = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
