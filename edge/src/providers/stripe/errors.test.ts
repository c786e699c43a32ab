import { Stripe } from 'stripe';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { asked, TIMEOUT_MS, translated } from './errors.ts';

afterEach(() => {
  vi.useRealTimers();
});

const { errors } = Stripe;

describe('an error of Stripe', () => {
  it.each([
    [
      'a lost connection',
      new errors.StripeConnectionError({ type: 'api_error' }),
      'provider_unavailable',
    ],
    [
      'an error on its side',
      new errors.StripeAPIError({ type: 'api_error', statusCode: 500 }),
      'provider_unavailable',
    ],
    [
      'a rate limit',
      new errors.StripeRateLimitError({ type: 'rate_limit_error', statusCode: 429 }),
      'provider_unavailable',
    ],
    [
      'the same call still running',
      new errors.StripeIdempotencyError({ type: 'idempotency_error', statusCode: 409 }),
      'provider_unavailable',
    ],
    [
      'an account that was disconnected',
      new errors.StripePermissionError({
        type: 'invalid_request_error',
        code: 'account_invalid',
        statusCode: 403,
      }),
      'stripe_not_connected',
    ],
    [
      'a wrong request',
      new errors.StripeInvalidRequestError({
        type: 'invalid_request_error',
        message: 'No such price',
        statusCode: 400,
      }),
      'provider_refused',
    ],
    [
      'a declined card',
      new errors.StripeCardError({ type: 'card_error', statusCode: 402 }),
      'provider_refused',
    ],
  ])('%s is %s to the caller', (_, error, code) => {
    expect(translated(error)).toMatchObject({ name: 'Fail', code });
  });

  it('tells why a card was declined', () => {
    const declined = new errors.StripeCardError({
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      statusCode: 402,
    });
    expect(translated(declined)).toMatchObject({ details: { reason: 'insufficient_funds' } });
  });

  it('about our own key says nothing of the key', () => {
    const error = new errors.StripeAuthenticationError({
      type: 'invalid_request_error',
      message: 'Invalid API Key provided: sk_live_1234',
      statusCode: 401,
    });
    expect(JSON.stringify(translated(error))).not.toContain('sk_live');
  });

  it('that is none is our bug and stays as it is', () => {
    const bug = new TypeError('x is undefined');
    expect(translated(bug)).toBe(bug);
  });
});

describe('a verb that gets no answer', () => {
  it('is given up as provider_unavailable when its time is over', async () => {
    vi.useFakeTimers();
    const outcome = asked(() => new Promise(() => {})).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
    expect(await outcome).toMatchObject({
      code: 'provider_unavailable',
      retryAfterSeconds: 5,
    });
  });
});
