import { DreamError } from './errors.ts';
import type { Settings } from './options.ts';
import { mayRetry, retryAfterMs, waitMs } from './retry.ts';
import { webCrypto } from './web-crypto.ts';

/** One call of the API. */
export interface ApiCall {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: object;
  headers?: Readonly<Record<string, string>>;
  /** Every POST has one key for all its tries; made here unless given. */
  idempotencyKey?: string | undefined;
  /** Codes that are answers, not errors: they are not retried. */
  final?: readonly string[];
  /** Told before each further try, so that others need not wait for it. */
  onRetry?: (() => void) | undefined;
  /** Anybody may ask this: the secret key is not sent. */
  open?: true;
}

/** Makes calls: key, time limit, retries with one idempotency key, errors. */
export class ApiClient {
  readonly baseUrl: string;
  readonly #settings: Settings;

  /** Whether what may succeed later is tried again. */
  get retries(): boolean {
    return this.#settings.maxRetries > 0;
  }

  constructor(settings: Settings) {
    this.baseUrl = settings.baseUrl;
    this.#settings = settings;
  }

  /**
   * The JSON of a success. Throws `DreamError` for everything else, after the retries, and
   * TypeError for what cannot be sent. A PATCH or DELETE says what should be, so it may be repeated.
   */
  async call<T>(call: ApiCall): Promise<T> {
    const request = await this.#requestOf(call);
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once<T>(call.path, request);
      } catch (error) {
        const again =
          error instanceof DreamError &&
          tries <= this.#settings.maxRetries &&
          mayRetry(error, call.final ?? []);
        if (!again) throw error;
        call.onRetry?.();
        await pause(waitMs(tries, error.retryAfterMs, Math.random()));
      }
    }
  }

  /** Made once for all tries, outside of them: what is wrong with it is not a failure of the net. */
  async #requestOf(call: ApiCall): Promise<RequestInit> {
    const headers = new Headers();
    if (!call.open) headers.set('authorization', `Bearer ${this.#settings.secretKey}`);
    if (call.body) headers.set('content-type', 'application/json');
    if (call.method === 'POST') {
      const key = call.idempotencyKey ?? (await webCrypto()).randomUUID();
      setHeader(headers, 'idempotency-key', key);
    }
    for (const [name, value] of Object.entries(call.headers ?? {})) setHeader(headers, name, value);
    const body = call.body ? { body: JSON.stringify(call.body) } : {};
    return { method: call.method, headers, ...body };
  }

  async #once<T>(path: string, request: RequestInit): Promise<T> {
    const { fetch, timeoutMs } = this.#settings;
    let response: Response;
    let text: string;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      response = await fetch(this.baseUrl + path, { ...request, signal });
      text = await response.text();
    } catch (cause) {
      throw this.#noAnswer(cause);
    }
    const body = parsed(text);
    if (response.ok && body) return body as T;
    throw new DreamError(
      response.status,
      body ?? {
        error: 'Not an answer of the edge',
        message: `HTTP ${response.status} from ${this.baseUrl}. Check baseUrl.`,
      },
      retryAfterMs(response.headers.get('retry-after'), Date.now()),
    );
  }

  #noAnswer(cause: unknown): DreamError {
    const late = cause instanceof Error && cause.name === 'TimeoutError';
    const { timeoutMs } = this.#settings;
    const body = late
      ? {
          error: 'No answer in time',
          message: `${this.baseUrl} did not answer within ${timeoutMs} ms.`,
          code: 'timeout',
        }
      : {
          error: 'The edge cannot be reached',
          message: `No answer from ${this.baseUrl}.`,
          code: 'unreachable',
        };
    return new DreamError(0, body, null, cause);
  }
}

/** Other characters are changed or refused on their way, differently by each platform. */
function setHeader(headers: Headers, name: string, value: string): void {
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value))
    throw new TypeError(`${name} must be printable ASCII characters without spaces, at least one.`);
  headers.set(name, value);
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
