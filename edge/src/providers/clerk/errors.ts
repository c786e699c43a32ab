import { Fail } from '../../http/fail.ts';

type ClerkError = { status?: number; errors?: readonly { code: string }[] };

/** Codes by which Clerk refuses a password itself, not the way it was sent. */
const PASSWORD_CODES = /^form_password_/;

/** What an error of Clerk means to our callers. An error that is our own fault is thrown on. */
export function translated(error: unknown): Error {
  const { status, errors } = error as ClerkError;
  if (errors?.some(({ code }) => PASSWORD_CODES.test(code))) return new Fail('password_rejected');
  if (status === undefined || status === 429 || status >= 500)
    return new Fail('provider_unavailable');
  return new Fail('provider_refused', { reason: errors?.[0]?.code ?? String(status) });
}

/** Whether Clerk says that what was asked for does not exist. */
export const isGone = (error: unknown): boolean => (error as ClerkError).status === 404;

/** Whether Clerk says that what was to be made exists already. */
export const isTaken = (error: unknown): boolean =>
  (error as ClerkError).errors?.some(({ code }) => code === 'duplicate_record') === true;
