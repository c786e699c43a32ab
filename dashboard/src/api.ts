/** Why the edge refused, or that it could not be reached (`status` 0, code `unreachable`). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly docs: string | null;
  readonly requestId: string | null;
  /** What is wrong with this very thing, in words of the edge or of Stripe. */
  readonly reason: string | null;
  /** What is wrong with which field, by its path. */
  readonly issues: readonly { path: string; message: string }[];

  constructor(status: number, body: Partial<Record<string, unknown>>) {
    super(textOf(body.message) ?? 'Something went wrong. Try again.');
    this.name = 'ApiError';
    this.status = status;
    this.code = textOf(body.code) ?? 'internal_error';
    this.title = textOf(body.error) ?? 'Something went wrong';
    this.docs = textOf(body.docs);
    this.requestId = textOf(body.requestId);
    this.reason = textOf(body.reason);
    this.issues = Array.isArray(body.issues) ? (body.issues as ApiError['issues']) : [];
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Any thrown thing as an ApiError; what is not one is a mistake of ours, and is said on the console. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  console.error(error);
  return new ApiError(0, { code: 'internal_error' });
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a call may say besides its path. */
export interface CallOptions {
  body?: object;
  /** A file, as it stands, in place of a body. */
  file?: Blob;
  signal?: AbortSignal | undefined;
  /** The same for tries of one intention, so that it happens once. Every POST has one. */
  idempotencyKey?: string;
  /** Reads an answer that is not JSON. */
  read?: (answer: Response) => Promise<unknown>;
}

/** Where the API is, who asks, and who wants to know that the session is over. */
export interface ApiTarget {
  edge: string;
  token: () => Promise<string | null>;
  onSessionLost: () => void;
  fetch?: typeof fetch;
}

/** The one way to ask the edge: gives the answer's JSON, or file, throws ApiError. An abort throws as it is. */
export type Call = <T>(method: Method, path: string, options?: CallOptions) => Promise<T>;

/** A `Call` in the name of whoever is signed in. */
export function createCall(target: ApiTarget): Call {
  const send = target.fetch ?? fetch;
  return async <T>(method: Method, path: string, options: CallOptions = {}): Promise<T> => {
    const token = await target.token();
    if (token === null) {
      target.onSessionLost();
      throw sessionLost();
    }
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (options.body) headers['content-type'] = 'application/json';
    if (method === 'POST')
      headers['idempotency-key'] = options.idempotencyKey ?? crypto.randomUUID();
    const init: RequestInit = {
      method,
      headers,
      ...(options.body ? { body: JSON.stringify(options.body) } : {}),
      ...(options.file ? { body: options.file } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    };
    const broken = (error: unknown): never => {
      if (options.signal?.aborted) throw error;
      throw unreachable();
    };
    const answer = await send(target.edge + path, init).catch(broken);
    if (answer.ok && options.read) return (await options.read(answer).catch(broken)) as T;
    // What breaks off is no answer, and what was asked for by a page that is gone is none either.
    if (answer.ok) return (await answer.json().catch(broken)) as T;
    const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
    const failure = new ApiError(answer.status, body);
    if (failure.status === 401) target.onSessionLost();
    throw failure;
  };
}

const sessionLost = () =>
  new ApiError(401, {
    code: 'session_ended',
    error: 'Signed out',
    message: 'Sign in to go on where you were.',
  });

const unreachable = () =>
  new ApiError(0, {
    code: 'unreachable',
    error: navigator.onLine ? 'dream cannot be reached' : 'You are offline',
    message: 'Check the connection and try again. Nothing was lost.',
  });
