/**
 * An answer that is an error, or no answer at all (`code` `unreachable` or `timeout`, `status` 0).
 * Not thrown for a refused `usage.track` and not for a bad token in `verifyToken`: those are answers
 * and come back as values. What can be seen to be wrong before a call is a TypeError.
 */
export class DreamError extends Error {
  override readonly name = 'DreamError';
  /** Stable name of the error; `docs` explains it. `unknown` if the answer was not the edge's. */
  readonly code: string;
  /** HTTP status of the answer; 0 if there was none. */
  readonly status: number;
  /** What went wrong, in a few words. `message` is this and the advice. */
  readonly title: string;
  /** What to do about it. */
  readonly advice: string;
  /** A page that explains the code. */
  readonly docs: string | null;
  /** Names the call in the logs of the edge. */
  readonly requestId: string | null;
  /** Other fields of the answer, such as `issues` or `customerId`. */
  readonly details: Readonly<Record<string, unknown>>;
  /** How long to wait before a retry, if the edge said so. */
  readonly retryAfterMs: number | null;

  constructor(
    status: number,
    body: Readonly<Record<string, unknown>>,
    retryAfterMs: number | null,
    cause?: unknown,
  ) {
    const { error, message, code, docs, requestId, ...details } = body;
    const [title, advice] = [textOr(error, 'Error'), textOr(message, '')];
    super(advice ? `${title}: ${advice}` : title, cause === undefined ? {} : { cause });
    this.code = textOr(code, 'unknown');
    this.status = status;
    this.title = title;
    this.advice = advice;
    this.docs = textOr(docs, null);
    this.requestId = textOr(requestId, null);
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }
}

function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise;
}
