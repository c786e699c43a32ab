import { faults } from './errors.ts';

/** Clerk's published limits of the Frontend API, per instance and visitor address. */
const RULES = {
  create: { max: 5, windowMs: 10_000 },
  attempt: { max: 3, windowMs: 10_000 },
} as const;

/** Counts what visitors do and refuses the excess, as Clerk does. Off until switched on. */
export interface Limiter {
  enabled: boolean;
  /** Counts one action; throws `too_many_requests` with the seconds to wait when over. */
  count(action: keyof typeof RULES, instanceId: string, address: string): void;
  reset(): void;
}

/** A limiter that is off, so that a test run from one address is not slowed down. */
export function createLimiter(nowMs: () => number): Limiter {
  const seen = new Map<string, number[]>();
  return {
    enabled: false,
    count(action, instanceId, address) {
      if (!this.enabled) return;
      const { max, windowMs } = RULES[action];
      const key = `${action} ${instanceId} ${address}`;
      const recent = (seen.get(key) ?? []).filter((atMs) => nowMs() - atMs < windowMs);
      const oldest = recent[0];
      if (recent.length >= max && oldest !== undefined) {
        throw faults.tooManyRequests(Math.ceil((oldest + windowMs - nowMs()) / 1000));
      }
      seen.set(key, [...recent, nowMs()]);
    },
    reset() {
      this.enabled = false;
      seen.clear();
    },
  };
}
