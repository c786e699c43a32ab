import { RpcTarget } from 'cloudflare:workers';
import type { Usage, WouldRefuse } from '@dream/contract';
import type { ErrorCode } from '@dream/contract/errors';
import {
  Credits,
  type CreditsQuery,
  type CreditsRead,
  type Drawn,
  type EntryPage,
  type GiveAnswer,
  type TakeAnswer,
} from '../credits/credits.rpc.ts';
import type { Giving } from '../credits/giving.ts';
import { shardOf } from '../customers/customer-id.ts';
import type { RunningUsage } from '../customers/kept.ts';
import type { CustomerSnapshot, SubscriptionTerms } from '../customers/plan.ts';
import type { EnvironmentRef } from '../deps.ts';
import { adjustedUnits, type Adjustment } from './adjust.ts';
import { logAnswer } from './answer-log.ts';
import { countOnDay, type DayCount, type MeterName, NO_DAY } from './day.ts';
import { type HoldAnswer, type HoldCall, Holds, type SettleCall } from './hold.rpc.ts';
import { type Refused, unitsToGrant } from './hold.ts';
import {
  aboveLimit,
  type Decision,
  decideUsage,
  newOverageUnits,
  type RateWindow,
  type TierLimits,
  windowAfter,
} from './limit.ts';
import type { LiveHolds } from './live-holds.ts';
import { momentsOf, type NoticesTo } from './notice.ts';
import { noticeId, Notices } from './notices.rpc.ts';
import type { Told } from './told.ts';
import { type MeterRow, MeterStore } from './meter.store.ts';
import { noteOverage, putReport } from './overage.store.ts';
import { isBoolean, observedInstead } from './observe.ts';
import { countingPeriod, periodLabels, type PeriodRule } from './period.ts';
import { putDayOver } from './roll-up.store.ts';

/** The rules of an environment as its shards keep them; a newer `version` replaces an older. */
export interface Rules extends PeriodRule {
  version: number;
  /** Whose they are; left out by rules from before there was overage. */
  environment?: EnvironmentRef;
  defaultPlan: string;
  /** Nothing a plan does not allow is refused, only reported. Left out where it is. */
  observes?: boolean;
  tiers: Readonly<Record<string, TierLimits>>;
  /** Who is told of thresholds and limits; null, or missing in rules of before, while nobody asks. */
  noticesTo?: NoticesTo | null;
}

/** One metered call. `rules` and `snapshot` are sent along when the shard asked for them. */
export interface UsageCall {
  customerId: string;
  feature: string;
  amountUnits: number;
  headerPlan: string | null;
  idempotency: { key: string; fingerprint: string } | null;
  rulesVersion: number;
  nowMs: number;
  rules?: Rules;
  snapshot?: CustomerSnapshot;
}

/** `need`: the shard knows too little; call again with what it asks for. Nothing was counted. */
export type UsageAnswer =
  | { kind: 'usage'; usage: Usage; replayed: boolean }
  | Refused
  | { kind: 'need'; what: 'customer' | 'rules' | 'header_plan' }
  | { kind: 'erased' };

/** What it takes to read usage: the same, without counting. */
export type UsageQuery = Pick<
  UsageCall,
  'customerId' | 'feature' | 'rulesVersion' | 'nowMs' | 'rules' | 'snapshot'
>;

/** A change of a count by hand. */
export interface Adjusting extends UsageQuery {
  change: Adjustment;
  idempotency: UsageCall['idempotency'];
}

/** Who sees to it that what was counted reaches the usage by day. */
export type Counted = (meter: MeterName, nowMs: number) => void;

/**
 * Counts usage against limits, one call after the other. Each call is one transaction: what is read,
 * what is decided of it and what is written. When they are committed is the shard's to say.
 */
export class MeterRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;
  readonly #store: MeterStore;
  readonly #tell: (customerId: string, told: Told) => void;
  readonly #arm: () => void;
  readonly #counted: Counted;
  readonly #holds: Holds;
  readonly #credits: Credits;

  /**
   * `tell` reaches a customer's open pages; `arm` sees to it that overage is reported in time;
   * `counted` hears of each meter that counted, when that is written and not yet committed; `live`
   * remembers which meters have holds.
   */
  constructor(
    storage: DurableObjectStorage,
    tell: (customerId: string, told: Told) => void,
    arm: () => void,
    counted: Counted,
    live: LiveHolds,
  ) {
    super();
    this.#counted = counted;
    this.#arm = arm;
    this.#storage = storage;
    this.#store = new MeterStore(storage.sql);
    this.#tell = tell;
    this.#credits = new Credits(storage, (meter) => this.#holds.units(meter));
    this.#holds = new Holds(storage, live, {
      atOnce: (customerId, act) => this.#atOnce(customerId, act),
      learn: (query) => this.#learn(query),
      refusal: refusalTo,
      stored: ({ customerId, feature }) => this.#store.meter(customerId, feature),
      running: (known, query) => this.#runningRow(known, query),
      judge: (known, query, asked, heldUnits) => this.#judge(known, query, asked, heldUnits),
      count: (known, query, running, units, window) =>
        this.#count(known, query, running, units, window),
      usage: (known, query, row, heldUnits, wouldRefuse) =>
        this.#usage(known, query, row, heldUnits, wouldRefuse),
      tell: (query) => this.#tellOf(query),
      changed: (query) => {
        this.#counted(query, query.nowMs);
        this.#tellOf(query);
      },
      arm,
    });
  }

  /** Sets units aside for a customer, or says why not. */
  hold(call: HoldCall): HoldAnswer {
    return this.#holds.grant(call);
  }

  /** Counts what was used of a hold; the rest comes back. */
  settle(call: SettleCall): HoldAnswer {
    return this.#holds.settle(call);
  }

  /** Counts the holds that have expired. Throws when one has to wait. */
  endHolds(nowMs: number): void {
    this.#holds.endDue(nowMs);
  }

  /** Counts a call, or says why not. The answer leaves after the commit that holds the count. */
  track(call: UsageCall): UsageAnswer {
    this.#holds.endOf(call);
    const answer = this.#atOnce(call.customerId, () => this.#track(call));
    if (answer.kind === 'usage' && !answer.replayed) {
      // Of a boolean feature nothing is counted.
      if (answer.usage.count > 0) this.#counted(call, call.nowMs);
      this.#tell(call.customerId, { usage: answer.usage });
    }
    if (answer.kind === 'refused' && answer.code === 'limit_reached') this.#tellOf(call);
    return answer;
  }

  /** The usage of one feature now; counts nothing. */
  read(query: UsageQuery): UsageAnswer {
    this.#holds.endOf(query);
    const known = this.#learn(query);
    if ('kind' in known) return known;
    const isIncluded = known.limits.features[query.feature] !== undefined;
    const no = isIncluded ? null : notIncluded(known, query.feature);
    const wouldRefuse = no && observedInstead(known.rules, no.code);
    if (no && !wouldRefuse) return no;
    const { row } = this.#runningRow(known, query);
    return {
      kind: 'usage',
      replayed: false,
      usage: this.#usage(known, query, row, this.#holds.units(query), wouldRefuse),
    };
  }

  /**
   * Raises the count of a feature to its limit, so that the next call crosses it. Without a limit
   * nothing changes. Webhooks are told of the refusal that follows, not of this.
   */
  fill(query: UsageQuery): UsageAnswer {
    this.#holds.endOf(query);
    this.#atOnce(query.customerId, () => {
      const learned = this.#learn(query);
      if ('kind' in learned) return;
      const { row, over } = this.#runningRow(learned, query);
      const known = this.#credited(learned, query, row, this.#holds.units(query));
      const limitUnits = known.limits.features[query.feature];
      if (typeof limitUnits !== 'number') return;
      if (over) this.#report(query, over);
      const usedUnits = Math.max(row.used_units, limitUnits);
      const day = this.#countOnDay(known, query, row, usedUnits - row.used_units);
      const filled = { ...row, ...day, used_units: usedUnits };
      this.#store.putMeter(query.customerId, query.feature, filled);
      this.#credits.draw(known, query, usedUnits - row.used_units, day.day);
    });
    const answer = this.read(query);
    if (answer.kind === 'usage') {
      this.#counted(query, query.nowMs);
      this.#tell(query.customerId, { usage: answer.usage });
    }
    return answer;
  }

  /**
   * Changes a count by hand, once for its key. Usage by day keeps what was used, what was billed stays
   * billed, and webhooks are told of the use that follows, not of this.
   */
  adjust(asked: Adjusting): UsageAnswer {
    this.#holds.endOf(asked);
    const answer = this.#atOnce(asked.customerId, () => this.#adjust(asked));
    if (answer.kind === 'usage' && !answer.replayed)
      this.#tell(asked.customerId, { usage: answer.usage });
    return answer;
  }

  #adjust(asked: Adjusting): UsageAnswer {
    const { customerId, feature, change, idempotency } = asked;
    const known = this.#learn(asked);
    if ('kind' in known) return known;
    const limitUnits = known.limits.features[feature];
    if (limitUnits === undefined) return notIncluded(known, feature);
    if (limitUnits === true)
      return { kind: 'refused', code: 'feature_not_metered', details: { feature } };
    const replay = idempotency && this.#replay(asked, idempotency);
    if (replay) return replay;
    const { row, over } = this.#runningRow(known, asked);
    if (over) this.#report(asked, over);
    const adjusted = { ...row, used_units: adjustedUnits(row.used_units, change) };
    const usage = this.#usage(known, asked, adjusted, this.#holds.units(asked), null);
    const answers = this.#logged(asked, row.answers, usage);
    this.#store.putMeter(customerId, feature, { ...adjusted, answers });
    return { kind: 'usage', usage, replayed: false };
  }

  /** Gives a customer credits, once for an id, whatever its plan is. */
  giveCredits({ giving, ...query }: CreditsQuery & { giving: Giving }): GiveAnswer {
    const answer = this.#withCredits(query, (known) =>
      known.isBanned && giving.source === 'grant'
        ? { kind: 'refused' as const, code: 'customer_banned' as const, details: {} }
        : this.#credits.give(known, query.customerId, giving),
    );
    if (answer.kind === 'given' && !answer.replayed)
      this.#tell(query.customerId, { changed: true });
    return answer;
  }

  /** Takes back what is left of credits that were given, once. */
  takeCredits({ giving, ...query }: CreditsQuery & { giving: Giving }): TakeAnswer {
    const answer = this.#withCredits(query, (known) =>
      this.#credits.take(known, query.customerId, giving),
    );
    if (answer.kind === 'taken' && answer.units > 0)
      this.#tell(query.customerId, { changed: true });
    return answer;
  }

  /** The credits of a customer and a page of its ledger. */
  credits({ page, ...query }: CreditsQuery & { page: EntryPage }): CreditsRead {
    return this.#withCredits(query, (known) => this.#credits.read(known, query.customerId, page));
  }

  /** Says something of a customer's credits, after its holds that are over have drawn on them. */
  #withCredits<A>(query: CreditsQuery, say: (known: Known) => A) {
    this.#holds.endOf(query);
    return this.#atOnce(query.customerId, () => {
      const known = this.#learn(query);
      return 'kind' in known ? known : say(known);
    });
  }

  /** Takes the plan of a customer, unless it knows a newer one; open pages learn what changed. */
  putCustomer(snapshot: CustomerSnapshot, nowMs: number): void {
    const known = this.#store.customer(snapshot.customerId);
    if (known && (known.erased_ms !== null || known.version >= snapshot.version)) return;
    // Of periods that are over the plan of then decides, and not the one that comes.
    const before = this.#knownOf(snapshot.customerId, nowMs);
    if (before) this.#credits.bringUpToDate(before, snapshot.customerId);
    this.#store.putCustomer(snapshot);
    const plan = snapshot.plan ?? this.#store.rules()?.defaultPlan;
    if (known && known.plan === snapshot.plan) this.#tell(snapshot.customerId, { changed: true });
    else if (plan !== undefined) this.#tell(snapshot.customerId, { plan, atMs: nowMs });
  }

  /** Who is told of thresholds and limits, or null. */
  noticesTo(): NoticesTo | null {
    return this.#store.rules()?.noticesTo ?? null;
  }

  /** Which environment this is a shard of; null until its rules say. */
  environment(): EnvironmentRef | null {
    return this.#store.rules()?.environment ?? null;
  }

  /** Which environment and shard this is, as far as anything with overage was counted here. */
  whereabouts(): { ref: EnvironmentRef; shard: string } | null {
    const ref = this.#store.rules()?.environment;
    const shard = shardOf(this.#store.anyWithOverage() ?? '');
    return ref && shard !== null ? { ref, shard } : null;
  }

  /** Why nothing may begin for a customer, as far as the shard knows; else null. */
  refusalOf(customerId: string): ErrorCode | null {
    const known = this.#store.customer(customerId);
    if (!known) return null;
    if (known.erased_ms !== null) return 'customer_not_found';
    return known.banned === 1 ? 'customer_banned' : null;
  }

  /**
   * Counts nothing for a customer from here on, and answers the usage of the periods that run: the
   * same again until it is erased, and nothing then.
   */
  retire(customerId: string, nowMs: number): RunningUsage[] {
    this.#holds.endAllOf(customerId, nowMs);
    return this.#atOnce(customerId, () => {
      this.#store.retire(customerId, nowMs);
      const ofCredits = this.#credits.running(customerId, nowMs);
      return [...this.#store.running(customerId, nowMs), ...ofCredits];
    });
  }

  /** Forgets a customer's usage and answers; of the id a hash stays, which says that it is gone. */
  erase(customerId: string, nowMs: number): void {
    this.#atOnce(customerId, () => {
      this.#store.retire(customerId, nowMs);
      this.#store.erase(customerId);
    });
  }

  /** Goes on from usage of before, unless there is more already. Safe to repeat. */
  resume(customerId: string, usage: readonly RunningUsage[]): void {
    this.#atOnce(customerId, () => {
      if (this.refusalOf(customerId) === 'customer_not_found') return;
      for (const one of usage)
        if (!this.#credits.resume(customerId, one)) this.#store.resume(customerId, one);
    });
  }

  /** Forgets what is remembered of a customer, whose meters somebody else has written. */
  forget(customerId: string): void {
    this.#store.forget(customerId);
  }

  /** Does it all or, when it throws, nothing. */
  #atOnce<T>(customerId: string, act: () => T): T {
    try {
      return this.#storage.transactionSync(act);
    } catch (error) {
      this.#store.forget(customerId);
      throw error;
    }
  }

  #track(call: UsageCall): UsageAnswer {
    const known = this.#learn(call);
    if ('kind' in known) return known;
    const no = refusalTo(known, call.headerPlan);
    if (no) return no;
    if (call.idempotency) {
      const replay = this.#replay(call, call.idempotency);
      if (replay) return replay;
    }
    // Nothing is counted of a boolean feature: the answer is that the plan includes it.
    if (isBoolean(known.rules, known.limits, call.feature)) return this.read(call);
    const { amountUnits } = call;
    const heldUnits = this.#holds.units(call);
    const all = { amountUnits, atLeastUnits: amountUnits };
    const judged = this.#judge(known, call, all, heldUnits);
    if ('kind' in judged) return judged;
    const usageOf = (row: MeterRow) => this.#usage(known, call, row, heldUnits, judged.wouldRefuse);
    const counted = this.#count(known, call, judged.running, amountUnits, judged.window, (row) =>
      this.#logged(call, row.answers, usageOf(row)),
    );
    const usage = usageOf(counted);
    return { kind: 'usage', usage, replayed: false };
  }

  /**
   * How many units a customer may take beside those in holds: all that are asked for, or as many as
   * are left, but not fewer than `atLeastUnits`. Or why none, which is told of; where that is only
   * observed, all of them.
   */
  #judge(
    learned: Known,
    query: UsageQuery,
    asked: { amountUnits: number; atLeastUnits: number },
    heldUnits: number,
  ): Judged | Refused {
    const { customerId, feature, nowMs } = query;
    const running = this.#runningRow(learned, query);
    const { row } = running;
    const known = this.#credited(learned, query, row, heldUnits);
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
  #count(
    learned: Known,
    query: UsageQuery,
    { row, over }: RunningRow,
    units: number,
    window: RateWindow | null,
    answersOf: (counted: MeterRow) => string = ({ answers }) => answers,
  ): MeterRow {
    const { customerId, feature, nowMs } = query;
    const known = this.#credited(learned, query, row, this.#holds.units(query));
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
    this.#credits.draw(known, query, units, counted.day);
    this.#store.putMeter(customerId, feature, { ...counted, answers: answersOf(counted) });
    if (overUnits > 0 && noteOverage(this.#storage.sql, customerId, feature, nowMs)) this.#arm();
    return counted;
  }

  /**
   * Keeps what the call gives to tell of, in its transaction, and answers all that was told then. The
   * first refusal of a period (`afterUnits` null) is the one refused call that leaves a trace.
   */
  #note(known: Known, query: UsageQuery, row: MeterRow, afterUnits: number | null): number {
    const { customerId, feature, nowMs } = query;
    const limitUnits = known.limits.features[feature];
    if (!known.rules.noticesTo || typeof limitUnits !== 'number') return row.told;
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

  /** A meter's log of first answers, with this one. */
  #logged(
    { customerId, idempotency, nowMs }: Pick<UsageCall, 'customerId' | 'idempotency' | 'nowMs'>,
    log: string,
    usage: Usage,
  ): string {
    if (!idempotency) return log;
    const { key, fingerprint } = idempotency;
    const room = this.#store.roomIn(customerId, log, nowMs);
    return logAnswer(room, key, { fingerprint, atMs: nowMs, usage });
  }

  /** What a key is answered without counting: as the first time, or why it cannot be. */
  #replay(
    call: Pick<UsageCall, 'customerId' | 'nowMs'>,
    { key, fingerprint }: { key: string; fingerprint: string },
  ): UsageAnswer | null {
    const first = this.#store.answer(call.customerId, key, call.nowMs);
    if (first?.fingerprint === fingerprint)
      return { kind: 'usage', usage: first.usage, replayed: true };
    if (first) return { kind: 'refused', code: 'idempotency_conflict', details: {} };
    const waitMs = this.#store.keyWaitMs(call.customerId, call.nowMs);
    if (waitMs === 0) return null;
    const retryAfterSeconds = Math.ceil(waitMs / 1000);
    return { kind: 'refused', code: 'rate_limited', details: {}, retryAfterSeconds };
  }

  /** What is known of the customer and the rules, after taking in what came with the call. */
  #learn(query: CreditsQuery): Known | Extract<UsageAnswer, { kind: 'need' | 'erased' }> {
    if (query.rules) this.#store.putRules(query.rules);
    if (query.snapshot) this.putCustomer(query.snapshot, query.nowMs);
    const rules = this.#store.rules();
    if (!rules || rules.version < query.rulesVersion) return { kind: 'need', what: 'rules' };
    const customer = this.#store.customer(query.customerId);
    if (!customer) return { kind: 'need', what: 'customer' };
    if (customer.erased_ms !== null) return { kind: 'erased' };
    return this.#knownOf(query.customerId, query.nowMs) ?? { kind: 'need', what: 'rules' };
  }

  /** What is known of a customer, without asking anybody; null where that is too little. */
  #knownOf(customerId: string, nowMs: number): Known | null {
    const rules = this.#store.rules();
    const customer = this.#store.customer(customerId);
    if (!rules || !customer || customer.erased_ms !== null) return null;
    const plan = customer.plan ?? rules.defaultPlan;
    const limits = rules.tiers[plan];
    if (!limits) return null;
    return {
      rules,
      plan,
      limits,
      headerPlan: customer.header_plan,
      isBanned: customer.banned === 1,
      subscription: customer.subscription,
      timeMs: customer.clock_ms ?? nowMs,
    };
  }

  /**
   * What is known, with the limit that credits set a feature that draws on them: what was used of it,
   * what is held, and what the balance is enough for.
   */
  #credited(known: Known, query: UsageQuery, row: MeterRow, heldUnits: number): Known {
    const drawn = this.#credits.of(known, query, heldUnits);
    if (!drawn) return known;
    const limitUnits = row.used_units + heldUnits + drawn.affordableUnits;
    const features = { ...known.limits.features, [query.feature]: limitUnits };
    return { ...known, limits: { ...known.limits, features }, credits: drawn.credits };
  }

  /** A row as the API shows it, with the credits it draws on. */
  #usage(
    known: Known,
    query: UsageQuery,
    row: MeterRow,
    heldUnits: number,
    wouldRefuse: WouldRefuse | null,
  ): Usage {
    const credited = this.#credited(known, query, row, heldUnits);
    return toUsage(credited, query, row, heldUnits, wouldRefuse);
  }

  /** Counts units on the day it is for the customer; what is left of one that is over is kept. */
  #countOnDay(known: Known, query: UsageQuery, row: MeterRow, units: number): DayCount {
    const { customerId, feature } = query;
    const { now, over } = countOnDay(row, known.rules.timeZone, known.timeMs, units);
    if (over) putDayOver(this.#storage.sql, { customerId, feature, ...over });
    return now;
  }

  /** Tells a customer's open pages how a feature stands. */
  #tellOf(query: UsageQuery): void {
    const read = this.read(query);
    if (read.kind === 'usage') this.#tell(query.customerId, { usage: read.usage });
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

  /**
   * The meter of a feature in the period of now, started anew when the one before is over: then
   * `over` is that one.
   */
  #runningRow(known: Known, { customerId, feature }: UsageQuery): RunningRow {
    const row = this.#store.meter(customerId, feature);
    const running = row ? { startMs: row.period_start_ms, endMs: row.period_end_ms } : null;
    const period = countingPeriod(running, known.rules, known.subscription, known.timeMs);
    const before = period.startsAnew ? null : row;
    const now: MeterRow = {
      used_units: before?.used_units ?? 0,
      over_units: before?.over_units ?? 0,
      handed_units: before?.handed_units ?? 0,
      period_start_ms: period.startMs,
      period_end_ms: period.endMs,
      window_start_ms: row?.window_start_ms ?? 0,
      window_calls: row?.window_calls ?? 0,
      told: period.startsAnew ? 0 : (row?.told ?? 0),
      // A key is good for 24 h, whatever becomes of the period.
      answers: row?.answers ?? '',
      // A day does not end with a period.
      ...dayOf(row ?? NO_DAY),
    };
    return { row: now, over: period.startsAnew && row ? row : null };
  }
}

/** What a row says of its day. */
const dayOf = ({ day, day_end_ms, day_units, rolled_units }: DayCount): DayCount => ({
  day,
  day_end_ms,
  day_units,
  rolled_units,
});

type Need = Extract<UsageAnswer, { kind: 'need' }>;

/** A meter in the period of now; `over` is the one it was in, where that is over. */
export interface RunningRow {
  row: MeterRow;
  over: MeterRow | null;
}

/** Units a customer may take, or takes where a refusal (`wouldRefuse`) is only observed. */
export interface Judged {
  units: number;
  running: RunningRow;
  window: RateWindow;
  wouldRefuse: WouldRefuse | null;
}

/** What a shard knows that a call is judged by. */
export interface Known {
  rules: Rules;
  plan: string;
  limits: TierLimits;
  headerPlan: string | null;
  isBanned: boolean;
  subscription: SubscriptionTerms | null;
  /** What time it is for the customer. */
  timeMs: number;
  /** Of the feature asked for, where it draws on them: its limit is what they are enough for. */
  credits?: Drawn['credits'];
}

/** Why nothing may begin for a known customer; null when it may. */
function refusalTo(known: Known, headerPlan: string | null): Refused | Need | null {
  if (known.isBanned) return { kind: 'refused', code: 'customer_banned', details: {} };
  if (headerPlan !== null && headerPlan !== known.headerPlan)
    return { kind: 'need', what: 'header_plan' };
  return null;
}

function notIncluded(known: Known, feature: string): Refused {
  const exists = Object.values(known.rules.tiers).some((tier) => feature in tier.features);
  const code = exists ? 'feature_not_included' : 'feature_not_found';
  return {
    kind: 'refused',
    code,
    details: { feature, plan: known.plan, features: Object.keys(known.limits.features) },
  };
}

function refusal(
  decision: Extract<Decision, { allowed: false }>,
  known: Known,
  feature: string,
  row: MeterRow,
  heldUnits: number,
): Refused {
  switch (decision.reason) {
    case 'feature_not_included':
      return notIncluded(known, feature);
    case 'rate_limited':
      return {
        kind: 'refused',
        code: 'rate_limited',
        details: { perMinute: known.limits.rateLimitPerMinute },
        retryAfterSeconds: Math.max(1, Math.ceil(decision.retryAfterMs / 1000)),
      };
    case 'limit_reached':
      return {
        kind: 'refused',
        code: 'limit_reached',
        details: {
          usageCount: row.used_units,
          limit: decision.limitUnits,
          ...(heldUnits > 0 && { held: heldUnits }),
          ...(known.credits && { credits: known.credits }),
          plan: known.plan,
          feature,
          resetsAtMs: row.period_end_ms,
        },
      };
  }
}

/** A row as the API shows it. Of a feature the plan does not have any more nothing remains. */
function toUsage(
  known: Known,
  { feature }: UsageQuery,
  row: MeterRow,
  heldUnits: number,
  wouldRefuse: WouldRefuse | null,
): Usage {
  const bounds = { startMs: row.period_start_ms, endMs: row.period_end_ms };
  const { [feature]: limitUnits = 0 } = known.limits.features;
  const limited = typeof limitUnits === 'number';
  return {
    count: row.used_units,
    limit: limited ? limitUnits : 'unlimited',
    remaining: limited ? Math.max(0, limitUnits - row.used_units - heldUnits) : 'unlimited',
    ...(limited &&
      known.limits.soft?.includes(feature) &&
      row.used_units > limitUnits && { overageUnits: row.used_units - limitUnits }),
    ...(heldUnits > 0 && { held: heldUnits }),
    ...(wouldRefuse && { wouldRefuse }),
    ...(known.credits && { credits: known.credits }),
    plan: known.plan,
    feature,
    ...periodLabels(bounds, known.rules.timeZone),
    resetsAtMs: row.period_end_ms,
  };
}
