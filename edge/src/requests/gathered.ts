import type { Refused } from './refused.ts';

/** The most calls of an environment that one isolate hands on at once; others are counted only. */
export const MOST_AT_ONCE = 100;
/** The most environments whose refusals an isolate gathers at the same time. */
const MOST_PLACES = 500;
/** A gathering older than this has nobody left who would hand it on. */
const LOST_AFTER_MS = 30_000;

/** What was gathered of an environment. */
export interface Gathering {
  refused: Refused[];
  droppedCalls: number;
}

type Open = Gathering & { sinceMs: number };

/**
 * Refused calls that wait to be handed on, by environment. Whoever opens a gathering takes it when its
 * time has come; all others only add to it, so that each environment hears of a flood once in a while.
 */
export class Gathered {
  readonly #open = new Map<string, Open>();

  /** Adds a call. Whether the caller has opened a gathering, and is to take it. */
  add(place: string, refused: Refused, nowMs: number): boolean {
    const known = this.#open.get(place);
    const isNew = !known || nowMs - known.sinceMs > LOST_AFTER_MS;
    if (isNew && !known && this.#open.size >= MOST_PLACES) return false;
    const open = known ?? { refused: [], droppedCalls: 0, sinceMs: nowMs };
    if (isNew) open.sinceMs = nowMs;
    if (open.refused.length < MOST_AT_ONCE) open.refused.push(refused);
    else open.droppedCalls++;
    this.#open.set(place, open);
    return isNew;
  }

  /** What was gathered, which is the caller's from here on. */
  take(place: string): Gathering {
    const open = this.#open.get(place);
    this.#open.delete(place);
    return { refused: open?.refused ?? [], droppedCalls: open?.droppedCalls ?? 0 };
  }
}
