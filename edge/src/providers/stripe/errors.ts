import { Stripe } from 'stripe';
import { Fail } from '../../http/fail.ts';

/** How long Stripe may take for one of our verbs, its own retry included. */
export const TIMEOUT_MS = 10_000;

/** When a call that Stripe did not answer may well be tried again. */
const RETRY_AFTER_SECONDS = 5;

const unavailable = () =>
  new Fail('provider_unavailable', { provider: 'stripe' }, RETRY_AFTER_SECONDS);

/** What Stripe says of an account that took its permission back, or never gave it. */
const ACCOUNT_GONE = new Set(['account_invalid', 'platform_account_required']);

/**
 * Runs a verb: its errors become ours, and after 10 s it is given up as `provider_unavailable`.
 * Repeating a verb that was given up is safe, because every write carries an idempotency key.
 */
export async function asked<T>(verb: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable()), TIMEOUT_MS);
  });
  const answer = verb();
  // One that is given up may still fail later; nobody is there to hear it.
  answer.catch(() => {});
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    throw translated(error);
  } finally {
    clearTimeout(timer);
  }
}

/** An error of the provider as a `Fail`. Anything that is not one is thrown on as our bug. */
export function translated(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const { code, statusCode = 0 } = error;
  if (code !== undefined && ACCOUNT_GONE.has(code)) return new Fail('stripe_not_connected');
  const passing =
    error instanceof Stripe.errors.StripeConnectionError ||
    statusCode >= 500 ||
    statusCode === 429 ||
    statusCode === 409;
  if (passing) return unavailable();
  return new Fail('provider_refused', { provider: 'stripe', reason: reasonOf(error) });
}

/** Whether Stripe does not know the object, or knows that it was deleted. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeError && error.code === 'resource_missing';

/** Whether an error says something about the request, so that repeating it is of no use. */
export const isRefusal = (error: unknown): error is Stripe.errors.StripeError =>
  error instanceof Stripe.errors.StripeInvalidRequestError;

/** The reason a developer or a customer is told. What concerns our own key stays with us. */
function reasonOf(error: Stripe.errors.StripeError): string {
  if (error instanceof Stripe.errors.StripeAuthenticationError) return 'authentication';
  if (error instanceof Stripe.errors.StripeCardError)
    return error.decline_code || error.code || 'card_declined';
  return error.message.slice(0, 300);
}
