import type { ApiClient } from './client.ts';
import { webCrypto } from './web-crypto.ts';

/** Keys are fetched anew after this time, so that a withdrawn one is forgotten. */
const KEEP_MS = 3_600_000;
/** Made-up key ids and a failing edge cause one fetch in this time, and no more. */
const REFETCH_MS = 30_000;

/**
 * The public keys of the edge: fetched at first need, kept for an hour, fetched once more for a key
 * id that is not among them. While new ones cannot be had, the old ones stay in use.
 */
export class KeySet {
  readonly #api: ApiClient;
  #keys: ReadonlyMap<string, CryptoKey> | undefined;
  #loading: Promise<void> | undefined;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #loadedAtMs = Number.NEGATIVE_INFINITY;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** The key of that id, or null. Throws `DreamError` when no key was ever fetched and none can be. */
  async find(kid: string, nowMs: number): Promise<CryptoKey | null> {
    const wanted = !this.#keys?.has(kid) || nowMs - this.#loadedAtMs > KEEP_MS;
    const due = !this.#keys || nowMs - this.#triedAtMs > REFETCH_MS;
    if (wanted && (this.#loading || due)) {
      try {
        await (this.#loading ??= this.#load(nowMs));
      } catch (error) {
        if (!this.#keys) throw error;
      }
    }
    return this.#keys?.get(kid) ?? null;
  }

  async #load(nowMs: number): Promise<void> {
    this.#triedAtMs = nowMs;
    try {
      const { keys } = await this.#api.call<{ keys: (JsonWebKey & { kid: string })[] }>({
        method: 'GET',
        path: '/.well-known/jwks.json',
        open: true,
      });
      const usable = keys.filter(({ kty, crv }) => kty === 'EC' && crv === 'P-256');
      this.#keys = new Map(await Promise.all(usable.map(imported)));
      this.#loadedAtMs = nowMs;
    } finally {
      this.#loading = undefined;
    }
  }
}

async function imported(jwk: JsonWebKey & { kid: string }): Promise<[string, CryptoKey]> {
  const { subtle } = await webCrypto();
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  return [jwk.kid, await subtle.importKey('jwk', jwk, algorithm, false, ['verify'])];
}
