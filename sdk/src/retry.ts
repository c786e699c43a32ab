import type { DreamError } from './errors.ts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 8_000;
/** Who would have to wait longer is told at once instead. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/**
 * Whether the same call, sent again, may succeed: no answer, 5xx, 429, or a first try of ours that
 * is still running. Never for other 4xx. Codes in `final` are answers, whatever their status.
 */
export function mayRetry(error: DreamError, final: readonly string[]): boolean {
  if (final.includes(error.code) || error.code === 'provider_refused') return false;
  if ((error.retryAfterMs ?? 0) > LONGEST_RETRY_AFTER_MS) return false;
  const { status, code } = error;
  return status === 0 || status === 429 || status >= 500 || code === 'idempotency_in_flight';
}

/**
 * How long to wait after try number `tries`: what the edge asked for, and a random part of a doubling
 * time on top (full jitter), so that callers that failed together do not come back together.
 * `random` is from 0 to 1.
 */
export function waitMs(tries: number, retryAfterMs: number | null, random: number): number {
  return (retryAfterMs ?? 0) + random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
}

/** `Retry-After` in milliseconds; it is a number of seconds or a date. Null if it is neither. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
