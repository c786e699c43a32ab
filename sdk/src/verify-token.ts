import type { ApiClient } from './client.ts';
import { KeySet } from './key-set.ts';
import { webCrypto } from './web-crypto.ts';

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

/** What a token must have been made for. */
export interface TokenExpectation {
  /** The pk_… of the page the token comes from. Test and live have different ones. */
  publishableKey: string;
  /** The public URL of the edge, if your server reaches it by another; `baseUrl` unless told. */
  issuer?: string;
}

type Json = Record<string, unknown>;
type Bytes = Uint8Array<ArrayBuffer>;
interface Parts {
  header: Json;
  claims: Json;
  signed: Bytes;
  /** Null if it is no base64url, or missing. */
  signature: Bytes | null;
}

/** Clocks of two machines may differ by this much. */
const LEEWAY_SECONDS = 5;

/** Verifies access tokens without asking the edge, by its published keys. */
export class TokenVerifier {
  readonly #baseUrl: string;
  readonly #keys: KeySet;

  constructor(api: ApiClient) {
    this.#baseUrl = api.baseUrl;
    this.#keys = new KeySet(api);
  }

  /** A bad token is a value. Throws `DreamError` only when there are no keys to verify with. */
  async verify(
    token: string,
    { publishableKey, issuer = this.#baseUrl }: TokenExpectation,
  ): Promise<TokenResult> {
    if (typeof publishableKey !== 'string' || !publishableKey.startsWith('pk_'))
      throw new TypeError('Say whose token this must be: { publishableKey: "pk_…" }.');
    const parts = partsOf(token);
    if (!parts) return { valid: false, reason: 'malformed' };
    const { header, claims, signed, signature } = parts;
    if (header.alg !== 'ES256') return { valid: false, reason: 'wrong_algorithm' };
    if (!signature) return { valid: false, reason: 'malformed' };
    const nowMs = Date.now();
    const key = typeof header.kid === 'string' ? await this.#keys.find(header.kid, nowMs) : null;
    if (!key) return { valid: false, reason: 'unknown_key' };
    const { subtle } = await webCrypto();
    const good = await subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, signed);
    if (!good) return { valid: false, reason: 'bad_signature' };
    return judged(claims, publishableKey, issuer.replace(/\/+$/, ''), nowMs / 1000);
  }
}

function judged(
  { iss, aud, sub, exp, plan, mode }: Json,
  publishableKey: string,
  issuer: string,
  nowSeconds: number,
): TokenResult {
  if (iss !== issuer) return { valid: false, reason: 'wrong_issuer' };
  if (aud !== publishableKey) return { valid: false, reason: 'wrong_audience' };
  if (typeof exp !== 'number') return { valid: false, reason: 'malformed' };
  if (exp + LEEWAY_SECONDS <= nowSeconds) return { valid: false, reason: 'expired' };
  const known = mode === 'test' || mode === 'live';
  if (typeof sub !== 'string' || !sub.startsWith('cust_') || typeof plan !== 'string' || !known)
    return { valid: false, reason: 'malformed' };
  return { valid: true, customerId: sub, plan, mode, expiresAtMs: exp * 1000 };
}

/** Null for what is no token. Extensions marked as critical are not known here (RFC 7515). */
function partsOf(token: unknown): Parts | null {
  if (typeof token !== 'string') return null;
  const [head = '', payload = '', last = '', ...more] = token.split('.');
  const [header, claims] = [json(head), json(payload)];
  if (more.length > 0 || !header || !claims || 'crit' in header) return null;
  const signed = new TextEncoder().encode(`${head}.${payload}`);
  return { header, claims, signed, signature: bytes(last) };
}

/** Base64url without padding, as JWTs have it; null for anything else. */
function bytes(text: string): Bytes | null {
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) return null;
  const decoded = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(decoded, (char) => char.charCodeAt(0));
}

function json(part: string): Json | null {
  const decoded = bytes(part);
  if (!decoded) return null;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(decoded));
    return typeof value === 'object' && value !== null ? (value as Json) : null;
  } catch {
    return null;
  }
}
