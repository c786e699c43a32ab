import type { Outage } from './unavailable.ts';

/** How to reach the edge. */
export interface DreamOptions {
  /** A secret key, sk_…. Never let it reach a page. */
  secretKey: string;
  /** Where the edge is; the hosted one unless told. */
  baseUrl?: string;
  /** A `fetch` of your own; the global one unless told. */
  fetch?: typeof fetch;
  /** How long one try may take; 10,000 unless told. */
  timeoutMs?: number;
  /** How often a call that may succeed later is tried again; 3 unless told, 0 for never. */
  maxRetries?: number;
  /** Sends calls of `usage.track` that overlap in one request; true unless told. */
  batch?: boolean;
  /** Told of each call the edge could not answer, and of what became of it. Must not throw. */
  onOutage?: (outage: Outage) => void;
  /** Allows a window and a document: for tests in a simulated browser, never for a page. */
  allowBrowser?: boolean;
}

/** Options that were checked. `baseUrl` has no slash at its end. */
export interface Settings {
  secretKey: string;
  baseUrl: string;
  fetch: typeof fetch;
  timeoutMs: number;
  maxRetries: number;
  batch: boolean;
  onOutage: ((outage: Outage) => void) | undefined;
}

const DEFAULT_BASE_URL = 'https://api.dream.dev';

/** Checks the options of `new Dream`. Throws a TypeError that says what to give instead. */
export function settingsOf(options: DreamOptions): Settings {
  const {
    secretKey,
    baseUrl = DEFAULT_BASE_URL,
    timeoutMs = 10_000,
    maxRetries = 3,
    batch = true,
    allowBrowser = false,
  } = options ?? {};
  if (!allowBrowser && isBrowser()) {
    throw new TypeError(
      'This is a browser. Everybody who opens the page could read the secret key: call dream from ' +
        'your server, and use the widgets with the publishable key here.',
    );
  }
  checkKey(secretKey);
  if (!/^https?:$/.test(protocolOf(baseUrl)))
    throw new TypeError('baseUrl must be an absolute URL, like https://api.example.com.');
  if (!Number.isFinite(timeoutMs) || timeoutMs <= 0)
    throw new TypeError('timeoutMs must be a number of milliseconds above 0.');
  if (!Number.isInteger(maxRetries) || maxRetries < 0)
    throw new TypeError('maxRetries must be a whole number, 0 or more.');
  return {
    secretKey,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    fetch: unbound(options.fetch),
    timeoutMs,
    maxRetries,
    batch,
    onOutage: options.onOutage,
  };
}

function checkKey(key: unknown): void {
  if (typeof key !== 'string' || key === '') {
    throw new TypeError(
      'Give a secret key: new Dream({ secretKey: process.env.DREAM_SECRET_KEY }). It is empty now.',
    );
  }
  if (key.startsWith('pk_')) {
    throw new TypeError(
      'This is a publishable key. A server calls with a secret key, sk_…; pk_… is for pages.',
    );
  }
  if (!/^sk_[\w-]+$/.test(key)) {
    throw new TypeError(
      'This is no secret key: it must be sk_… and nothing else. Look for a space, a line break or ' +
        'quotation marks around it.',
    );
  }
}

function protocolOf(url: unknown): string {
  try {
    return new URL(String(url)).protocol;
  } catch {
    return '';
  }
}

const isBrowser = (): boolean => 'window' in globalThis && 'document' in globalThis;

/** A platform's own `fetch` refuses to be called as the method of another object. */
function unbound(given: typeof fetch | undefined): typeof fetch {
  return (input, init) => (given ? given(input, init) : fetch(input, init));
}
