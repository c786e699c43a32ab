import type { Hold, Usage } from '@dream/contract';
import type { ErrorCode } from '@dream/contract/errors';
import type { FailDetails } from '../http/fail.ts';
import type { Counter } from './counter.rpc.ts';
import type { MeterName } from './day.ts';
import { type Entitlement, refusalTo } from './entitlement.ts';
import {
  type Asked,
  type AskedNext,
  askedNext,
  type Closed,
  type Closing,
  decideClosing,
  type HeldAnswer,
  KNOWN_FOR_MS,
  lastingMs,
  type Refused,
  turnId,
  wrongAtLeast,
} from './hold.ts';
import {
  closeHold,
  dropHolds,
  findHold,
  firstExpiryMs,
  forgetHolds,
  heldUnits,
  liveHolds,
  metersWithHolds,
  putHold,
  renewHold,
  type StoredHold,
} from './hold.store.ts';
import type { LiveHolds } from './live-holds.ts';
import type { MeterRow } from './meter.ts';
import { isBoolean } from './observe.ts';
import { countingPeriod } from './period.ts';
import type { NotYet, UsageCall, UsageQuery } from './usage-call.ts';

/** Asks for a hold. `rowId` is the id it gets; the same key has the same. */
export type HoldCall = UsageCall & Asked & { rowId: string };

/** Ends a hold. `next` is what is asked for after it, null for no more. */
export interface SettleCall extends Pick<UsageQuery, 'rulesVersion' | 'nowMs' | 'rules'> {
  rowId: string;
  turn: number;
  closing: Closing;
  next: AskedNext | null;
}

/** What is answered to a holder; as with usage, the shard may need to know more first. */
export type HoldAnswer = ({ kind: 'held'; replayed: boolean } & HeldAnswer) | Refused | NotYet;

/** The shard around the holds. The last three come after the transaction. */
export interface AroundHolds {
  /** Does it all or, when it throws, nothing. */
  atOnce<T>(customerId: string, act: () => T): T;
  learn(query: Omit<UsageQuery, 'feature'>): Entitlement | NotYet;
  stored(meter: MeterName): MeterRow | undefined;
  /** Tells a customer's open pages. */
  tell(query: UsageQuery): void;
  /** The same, and has usage by day handed over. */
  changed(query: UsageQuery): void;
  /** Sees to it that the object wakes when the first hold expires. */
  arm(): void;
}

/** When the first hold expires; null when there is none. */
export const nextHoldMs = (storage: DurableObjectStorage): number | null =>
  firstExpiryMs(storage.sql);

/** Has remembered what stands on disk: which meters have holds, and when to wake for them. */
export function rememberHolds({ sql }: DurableObjectStorage, live: LiveHolds): void {
  live.reset(metersWithHolds(sql), firstExpiryMs(sql));
}

/** The units of a meter that are in holds; of one without holds nothing is read. */
export const unitsHeld = (
  { sql }: DurableObjectStorage,
  live: LiveHolds,
  meter: MeterName,
): number => (live.has(meter) ? heldUnits(sql, meter) : 0);

/** Units set aside, counted when they are settled or expire. Each method is one transaction. */
export class Holds {
  readonly #storage: DurableObjectStorage;
  readonly #live: LiveHolds;
  readonly #counter: Counter;
  readonly #around: AroundHolds;

  constructor(
    storage: DurableObjectStorage,
    live: LiveHolds,
    counter: Counter,
    around: AroundHolds,
  ) {
    this.#storage = storage;
    this.#live = live;
    this.#counter = counter;
    this.#around = around;
  }

  /** Grants a hold, or says why not. */
  grant(call: HoldCall): HoldAnswer {
    this.endOf(call);
    const answer = this.#around.atOnce(call.customerId, () => this.#grant(call));
    this.#after(call, answer);
    return answer;
  }

  /** Counts what was used of a hold, and grants the next one if that is asked for: both or neither. */
  settle(call: SettleCall): HoldAnswer {
    const hold = findHold(this.#storage.sql, call.rowId);
    if (!hold) return no('hold_not_found');
    const { customerId, feature } = hold;
    const { nowMs, rulesVersion, rules } = call;
    const query = { customerId, feature, nowMs, rulesVersion, ...(rules && { rules }) };
    const known = this.#around.learn(query);
    if ('kind' in known) return known.kind === 'erased' ? no('hold_not_found') : known;
    this.endOf(query);
    const answer = this.#around.atOnce(customerId, () => this.#settle(known, call, query));
    this.#after(query, answer);
    return answer;
  }

  /**
   * Counts the holds of a customer that are over as used, with all their units and in the period of
   * their grant: those that expired, and every one where the period itself is over. In the order in
   * which they ended, for features can draw on one balance. Comes before anything is said of any.
   */
  endOf(query: Omit<UsageQuery, 'feature'>, isEveryOne = false): void {
    const features = this.#live.featuresOf(query.customerId);
    if (features.length === 0) return;
    const known = this.#around.learn(query);
    if ('kind' in known) {
      if (known.kind === 'erased') dropHolds(this.#storage.sql, query.customerId);
      return;
    }
    const ended = this.#around.atOnce(query.customerId, () => {
      const over = features
        .flatMap((feature) => this.#over(known, { ...query, feature }, isEveryOne))
        .toSorted((one, other) => one.endedMs - other.endedMs);
      for (const { hold, endedMs } of over) {
        const meter = { ...query, feature: hold.feature };
        const row = this.#around.stored(meter);
        if (!row) throw new Error('A hold has no meter');
        const then = { ...known, timeMs: endedMs };
        this.#counter.count(then, meter, { row, over: null }, hold.units, null);
        closeHold(this.#storage.sql, hold.id, expired(hold), query.nowMs);
      }
      return new Set(over.map(({ hold }) => hold.feature));
    });
    for (const feature of ended) this.#around.changed({ ...query, feature });
  }

  /** The holds of a meter that are over, each with its last instant for the customer. */
  #over(
    known: Entitlement,
    query: UsageQuery,
    isEveryOne: boolean,
  ): { hold: StoredHold; endedMs: number }[] {
    const row = this.#around.stored(query);
    if (!row) return [];
    const running = { startMs: row.period_start_ms, endMs: row.period_end_ms };
    const { rules, subscription, timeMs } = known;
    const { startsAnew } = countingPeriod(running, rules, subscription, timeMs);
    // A test clock knows nothing of when it expired; everybody's period does.
    const isClocked = timeMs !== query.nowMs;
    return liveHolds(this.#storage.sql, query)
      .filter(({ expiresMs }) => isEveryOne || startsAnew || expiresMs <= query.nowMs)
      .map((hold) => ({
        hold,
        endedMs: Math.min(timeMs, isClocked ? timeMs : hold.expiresMs - 1, running.endMs - 1),
      }));
  }

  /** Ends every hold of a customer. */
  endAllOf(customerId: string, nowMs: number): void {
    this.endOf({ customerId, nowMs, rulesVersion: 0 }, true);
  }

  /** Ends what has expired, and forgets what ended long ago. Throws when a hold has to wait. */
  endDue(nowMs: number): void {
    const { sql } = this.#storage;
    const customers = new Set(metersWithHolds(sql, nowMs).map(({ customerId }) => customerId));
    for (const customerId of customers) this.endOf({ customerId, nowMs, rulesVersion: 0 });
    rememberHolds(this.#storage, this.#live);
    if (this.#live.isTimeToForget(nowMs)) forgetHolds(sql, nowMs - KNOWN_FOR_MS);
    if (metersWithHolds(sql, nowMs).length > 0) throw new Error('A hold could not be ended yet');
  }

  #grant(call: HoldCall): HoldAnswer {
    const known = this.#around.learn(call);
    if ('kind' in known) return known;
    const refusal = refusalTo(known, call.headerPlan);
    if (refusal) return refusal;
    const { rowId: id, customerId, feature, idempotency } = call;
    const first = idempotency && findHold(this.#storage.sql, id)?.granted;
    if (first) {
      const kept = JSON.parse(first) as { fingerprint: string; answer: HeldAnswer };
      if (kept.fingerprint !== idempotency.fingerprint) return no('idempotency_conflict');
      return { kind: 'held', replayed: true, ...kept.answer };
    }
    const granted = this.#next(known, call, call, { id, heldUnits: this.#units(call) });
    if ('kind' in granted) return granted;
    const { units, expiresAtMs: expiresMs } = granted.hold;
    const answer: HeldAnswer = { ...granted, refusal: null };
    const kept = idempotency && JSON.stringify({ fingerprint: idempotency.fingerprint, answer });
    this.#live.add(call);
    putHold(this.#storage.sql, { id, customerId, feature, units, expiresMs, granted: kept });
    return { kind: 'held', replayed: false, ...answer };
  }

  #settle(known: Entitlement, call: SettleCall, query: UsageQuery): HoldAnswer {
    const { sql } = this.#storage;
    const { rowId, turn, closing, next } = call;
    const hold = findHold(sql, rowId);
    if (!hold) return no('hold_not_found');
    const decision = decideClosing(hold, turn, closing);
    if (decision.kind === 'refused') return decision;
    if (decision.kind === 'repeat') return { kind: 'held', replayed: true, ...decision.answer };
    const asked = next && askedNext(next, hold.firstUnits);
    const mistake = asked && wrongAtLeast(asked);
    if (mistake) return mistake;
    const { usedUnits, key, fingerprint } = closing;
    const running = this.#counter.running(known, query);
    const row = this.#counter.count(known, query, running, usedUnits, null);
    const leftUnits = this.#units(query) - hold.units;
    const usage = this.#counter.usage(known, query, row, leftUnits, null);
    const at = { id: turnId(rowId, turn + 1), heldUnits: leftUnits };
    const granted =
      asked && (known.isBanned ? no('customer_banned') : this.#next(known, query, asked, at));
    const answer: HeldAnswer =
      granted === null
        ? { hold: null, refusal: null, usage }
        : 'kind' in granted
          ? { hold: null, refusal: granted, usage }
          : { ...granted, refusal: null };
    const closed: Closed = { turn, usedUnits, key, fingerprint, answer };
    if (answer.hold) {
      const { units, expiresAtMs: expiresMs } = answer.hold;
      renewHold(sql, rowId, closed, { turn: turn + 1, units, expiresMs });
    } else closeHold(sql, rowId, closed, call.nowMs);
    return { kind: 'held', replayed: false, ...answer };
  }

  /** Counts a grant against the rate limit, and says what it grants; writes no hold. */
  #next(
    known: Entitlement,
    query: UsageQuery,
    asked: Asked,
    { id, heldUnits }: { id: string; heldUnits: number },
  ): { hold: Hold; usage: Usage } | Refused {
    const { feature, nowMs } = query;
    if (isBoolean(known.rules, known.limits, feature))
      return no('feature_not_metered', { feature });
    const judged = this.#counter.judge(known, query, asked, heldUnits);
    if ('kind' in judged) return judged;
    const { units, running, window, wouldRefuse } = judged;
    const row = this.#counter.count(known, query, running, 0, window);
    const lastsMs = lastingMs(asked.seconds, row.period_end_ms - known.timeMs);
    const hold = { id, feature, units, expiresAtMs: nowMs + lastsMs, lastsMs };
    const usage = this.#counter.usage(known, query, row, heldUnits + units, wouldRefuse);
    return { hold, usage };
  }

  #units(meter: MeterName): number {
    return unitsHeld(this.#storage, this.#live, meter);
  }

  /** What others hear of it, once it is written. */
  #after(query: UsageQuery, answer: HoldAnswer): void {
    if (answer.kind === 'refused' && answer.code === 'limit_reached') this.#around.tell(query);
    if (answer.kind !== 'held' || answer.replayed) return;
    this.#around.changed(query);
    if (answer.hold && this.#live.expiresFirst(answer.hold.expiresAtMs)) this.#around.arm();
  }
}

const no = (code: ErrorCode, details: FailDetails = {}): Refused => ({
  kind: 'refused',
  code,
  details,
});

/** How a hold ended that nobody settled. */
const expired = ({ turn }: StoredHold): Closed => ({
  turn,
  usedUnits: null,
  key: null,
  fingerprint: '',
  answer: null,
});
