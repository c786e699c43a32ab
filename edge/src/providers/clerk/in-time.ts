import { Fail } from '../../http/fail.ts';
import { translated } from './errors.ts';

/** How long Clerk may take; then the call fails as one that may be tried again. */
export const CLERK_TIMEOUT_MS = 5_000;

/** What Clerk answers in time. Every error of Clerk becomes a `Fail`. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Fail('provider_unavailable')), CLERK_TIMEOUT_MS);
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw error instanceof Fail ? error : translated(error);
  } finally {
    clearTimeout(timer);
  }
}
