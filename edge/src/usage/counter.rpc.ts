import type { Usage, WouldRefuse } from '@dream/contract';
import type { Credits } from '../credits/credits.rpc.ts';
import type { Draw } from '../credits/draws.ts';
import { adjusted } from './adjust.ts';
import { countOnDay, type DayCount, type MeterName } from './day.ts';
import { type Entitlement, notIncluded } from './entitlement.ts';
import { type Refused, unitsToGrant } from './hold.ts';
import { aboveLimit, decideUsage, newOverageUnits, type RateWindow, windowAfter } from './limit.ts';
import {
  type MeterRow,
  refusal,
  type RunningMeter,
  runningMeter,
  toUsage,
  withGrant,
} from './meter.ts';
import type { MeterStore } from './meter.store.ts';
import { momentsOf } from './notice.ts';
import { noticeId, Notices } from './notices.rpc.ts';
import { observedInstead } from './observe.ts';
import { noteOverage, putReport } from './overage.store.ts';
import { loggedAnswer, replayOf } from './replay.store.ts';
import { putDayOver } from './roll-up.store.ts';
import type { Adjusting, UsageAnswer, UsageQuery } from './usage-call.ts';

/** Units a customer may take, or takes where a refusal (`wouldRefuse`) is only observed. */
export interface Judged {
  units: number;
  running: RunningMeter;
  window: RateWindow;
  wouldRefuse: WouldRefuse | null;
}

/** Judges and counts, for whom is known. Each method is a part of its caller's transaction. */
export class Counter {
  readonly #storage: DurableObjectStorage;
  readonly #store: MeterStore;
  readonly #credits: Credits;
  readonly #heldUnits: (meter: MeterName) => number;
  readonly #arm: () => void;

  /** `heldUnits` of a meter are set aside; `arm` sees to it that overage is reported in time. */
  constructor(
    storage: DurableObjectStorage,
    store: MeterStore,
    credits: Credits,
    heldUnits: (meter: MeterName) => number,
    arm: () => void,
  ) {
    this.#storage = storage;
    this.#store = store;
    this.#credits = credits;
    this.#heldUnits = heldUnits;
    this.#arm = arm;
  }

  /** A meter in the period of now. */
  running(known: Entitlement, { customerId, feature }: MeterName): RunningMeter {
    return runningMeter(known, this.#store.meter(customerId, feature));
  }

  /**
   * How many units a customer may take beside those in holds: all that are asked for, or as many as
   * are left, but not fewer than `atLeastUnits`. Or why none, which is told of; where that is only
   * observed, all of them.
   */
  judge(
    entitlement: Entitlement,
    query: UsageQuery,
    asked: { amountUnits: number; atLeastUnits: number },
    heldUnits: number,
  ): Judged | Refused {
    const { customerId, feature, nowMs } = query;
    const running = this.running(entitlement, query);
    const { row } = running;
    const known = this.#credited(entitlement, query, row, heldUnits);
    const { limits } = known;
    const isSoft = aboveLimit(limits, feature, known.subscription, known.timeMs) !== 'refused';
    const limitUnits = limits.features[feature];
    const hardUnits = isSoft || typeof limitUnits !== 'number' ? null : limitUnits;
    const units = unitsToGrant(hardUnits, row.used_units + heldUnits, asked);
    const window = this.#store.window(customerId);
    const decision = decideUsage(
      limits,
      feature,
      row.used_units,
      units,
      window,
      nowMs,
      isSoft,
      heldUnits,
    );
    if (decision.allowed) return { units, running, window: decision.window, wouldRefuse: null };
    const isAtLimit = decision.reason === 'limit_reached';
    const told = isAtLimit ? this.#note(known, query, row, null) : row.told;
    const no = refusal(decision, known, feature, row, heldUnits);
    const wouldRefuse = observedInstead(known.rules, no.code);
    if (wouldRefuse)
      return {
        units: asked.amountUnits,
        running: { ...running, row: { ...row, told } },
        window: windowAfter(window, nowMs),
        wouldRefuse,
      };
    if (told !== row.told) {
      // The row of the period before is written over: what is left of it is reported first.
      if (running.over) this.#report(query, running.over);
      this.#store.putMeter(customerId, feature, { ...row, told });
    }
    return no;
  }

  /** Counts units: on their day and, above the limit, as overage; in the rate window where it is one. */
  count(
    entitlement: Entitlement,
    query: UsageQuery,
    { row, over }: RunningMeter,
    units: number,
    window: RateWindow | null,
    answersOf: (counted: MeterRow, draw?: Draw) => string = ({ answers }) => answers,
  ): MeterRow {
    const { customerId, feature, nowMs } = query;
    const known = this.#credited(entitlement, query, row, this.#heldUnits(query));
    const { limits, subscription } = known;
    const limitUnits = limits.features[feature];
    const isBilled = aboveLimit(limits, feature, subscription, known.timeMs) === 'billed';
    const overUnits =
      isBilled && typeof limitUnits === 'number'
        ? newOverageUnits(limitUnits, row.used_units, units, row.over_units)
        : 0;
    const usedUnits = row.used_units + units;
    const counted: MeterRow = {
      ...row,
      ...this.#countOnDay(known, query, row, units),
      over_units: row.over_units + overUnits,
      used_units: usedUnits,
      ...(window && {
        window_start_ms: window.startMs,
        window_calls: (row.window_start_ms === window.startMs ? row.window_calls : 0) + 1,
      }),
      told: this.#note(known, query, row, usedUnits),
    };
    if (over) this.#report(query, over);
    const draw = this.#credits.draw(known, query, units, counted.day);
    const answers = answersOf(counted, draw);
    this.#store.putMeter(customerId, feature, { ...counted, answers }, draw);
    if (overUnits > 0 && noteOverage(this.#storage.sql, customerId, feature, nowMs)) this.#arm();
    return counted;
  }

  /** Raises a count to its limit, where there is one. Webhooks are not told of it. */
  fill(entitlement: Entitlement, query: UsageQuery): void {
    const { row, over } = this.running(entitlement, query);
    const known = this.#credited(entitlement, query, row, this.#heldUnits(query));
    const limitUnits = known.limits.features[query.feature];
    if (typeof limitUnits !== 'number') return;
    if (over) this.#report(query, over);
    const usedUnits = Math.max(row.used_units, limitUnits);
    const day = this.#countOnDay(known, query, row, usedUnits - row.used_units);
    const filled = { ...row, ...day, used_units: usedUnits };
    const draw = this.#credits.draw(known, query, usedUnits - row.used_units, day.day);
    this.#store.putMeter(query.customerId, query.feature, filled, draw);
  }

  /** Changes a count, or what is granted, by hand, once for its key. Nothing is billed, told or put on a day. */
  adjust(known: Entitlement, asked: Adjusting): UsageAnswer {
    const { customerId, feature, change, idempotency } = asked;
    const limitUnits = known.limits.features[feature];
    if (limitUnits === undefined) return notIncluded(known, feature);
    if (limitUnits === true)
      return { kind: 'refused', code: 'feature_not_metered', details: { feature } };
    if (change.kind === 'grant' && known.limits.weights?.[feature] !== undefined)
      return { kind: 'refused', code: 'feature_draws_on_credits', details: { feature } };
    const replay = idempotency && replayOf(this.#store, asked, idempotency);
    if (replay) return replay;
    const { row, over } = this.running(known, asked);
    if (over) this.#report(asked, over);
    const changed = { ...row, ...adjusted(row, change) };
    const usage = this.usage(known, asked, changed, this.#heldUnits(asked), null);
    const answers = loggedAnswer(this.#store, asked, row.answers, usage);
    this.#store.putMeter(customerId, feature, { ...changed, answers });
    return { kind: 'usage', usage, replayed: false };
  }

  /** A row as the API shows it, with the credits it draws on, less a `draw` still to be written. */
  usage(
    entitlement: Entitlement,
    query: UsageQuery,
    row: MeterRow,
    heldUnits: number,
    wouldRefuse: WouldRefuse | null,
    draw?: Draw,
  ): Usage {
    const known = this.#credited(entitlement, query, row, heldUnits, draw);
    return toUsage(known, query.feature, row, heldUnits, wouldRefuse);
  }

  /**
   * What is known, with the limit that holds for this very customer: the plan's and what is granted on
   * top of it; or that which credits set a feature that draws on them, which is what was used of it, what
   * is held, and what the balance is enough for.
   */
  #credited(
    known: Entitlement,
    query: UsageQuery,
    row: MeterRow,
    heldUnits: number,
    draw?: Draw,
  ): Entitlement {
    const drawn = this.#credits.of(known, query, heldUnits, draw);
    if (!drawn) return withGrant(known, query.feature, row.granted_units);
    const limitUnits = row.used_units + heldUnits + drawn.affordableUnits;
    const features = { ...known.limits.features, [query.feature]: limitUnits };
    return { ...known, limits: { ...known.limits, features }, credits: drawn.credits };
  }

  /**
   * Keeps what the call gives to tell of, in its transaction, and answers all that was told then. The
   * first refusal of a period (`afterUnits` null) is the one refused call that leaves a trace.
   * Thresholds are of limits that stand still: of one that credits move `credits.low` tells.
   */
  #note(known: Entitlement, query: UsageQuery, row: MeterRow, afterUnits: number | null): number {
    const { customerId, feature, nowMs } = query;
    const limitUnits = known.limits.features[feature];
    if (!known.rules.noticesTo || typeof limitUnits !== 'number') return row.told;
    if (known.credits && afterUnits !== null) return row.told;
    const before = { usedUnits: row.used_units, told: row.told };
    const { moments, told } = momentsOf(before, afterUnits, limitUnits);
    if (moments.length === 0) return told;
    const usage = {
      feature,
      plan: known.plan,
      usedUnits: afterUnits ?? row.used_units,
      limitUnits,
      resetsAtMs: row.period_end_ms,
    };
    const notices = moments.map((moment) => {
      const id = noticeId(customerId, feature, row.period_start_ms, moment);
      return { id, customerId, moment, ...usage };
    });
    new Notices(this.#storage).put(notices, nowMs);
    return told;
  }

  /** Counts units on the day it is for the customer; what is left of one that is over is kept. */
  #countOnDay(known: Entitlement, query: UsageQuery, row: MeterRow, units: number): DayCount {
    const { customerId, feature } = query;
    const { now, over } = countOnDay(row, known.rules.timeZone, known.timeMs, units);
    if (over) putDayOver(this.#storage.sql, { customerId, feature, ...over });
    return now;
  }

  /** Reports what is left of a period that is over, before its row is written over. */
  #report({ customerId, feature, nowMs }: UsageQuery, row: MeterRow): void {
    if (row.over_units === row.handed_units) return;
    const { over_units: overUnits, handed_units: handedUnits } = row;
    const { period_start_ms: periodStartMs, period_end_ms: periodEndMs } = row;
    const counted = { customerId, feature, overUnits, handedUnits, periodStartMs, periodEndMs };
    putReport(this.#storage.sql, counted, nowMs);
    this.#arm();
  }
}
