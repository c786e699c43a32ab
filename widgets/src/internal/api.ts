/** How long a page waits for one answer. */
const TIMEOUT_MS = 20_000;

/** What is known of an error: the API's envelope, or as much of it as there is. */
interface Envelope {
  code?: string;
  message?: string;
  [extra: string]: unknown;
}

/** An error of the API, or of the way to it (`unreachable`). `message` says what to do. */
export class DreamError extends Error {
  override readonly name = 'DreamError';
  readonly code: string;
  readonly status: number;
  /** The answer as it was; some codes say more in it. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Envelope) {
    super(body.message ?? 'The answer could not be read.');
    this.code = body.code ?? 'unreadable_answer';
    this.status = status;
    this.details = body;
  }
}

/** What is thrown as the one kind of error elements show. */
export function toDreamError(error: unknown): DreamError {
  if (error instanceof DreamError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DreamError(0, { code: 'unreachable', message });
}

/** Codes that say the session is over for good. */
const OVER = new Set(['session_ended', 'token_invalid', 'customer_not_found']);

/** Whether an error says that the session is over, and not only that it could not be asked about. */
export const isOver = (error: unknown): boolean =>
  error instanceof DreamError && OVER.has(error.code);

/**
 * Calls the edge for a page. Without a token the request needs no preflight: the publishable key is
 * in the query and the body is sent as plain text.
 */
export class Api {
  readonly base: string;
  readonly publishableKey: string;

  constructor(base: string, publishableKey: string) {
    this.base = base;
    this.publishableKey = publishableKey;
  }

  /** The address of a path of the API, with the key. */
  url(path: string): string {
    const joint = path.includes('?') ? '&' : '?';
    return `${this.base}/api/${path}${joint}pk=${encodeURIComponent(this.publishableKey)}`;
  }

  get<T>(path: string, token?: string): Promise<T> {
    return this.#call(path, { method: 'GET' }, token);
  }

  post<T>(path: string, body: object, token?: string, botCheck?: string | null): Promise<T> {
    return this.#call(path, { method: 'POST', body: JSON.stringify(body) }, token, botCheck);
  }

  /** Changes something of the signed-in customer. */
  send<T>(
    method: 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body: object | undefined,
    token: string,
  ): Promise<T> {
    return this.#call(path, { method, body: JSON.stringify(body) }, token);
  }

  async #call<T>(
    path: string,
    init: RequestInit,
    token?: string,
    botCheck?: string | null,
  ): Promise<T> {
    const response = await fetch(this.url(path), {
      ...init,
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(botCheck ? { 'x-dream-turnstile': botCheck } : {}),
      },
    });
    // What breaks off is no answer.
    const body = (await response.json().catch(() => null)) as (T & Envelope) | null;
    if (!response.ok || !body) throw new DreamError(response.status, body ?? {});
    return body;
  }
}
