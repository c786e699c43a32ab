/**
 * An answer that is an error, or no answer at all (`code: 'unreachable'`, `status: 0`). Not thrown
 * for a refused `usage.track`: being at the limit is an answer, and comes back as a value.
 */
export class DreamError extends Error {
  override readonly name = 'DreamError';
  /** Stable name of the error; `docs` explains it. */
  readonly code: string;
  readonly status: number;
  readonly docs: string | null;
  readonly requestId: string | null;
  /** Other fields of the answer, such as `issues` or `customerId`. */
  readonly details: Readonly<Record<string, unknown>>;
  /** How long to wait before a retry, if the edge said so. */
  readonly retryAfterMs: number | null;

  constructor(
    status: number,
    body: Record<string, unknown>,
    retryAfterMs: number | null,
    cause?: unknown,
  ) {
    const { error, message, code, docs, requestId, ...details } = body;
    super([error, message].filter(Boolean).join(': '), cause === undefined ? {} : { cause });
    this.code = typeof code === 'string' ? code : 'unknown';
    this.status = status;
    this.docs = typeof docs === 'string' ? docs : null;
    this.requestId = typeof requestId === 'string' ? requestId : null;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }
}
