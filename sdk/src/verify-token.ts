/** What an access token says, if it is good. */
export type TokenResult =
  | { valid: true; customerId: string; plan: string; mode: 'test' | 'live'; expiresAtMs: number }
  | {
      valid: false;
      reason:
        | 'malformed'
        | 'wrong_algorithm'
        | 'unknown_key'
        | 'bad_signature'
        | 'wrong_issuer'
        | 'wrong_audience'
        | 'expired';
    };

type Jwk = JsonWebKey & { kid?: string };
type Json = Record<string, unknown>;

/** Clocks of two machines may differ by this much. */
const LEEWAY_SECONDS = 5;
/** Keys are fetched anew after an hour, and for an unknown key at most this often. */
const KEEP_MS = 3_600_000;
const REFETCH_MS = 30_000;

/** Verifies access tokens without asking the edge, by its published keys. */
export class TokenVerifier {
  readonly #issuer: string;
  readonly #fetch: typeof fetch;
  #keys: Promise<Jwk[]> | undefined;
  #fetchedAtMs = 0;

  constructor(issuer: string, given: typeof fetch) {
    this.#issuer = issuer;
    this.#fetch = given;
  }

  /** A bad token is a value; throws only when the keys cannot be fetched. */
  async verify(token: string, publishableKey: string, nowMs = Date.now()): Promise<TokenResult> {
    const [head, payload, signature] = token.split('.');
    const header = json(head);
    const claims = json(payload);
    if (!header || !claims || !head || !payload || !signature)
      return { valid: false, reason: 'malformed' };
    if (header.alg !== 'ES256') return { valid: false, reason: 'wrong_algorithm' };
    const key = await this.#keyOf(String(header.kid), nowMs);
    if (!key) return { valid: false, reason: 'unknown_key' };
    const signed = new TextEncoder().encode(`${head}.${payload}`);
    const good = await crypto.subtle.verify(
      { name: 'ECDSA', hash: 'SHA-256' },
      key,
      bytes(signature),
      signed,
    );
    return good
      ? this.#judge(claims, publishableKey, nowMs)
      : { valid: false, reason: 'bad_signature' };
  }

  #judge(
    { iss, aud, sub, exp, plan, mode }: Json,
    publishableKey: string,
    nowMs: number,
  ): TokenResult {
    if (iss !== this.#issuer) return { valid: false, reason: 'wrong_issuer' };
    if (aud !== publishableKey) return { valid: false, reason: 'wrong_audience' };
    if (typeof exp !== 'number' || exp + LEEWAY_SECONDS <= nowMs / 1000)
      return { valid: false, reason: 'expired' };
    if (
      typeof sub !== 'string' ||
      typeof plan !== 'string' ||
      (mode !== 'test' && mode !== 'live')
    ) {
      return { valid: false, reason: 'malformed' };
    }
    return { valid: true, customerId: sub, plan, mode, expiresAtMs: exp * 1000 };
  }

  async #keyOf(kid: string, nowMs: number): Promise<CryptoKey | null> {
    let jwk = await this.#find(kid, nowMs, KEEP_MS);
    jwk ??= await this.#find(kid, nowMs, REFETCH_MS);
    if (!jwk) return null;
    return crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'verify',
    ]);
  }

  async #find(kid: string, nowMs: number, maxAgeMs: number): Promise<Jwk | undefined> {
    if (!this.#keys || nowMs - this.#fetchedAtMs > maxAgeMs) {
      this.#fetchedAtMs = nowMs;
      this.#keys = this.#load();
      this.#keys.catch(() => (this.#keys = undefined));
    }
    return (await this.#keys).find((key) => key.kid === kid);
  }

  async #load(): Promise<Jwk[]> {
    const response = await this.#fetch(`${this.#issuer}/.well-known/jwks.json`, {
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`The keys cannot be fetched: HTTP ${response.status}.`);
    return ((await response.json()) as { keys: Jwk[] }).keys;
  }
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );
}

function json(part: string | undefined): Json | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes(part ?? '')));
    return typeof value === 'object' && value !== null ? (value as Json) : null;
  } catch {
    return null;
  }
}
