import { DreamError } from './errors.ts';

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
  /** How often a call that may succeed later is tried again; 3 unless told. */
  maxRetries?: number;
}

/** One call of the API. */
export interface ApiCall {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: object;
  headers?: Readonly<Record<string, string>>;
  /** Every POST has one key for all its tries; made here unless given. */
  idempotencyKey?: string;
  /** Codes that are answers, not errors: they are not retried. */
  final?: readonly string[];
}

const DEFAULT_BASE_URL = 'https://api.dream.dev';
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 8_000;

/** Makes calls: key, time limit, retries with one idempotency key, errors. */
export class ApiClient {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly #key: string;
  readonly #timeoutMs: number;
  readonly #maxRetries: number;

  constructor({
    secretKey,
    baseUrl = DEFAULT_BASE_URL,
    fetch: given,
    timeoutMs = 10_000,
    maxRetries = 3,
  }: DreamOptions) {
    if (typeof secretKey !== 'string' || !secretKey.startsWith('sk_')) {
      throw new TypeError(
        secretKey?.startsWith?.('pk_')
          ? 'This is a publishable key. The server calls with a secret key, sk_…; the publishable key is for pages.'
          : 'Give a secret key: new Dream({ secretKey: process.env.DREAM_SECRET_KEY }).',
      );
    }
    this.#key = secretKey;
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.fetch = given ?? ((input, init) => fetch(input, init));
    this.#timeoutMs = timeoutMs;
    this.#maxRetries = maxRetries;
  }

  /** The JSON of a success. Throws `DreamError` for everything else, after the retries. */
  async call<T>(call: ApiCall): Promise<T> {
    const key = call.method === 'POST' ? (call.idempotencyKey ?? crypto.randomUUID()) : undefined;
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once<T>(call, key);
      } catch (error) {
        if (!(error instanceof DreamError) || tries > this.#maxRetries || !mayRetry(error, call))
          throw error;
        await pause(error.retryAfterMs ?? backOffMs(tries));
      }
    }
  }

  async #once<T>(call: ApiCall, key: string | undefined): Promise<T> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.#key}`,
      ...call.headers,
    };
    if (call.body) headers['content-type'] = 'application/json';
    if (key !== undefined) headers['idempotency-key'] = key;
    let response: Response;
    let text: string;
    try {
      response = await this.fetch(this.baseUrl + call.path, {
        method: call.method,
        headers,
        signal: AbortSignal.timeout(this.#timeoutMs),
        ...(call.body ? { body: JSON.stringify(call.body) } : {}),
      });
      text = await response.text();
    } catch (cause) {
      const body = {
        error: 'The edge cannot be reached',
        message: `No answer from ${this.baseUrl}.`,
        code: 'unreachable',
      };
      throw new DreamError(0, body, null, cause);
    }
    const body = parsed(text);
    if (response.ok && body) return body as T;
    throw new DreamError(
      response.status,
      body ?? { error: 'Not an answer of the edge', message: `HTTP ${response.status}.` },
      retryAfterMs(response),
    );
  }
}

function mayRetry(error: DreamError, call: ApiCall): boolean {
  if (call.final?.includes(error.code)) return false;
  const passing =
    error.status === 0 ||
    error.status === 429 ||
    error.status >= 500 ||
    error.code === 'idempotency_in_flight';
  // A PATCH says what should be, and a DELETE of what is gone is a 404: both may be sent again.
  return passing && error.code !== 'provider_refused';
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function retryAfterMs(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, 60_000) : null;
}

/** Full jitter: callers that failed together do not come back together. */
const backOffMs = (tries: number): number =>
  Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
