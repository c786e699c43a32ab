import { describe, expect, it } from 'vitest';
import { DreamError } from './errors.ts';
import { mayRetry, retryAfterMs, waitMs } from './retry.ts';

const error = (status: number, code: string, retryAfter: number | null = null): DreamError =>
  new DreamError(status, { error: 'Title', message: 'Advice', code }, retryAfter);

describe('mayRetry', () => {
  it.each([
    [0, 'unreachable'],
    [0, 'timeout'],
    [429, 'rate_limited'],
    [500, 'internal_error'],
    [503, 'provider_unavailable'],
    [409, 'idempotency_in_flight'],
  ])('repeats after %i %s', (status, code) => {
    expect(mayRetry(error(status, code), [])).toBe(true);
  });

  it.each([
    [200, 'unknown'],
    [400, 'invalid_request'],
    [401, 'key_invalid'],
    [403, 'limit_reached'],
    [404, 'customer_not_found'],
    [409, 'idempotency_conflict'],
    [502, 'provider_refused'],
  ])('does not repeat after %i %s, which would be answered the same', (status, code) => {
    expect(mayRetry(error(status, code), [])).toBe(false);
  });

  it('takes a final code as the answer', () => {
    expect(mayRetry(error(429, 'rate_limited'), ['rate_limited'])).toBe(false);
  });

  it('gives up at once when it would have to wait longer than half a minute', () => {
    expect(mayRetry(error(429, 'rate_limited', 30_000), [])).toBe(true);
    expect(mayRetry(error(429, 'rate_limited', 31_000), [])).toBe(false);
  });
});

describe('waitMs', () => {
  it('doubles the longest wait with each try, up to eight seconds', () => {
    expect([1, 2, 3, 6, 7, 30].map((tries) => waitMs(tries, null, 1))).toEqual([
      200, 400, 800, 6400, 8000, 8000,
    ]);
  });

  it('takes any part of it by chance, down to nothing', () => {
    expect([0, 0.5].map((random) => waitMs(2, null, random))).toEqual([0, 200]);
  });

  it('never waits less than the edge asked for', () => {
    expect(waitMs(1, 5000, 0)).toBe(5000);
    expect(waitMs(1, 5000, 1)).toBe(5200);
  });
});

describe('retryAfterMs', () => {
  const nowMs = Date.UTC(2026, 10, 1);
  it.each([
    [null, null],
    ['', null],
    ['soon', null],
    ['0', 0],
    ['7', 7000],
    ['-7', 0],
    ['Sun, 01 Nov 2026 00:00:09 GMT', 9000],
    ['Sat, 31 Oct 2026 00:00:00 GMT', 0],
  ])('reads %j as %j', (header, ms) => {
    expect(retryAfterMs(header, nowMs)).toBe(ms);
  });
});
