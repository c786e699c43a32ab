import { type Limiter, createLimiter } from './limits.ts';

/** How the stand-in misbehaves on request: not at all, hung up, answering 500, or late. */
export interface Outage {
  mode: 'none' | 'down' | 'errors' | 'slow';
  /** How late a `slow` answer comes. */
  delayMs: number;
}

/** What the control API turns on and off; in memory, so a restart heals everything. */
export interface Switches {
  outage: Outage;
  limiter: Limiter;
  reset(): void;
}

/** Everything healthy, limits off. */
export function createSwitches(nowMs: () => number): Switches {
  const limiter = createLimiter(nowMs);
  return {
    outage: { mode: 'none', delayMs: 0 },
    limiter,
    reset() {
      this.outage = { mode: 'none', delayMs: 0 };
      limiter.reset();
    },
  };
}
