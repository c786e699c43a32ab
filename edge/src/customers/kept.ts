/**
 * By what a person is known: the provider and what it calls them, such as an e-mail address; or the
 * developer, by `OWN_ID`.
 */
export interface Identification {
  provider: string;
  subject: string;
}

/** Stands for a provider where the developer's server says who somebody is, by its own id. */
export const OWN_ID = 'own_id';

/** What an erasure says is kept of who can be known again. */
export const KEPT =
  "A keyed hash of the proved e-mail and of the site's own id, with this period's usage and the marks of a trial and a ban.";

/**
 * The key under which one environment hashes who was erased. It is derived and stored nowhere, so
 * that the rows alone tell nobody who it was. Takes the oldest master key: what is kept must outlive
 * a rotation of the newest.
 */
export async function keptKey(
  masterKeys: readonly { key: Uint8Array<ArrayBuffer> }[],
  projectId: string,
  mode: string,
): Promise<CryptoKey> {
  const oldest = masterKeys.at(-1);
  if (!oldest) throw new Error('MASTER_KEYS is empty');
  const base = await crypto.subtle.importKey('raw', oldest.key, 'HKDF', false, ['deriveKey']);
  const info = new TextEncoder().encode(JSON.stringify(['kept-identification', projectId, mode]));
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info },
    base,
    { name: 'HMAC', hash: 'SHA-256', length: 256 },
    false,
    ['sign'],
  );
}

/** The keyed hash by which somebody is known again who comes back, in hexadecimal. */
export async function keptHash(
  key: CryptoKey,
  { provider, subject }: Identification,
): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([provider, subject]));
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, text));
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
