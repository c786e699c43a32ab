const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;

/**
 * Waits between tries, in seconds, three days in all.
 * Source: Standard Webhooks, "Deliverability and reliability".
 */
const WAITS_SECONDS = [
  5,
  5 * MINUTE_SECONDS,
  30 * MINUTE_SECONDS,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR_SECONDS),
];

/** Up to this share is added to a wait, so that what failed together is not tried together again. */
const JITTER = 0.1;

/** An endpoint to which nothing arrived for this long is switched off. */
const FAILING_MS = 5 * 86_400_000;

/**
 * When what failed `tries` times is tried again, or null when it had its last try. `chance`, from 0 to
 * 1, spreads the tries.
 */
export function nextTryMs(tries: number, chance: number, nowMs: number): number | null {
  const wait = WAITS_SECONDS[tries - 1];
  return wait === undefined ? null : nowMs + Math.round(wait * 1000 * (1 + JITTER * chance));
}

/** Whether an endpoint that failed since then, without a success in between, has failed enough. */
export const hasFailedEnough = (sinceMs: number, nowMs: number): boolean =>
  nowMs - sinceMs >= FAILING_MS;
