import type { Store } from './store.ts';

/** The sandbox's time: the machine's, moved forward by what tests and demos ask for. */
export interface Clock {
  nowMs(): number;
  advance(ms: number): void;
  reset(): void;
}

/** A clock whose offset is kept in the store. */
export function createClock(store: Store): Clock {
  const offsetMs = store.value('clock.offsetMs', 0);
  return {
    nowMs: () => Date.now() + offsetMs.get(),
    advance: (ms) => offsetMs.set(offsetMs.get() + ms),
    reset: () => offsetMs.set(0),
  };
}
