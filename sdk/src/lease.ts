import { later } from './background.ts';
import { DreamError } from './errors.ts';
import type { Holder, HoldSize, HoldsApi, LocalHold } from './holds.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import type { Usage } from './types.ts';
import type { OnUnavailable } from './unavailable.ts';

/**
 * What to take units of, and how many at a time. `feature` is "requests" unless told. With a `token` it
 * gets more for as long as the token is valid.
 */
export type LeaseInput = Holder & LeaseSize & LeaseRules;

/** When a lease ends, and what it answers when nobody else does. */
export interface LeaseRules {
  /** Closes the lease when it is aborted. */
  signal?: AbortSignal;
  /** What `admit` answers when the edge cannot be reached; it throws unless told. */
  onUnavailable?: OnUnavailable;
}

/** How a lease is kept full. */
export interface LeaseSize {
  /** Units asked for at a time. */
  size: number;
  /** More is asked for when this part of the units, or of the time, is left: 0.25 unless told. */
  renewAt?: number;
  /** How long units may stay here unused, 1 to 60; 60 unless told. */
  seconds?: number;
}

/** Whether units may be used: they are, or why not. */
export type LeaseAnswer = { allowed: true; queued?: true } | Refusal;

/** How a lease behaves for whoever keeps it. */
interface Keeper {
  /** Ends by itself when nothing was taken from a whole hold. */
  endsIdle: boolean;
  /** Told once, when it begins to close; it is closed when `done` is. */
  onClose: (done: Promise<void>) => void;
  /** What to answer when the edge could not say; throws the error if there is nothing to. */
  failed: (error: unknown, units: number) => Promise<LeaseAnswer>;
}

const ALLOWED: LeaseAnswer = Object.freeze({ allowed: true });
/** After a "no" or a failure the edge is left alone for a while; `Retry-After` can make it longer. */
const ASK_AGAIN_MS = 1000;
/** The units of such a hold are settled, by us or by its end. */
export const GONE: ReadonlySet<string> = new Set([
  'hold_expired',
  'hold_settled',
  'hold_not_found',
]);

/**
 * Units of one customer, granted by the edge and spent here without asking. More is asked for in the
 * background before they run low or end, so one call to the edge pays for `size` units. Never spends
 * what was not granted, nor anything past its end. What a crash leaves unreported counts as used.
 */
export class Lease {
  // What each `take` reads comes first, side by side in memory.
  #current: LocalHold | null = null;
  /** Granted ahead, so that nobody waits while more is asked for. */
  #next: LocalHold | null = null;
  readonly #holds: HoldsApi;
  readonly #holder: Holder;
  readonly #size: number;
  readonly #seconds: number | undefined;
  readonly #renewAt: number;
  readonly #keeper: Keeper;
  /** Used up, and still to be settled: with the next grant, in one call. */
  #spent: LocalHold | null = null;
  #asking: Promise<void> | null = null;
  #refusal: Refusal | null = null;
  #error: unknown = null;
  /** How many units were not to be had, and until when that is not asked again. */
  #refusedUnits = Infinity;
  #askAgainMs = 0;
  #usage: Usage | null = null;
  #stopTimer = () => {};
  #closing: Promise<void> | null = null;

  /** Asks for nothing yet. Throws TypeError for a size, a part or a time that cannot be. */
  constructor(holds: HoldsApi, input: Holder & LeaseSize, keeper: Keeper) {
    const { size, renewAt = 0.25, seconds, ...holder } = input;
    checkUnits(size, 'size');
    if (!(renewAt >= 0 && renewAt < 1)) throw new TypeError('renewAt must be 0 or more, below 1.');
    this.#holds = holds;
    this.#holder = holder;
    this.#size = size;
    this.#seconds = seconds;
    this.#renewAt = renewAt;
    this.#keeper = keeper;
  }

  /**
   * Uses units that are here, or says that it cannot: then nothing was used, and more is on its way
   * unless the edge refused. Makes no call and waits for nothing.
   */
  take(units = 1): boolean {
    if (!(Number.isSafeInteger(units) && units > 0)) checkUnits(units, 'units');
    const hold = this.#current;
    if (hold === null || !hold.take(units)) return this.#takeAcross(units);
    if (this.#next === null && hold.left <= hold.lowUnits) this.#fill(1);
    return true;
  }

  /**
   * Uses units, waiting for more if they are not here. A refusal is a value. When the edge cannot be
   * reached `onUnavailable` tells; without it, and for any other answer, throws `DreamError`. Throws
   * TypeError once the lease is closed.
   */
  async admit(units = 1): Promise<LeaseAnswer> {
    for (;;) {
      if (this.take(units)) return ALLOWED;
      if (this.#closing) throw new TypeError('This lease is closed.');
      if (this.#asking) await this.#asking;
      else if (this.#refusal) return this.#refusal;
      else return this.#keeper.failed(this.#error, units);
    }
  }

  /** Units that are here. */
  get remaining(): number {
    return liveUnits(this.#current) + liveUnits(this.#next);
  }

  /** How long the units that are spent now last yet; 0 when there are none. */
  get expiresInMs(): number {
    return this.#current?.endsInMs ?? 0;
  }

  /** Why the edge granted no more when it was last asked, or null. What is here may still be used. */
  get refusal(): Refusal | null {
    return this.#refusal;
  }

  /** Why the last call to the edge failed, or null: `take` cannot throw it. */
  get error(): unknown {
    return this.#error;
  }

  /** The customer's usage as the edge last told it. */
  get usage(): Usage | null {
    return this.#usage;
  }

  /** A call to the edge is under way. */
  get isAsking(): boolean {
    return this.#asking !== null;
  }

  /** Nothing was taken from what is here, or nothing is here. */
  get isIdle(): boolean {
    return this.#current === null || this.#current.used === 0;
  }

  /** Asks for the first units. Throws what else than a refusal comes back. */
  async open(): Promise<void> {
    this.#fill(1);
    await this.#asking;
    if (this.#error !== null) throw this.#error;
  }

  /**
   * Counts what was used and gives the rest back; from now on nothing is allowed. Safe to repeat.
   * Throws `DreamError` when that could not be said: then the edge counts all of it as used.
   */
  close(): Promise<void> {
    if (this.#closing === null) {
      this.#closing = this.#close();
      this.#keeper.onClose(this.#closing);
    }
    return this.#closing;
  }

  /** It was closed, or ended by itself. */
  get isClosed(): boolean {
    return this.#closing !== null;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#stopTimer();
    const held = [this.#spent, this.#current, this.#next];
    this.#spent = this.#current = this.#next = null;
    await this.#asking;
    // What was granted meanwhile, and what the call under way did not get to settle.
    held.push(this.#spent, this.#current, this.#next);
    this.#spent = this.#current = this.#next = null;
    const live = held.filter((hold) => hold !== null);
    await Promise.all(live.map((hold) => this.#settle(hold)));
  }

  /** The way of what does not fit in the hold that is spent now. */
  #takeAcross(units: number): boolean {
    if (this.#closing) return false;
    this.#advance();
    const [current, next] = [this.#current, this.#next];
    const here = liveUnits(current);
    const missing = units - here - liveUnits(next);
    if (current === null || missing > 0) {
      this.#fill(Math.max(1, missing));
      return false;
    }
    const first = Math.min(units, here);
    // Time passes even between these two: what was taken of the first is lost then, not doubled.
    const isTaken = current.take(first) && (first === units || next?.take(units - first) === true);
    this.#advance();
    if (this.#next === null) this.#fill(1);
    return isTaken;
  }

  /** Puts away what is used up or over, and goes on with what was granted ahead. */
  #advance(): void {
    for (let hold = this.#current; hold !== null && liveUnits(hold) === 0; hold = this.#current) {
      if (hold.left > 0 || this.#spent !== null) void this.#settle(hold).catch(() => {});
      else this.#spent = hold;
      this.#current = this.#next;
      this.#next = null;
      this.#watch();
    }
  }

  /** Asks for more in the background, unless that is under way or was answered just now. */
  #fill(need: number): void {
    if (this.#asking !== null || this.#closing !== null) return;
    if (need >= this.#refusedUnits && performance.now() < this.#askAgainMs) return;
    this.#asking = this.#attempt(() => this.#more(need));
  }

  /** Never rejects: what goes wrong is for `admit` and `error` to say. */
  async #attempt(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      this.#refusal = null;
      this.#error = error;
      this.#waitBefore(1, error instanceof DreamError ? error.retryAfterMs : null);
    }
    this.#asking = null;
    this.#watch();
  }

  /** One more hold: with the settlement of the one that is used up, if there is one. */
  async #more(need: number): Promise<void> {
    this.#advance();
    const spent = this.#spent;
    this.#spent = null;
    const isLive = spent !== null && spent.endsInMs > 0;
    let hold = isLive ? await this.#renewed(spent, need) : await this.#granted(need);
    // At the end of a period a hold may last no longer than its answer takes; the next one does.
    if (hold?.endsInMs === 0) hold = await this.#insteadOf(hold, need);
    if (hold?.endsInMs === 0) throw this.#late(hold);
    if (hold) this.#place(hold);
  }

  #insteadOf(over: LocalHold, need: number): Promise<LocalHold | null> {
    this.#settle(over).catch(() => {});
    return this.#granted(need);
  }

  /** Asking on would use up the customer's units for nothing. */
  #late(over: LocalHold): DreamError {
    this.#settle(over).catch(() => {});
    const message = 'The units were over before they came. Let them last longer.';
    return new DreamError(0, { error: 'No answer in time', message, code: 'timeout' }, null);
  }

  /** Null when it was refused. */
  async #granted(need: number): Promise<LocalHold | null> {
    try {
      const { hold, usage } = await this.#holds.grant(this.#holder, this.#ask(need));
      this.#usage = usage;
      return hold;
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      this.#refused(refusal, need);
      return null;
    }
  }

  /** Settles a hold and takes the next. Nothing may be taken from it any more. */
  async #renewed(old: LocalHold, need: number): Promise<LocalHold | null> {
    try {
      const { hold, refusal, usage } = await this.#holds.renew(old.id, old.used, this.#ask(need));
      this.#usage = usage;
      if (refusal) this.#refused(refusal, need);
      return hold;
    } catch (error) {
      if (error instanceof DreamError && GONE.has(error.code)) return this.#granted(need);
      // Whether or not it was settled: the same may be said again, here or when this is closed.
      this.#spent ??= old;
      throw error;
    }
  }

  #ask(need: number): HoldSize {
    const amount = Math.max(this.#size, need);
    const size = { amount, atLeast: need, lowPart: this.#renewAt };
    return this.#seconds === undefined ? size : { ...size, seconds: this.#seconds };
  }

  #refused(refusal: Refusal, need: number): void {
    this.#refusal = refusal;
    this.#error = null;
    this.#waitBefore(need, refusal.retryAfterMs);
  }

  /** A refused ask for fewer units is not asked again for more; after a failure, for none. */
  #waitBefore(units: number, retryAfterMs: number | null): void {
    this.#refusedUnits = units;
    this.#askAgainMs = performance.now() + Math.max(ASK_AGAIN_MS, retryAfterMs ?? 0);
  }

  #place(hold: LocalHold): void {
    this.#refusal = null;
    this.#error = null;
    this.#refusedUnits = Infinity;
    if (this.#closing === null) this.#advance();
    if (this.#current === null) this.#current = hold;
    else this.#next = hold;
  }

  /** Looks after what is here before it ends. */
  #watch(): void {
    this.#stopTimer();
    const hold = this.#current;
    if (hold === null || this.#closing) return;
    const dueInMs = hold.endsInMs - hold.lastsMs * this.#renewAt;
    const calmMs = this.#refusedUnits === 1 ? this.#askAgainMs - performance.now() : 0;
    this.#stopTimer = later(() => this.#due(hold), Math.max(0, dueInMs, calmMs));
  }

  #due(hold: LocalHold): void {
    // A call under way looks after this when it is over.
    if (this.#asking || this.#closing || this.#current !== hold) return;
    if (this.#keeper.endsIdle && hold.used === 0) return void this.close().catch(() => {});
    if (hold.endsInMs > 0) this.#asking = this.#attempt(() => this.#turnOver(hold));
    else this.#advance();
  }

  /**
   * Goes on with another hold while this one still lasts. One is granted ahead, so that nobody waits;
   * where the limit leaves no room for both, this one is given back for it.
   */
  async #turnOver(old: LocalHold): Promise<void> {
    if (this.#next === null) await this.#more(1);
    if (this.#closing || this.#current !== old) return;
    if (this.#next === null && this.#refusal?.code !== 'limit_reached') return;
    this.#current = this.#next;
    this.#next = null;
    if (this.#current !== null) return void this.#settle(old).catch(() => {});
    const hold = await this.#renewed(old, 1);
    if (hold) this.#place(hold);
  }

  /** Says what was used. That a hold is over is no failure: it counted as used. */
  async #settle(hold: LocalHold): Promise<void> {
    try {
      this.#usage = await this.#holds.settle(hold.id, hold.used);
    } catch (error) {
      if (!(error instanceof DreamError && GONE.has(error.code))) throw error;
    }
  }
}

const liveUnits = (hold: LocalHold | null): number =>
  hold !== null && hold.endsInMs > 0 ? hold.left : 0;

/** Throws TypeError unless it is a whole number above 0. */
export function checkUnits(units: unknown, name: string): void {
  if (!Number.isSafeInteger(units) || Number(units) < 1)
    throw new TypeError(`${name} must be a whole number, 1 or more.`);
}
