import type { WebhookEvent } from './types.ts';
import { webCrypto } from './web-crypto.ts';

/** A webhook that came from your project, or why it must not be believed. */
export type WebhookResult =
  | { valid: true; event: WebhookEvent }
  | {
      valid: false;
      reason: 'missing_headers' | 'malformed' | 'bad_signature' | 'too_old' | 'too_new';
    };

/** How old a webhook may be. */
export interface WebhookOptions {
  /** Seconds its time may differ from the clock here; 300 unless told. */
  toleranceSeconds?: number;
}

/** The headers of a request: of `fetch`, or the object Node and Express have. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Verifies a webhook (Standard Webhooks 1.0) offline. `payload` is the body as it came, before
 * anything parsed it; `secret` the `whsec_…` of the endpoint, or several. One signature that fits one
 * secret is enough, so a rotation drops nothing. A bad webhook is a value; a secret that is none, and
 * a payload that was parsed already, is a TypeError.
 */
export async function verifyWebhook(
  payload: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  { toleranceSeconds = 300 }: WebhookOptions = {},
): Promise<WebhookResult> {
  const keys = (typeof secret === 'string' ? [secret] : secret).map(keyBytes);
  if (keys.length === 0) throw new TypeError('Pass the secret of the endpoint, "whsec_…".');
  const body = bodyBytes(payload);
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
    headerOf(headers, `webhook-${name}`),
  );
  if (!id || !timestamp || !signatures) return { valid: false, reason: 'missing_headers' };
  if (!/^\d{1,15}$/.test(timestamp)) return { valid: false, reason: 'malformed' };
  if (!(await isSigned(joined(`${id}.${timestamp}.`, body), signatures, keys)))
    return { valid: false, reason: 'bad_signature' };
  const ageSeconds = Date.now() / 1000 - Number(timestamp);
  if (ageSeconds > toleranceSeconds) return { valid: false, reason: 'too_old' };
  if (ageSeconds < -toleranceSeconds) return { valid: false, reason: 'too_new' };
  const event = eventOf(body);
  return event ? { valid: true, event } : { valid: false, reason: 'malformed' };
}

/** Of the signatures sent along those of version 1 count, the first few at most. */
const MOST_SIGNATURES = 10;

/** Whether one of the signatures was made with one of the keys. WebCrypto compares in constant time. */
async function isSigned(
  signed: Bytes,
  signatures: string,
  keys: readonly Bytes[],
): Promise<boolean> {
  const { subtle } = await webCrypto();
  const candidates = signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .slice(0, MOST_SIGNATURES)
    .flatMap((signature) => decoded(signature.slice(3)) ?? []);
  const imported = await Promise.all(
    keys.map((key) =>
      subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']),
    ),
  );
  const tried = imported.flatMap((key) =>
    candidates.map((candidate) => subtle.verify('HMAC', key, candidate, signed)),
  );
  return (await Promise.all(tried)).includes(true);
}

function keyBytes(secret: unknown): Bytes {
  const key =
    typeof secret === 'string' && secret.startsWith('whsec_') ? decoded(secret.slice(6)) : null;
  if (!key) throw new TypeError('Pass the secret of the endpoint as it was shown, "whsec_…".');
  return key;
}

function bodyBytes(payload: unknown): Bytes {
  if (typeof payload === 'string') return joined(payload, new Uint8Array());
  if (payload instanceof Uint8Array) return joined('', payload);
  throw new TypeError('Pass the body as it came, as text or bytes, before anything parses it.');
}

/** A header by its name in lower case, whatever the case it came in. */
function headerOf(headers: WebhookHeaders, name: string): string | null {
  if ('get' in headers && typeof headers.get === 'function') return headers.get(name);
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : null;
}

function joined(head: string, body: Uint8Array): Bytes {
  const start = new TextEncoder().encode(head);
  const all = new Uint8Array(start.length + body.length);
  all.set(start);
  all.set(body, start.length);
  return all;
}

/** Base64 as Standard Webhooks has it; null for anything else, and for nothing. */
function decoded(text: string): Bytes | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

function eventOf(body: Bytes): WebhookEvent | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    const isEvent = typeof value === 'object' && value !== null && 'type' in value;
    return isEvent ? (value as WebhookEvent) : null;
  } catch {
    return null;
  }
}
