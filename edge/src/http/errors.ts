import { ERRORS } from '@dream/contract/errors';
import type { ErrorBody } from '@dream/contract/respond';
import type { Context } from 'hono';
import type { AppEnv } from './call.ts';
import { Fail, goneCode, wasReset } from './fail.ts';
import { log } from './log.ts';

/** Answers every error in the one envelope. What is not a `Fail` is our bug: logged, and a 500. */
export function onError(error: Error, c: Context<AppEnv>, publicUrl: string): Response {
  const fail = failOf(error, c);
  const { status } = ERRORS[fail.code];
  const body = errorBody(fail, c.get('requestId'), publicUrl);
  if (fail.retryAfterSeconds !== undefined) c.header('Retry-After', String(fail.retryAfterSeconds));
  c.header('Cache-Control', 'no-store');
  return c.json(body, status as 400);
}

/** What callers are told of an error. */
export function errorBody(fail: Fail, requestId: string, publicUrl: string): ErrorBody {
  const { title, message } = ERRORS[fail.code];
  return {
    error: title,
    message,
    code: fail.code,
    docs: `${publicUrl}/docs/errors/${fail.code}`,
    requestId,
    ...fail.details,
  };
}

/** An error as a `Fail`; what is none is logged. */
export const failOf = (error: unknown, c: Context<AppEnv>): Fail =>
  error instanceof Fail
    ? error
    : unexpected(error instanceof Error ? error : new Error(String(error)), c);

function unexpected(error: Error, c: Context<AppEnv>): Fail {
  const gone = goneCode(error);
  if (gone !== null) return new Fail(gone);
  // An object that restarts or is overloaded refuses calls in a way that says to try again.
  const retryable = ('retryable' in error && error.retryable === true) || wasReset(error);
  log('error', {
    requestId: c.get('requestId'),
    event: 'request.failed',
    path: c.req.routePath,
    error: `${error.name}: ${error.message}`,
  });
  return new Fail(retryable ? 'temporarily_unavailable' : 'internal_error');
}
