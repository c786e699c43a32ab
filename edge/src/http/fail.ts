import { ERRORS, type ErrorCode } from '@dream/contract/errors';

/** Fields an error answer carries besides the envelope, such as `usageCount` or `issues`. */
export type FailDetails = Readonly<Record<string, unknown>>;

/** An error a caller can cause. Status, title and advice come from the catalogue. */
export class Fail extends Error {
  override readonly name = 'Fail';
  readonly code: ErrorCode;
  readonly details: FailDetails;
  /** Seconds until a retry makes sense; sent as Retry-After. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, details: FailDetails = {}, retryAfterSeconds?: number) {
    super(ERRORS[code].title);
    this.code = code;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What an object answers: a value, or an error by its code. Classes do not survive RPC. */
export type Outcome<T> =
  | { ok: true; value: T }
  | { ok: false; code: ErrorCode; details?: FailDetails; retryAfterSeconds?: number };

export const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });

export const no = (code: ErrorCode, details: FailDetails = {}): Outcome<never> => ({
  ok: false,
  code,
  details,
});

/**
 * The code of what an object throws that was deleted, or never set up, and null of any other error.
 * Classes do not survive RPC, so such an object throws its code as the message.
 */
export function goneCode(error: unknown): 'project_not_found' | 'project_deleted' | null {
  const message = error instanceof Error ? error.message : null;
  return message === 'project_not_found' || message === 'project_deleted' ? message : null;
}

/**
 * Whether an object restarted instead of answering, for what it wrote could not be stored: nothing of
 * the call is. Only the runtime's words say so.
 */
export const wasReset = (error: unknown): boolean =>
  error instanceof Error && /\bobject (was|to be) reset\b/i.test(error.message);

/** The value of an outcome; throws its error as a `Fail`. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Fail(outcome.code, outcome.details, outcome.retryAfterSeconds);
}
