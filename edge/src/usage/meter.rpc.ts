import { RpcTarget } from 'cloudflare:workers';
import type { ErrorCode } from '@dream/contract/errors';
import {
  Credits,
  type CreditsQuery,
  type CreditsRead,
  type EntryPage,
  type GiveAnswer,
  type TakeAnswer,
} from '../credits/credits.rpc.ts';
import type { Draw } from '../credits/draws.ts';
import type { Giving } from '../credits/giving.ts';
import { shardOf } from '../customers/customer-id.ts';
import type { RunningUsage } from './running-usage.ts';
import type { CustomerSnapshot } from '../customers/plan.ts';
import type { EnvironmentRef } from '../deps.ts';
import { Counter } from './counter.rpc.ts';
import type { MeterName } from './day.ts';
import { type Entitlement, notIncluded, refusalTo } from './entitlement.ts';
import { Entitlements } from './entitlements.rpc.ts';
import { type HoldAnswer, type HoldCall, Holds, type SettleCall, unitsHeld } from './hold.rpc.ts';
import type { LiveHolds } from './live-holds.ts';
import type { MeterRow } from './meter.ts';
import { MeterStore } from './meter.store.ts';
import type { NoticesTo } from './notice.ts';
import { isBoolean, observedInstead } from './observe.ts';
import { loggedAnswer, replayOf } from './replay.store.ts';
import { isCounted, noteCounted } from './sequence.store.ts';
import type { Tell } from './told.ts';
import type { Adjusting, NotYet, UsageAnswer, UsageCall, UsageQuery } from './usage-call.ts';

/** Who sees to it that what was counted reaches the usage by day. */
type Counted = (meter: MeterName, nowMs: number) => void;

/**
 * What a shard offers of usage and credits, one call after the other. Each call is one transaction:
 * what is read, what is decided of it and what is written. When they are committed is the shard's to
 * say.
 */
export class MeterRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;
  readonly #store: MeterStore;
  readonly #tell: Tell;
  readonly #counted: Counted;
  readonly #heldUnits: (meter: MeterName) => number;
  readonly #entitlements: Entitlements;
  readonly #credits: Credits;
  readonly #counter: Counter;
  readonly #holds: Holds;

  /**
   * `tell` reaches a customer's open pages; `arm` sees to it that overage is reported in time;
   * `counted` hears of each meter that counted, when that is written and not yet committed; `live`
   * remembers which meters have holds.
   */
  constructor(
    storage: DurableObjectStorage,
    tell: Tell,
    arm: () => void,
    counted: Counted,
    live: LiveHolds,
  ) {
    super();
    this.#storage = storage;
    this.#store = new MeterStore(storage.sql);
    this.#tell = tell;
    this.#counted = counted;
    this.#heldUnits = (meter) => unitsHeld(storage, live, meter);
    this.#credits = new Credits(storage, this.#heldUnits, this.#store.draws);
    this.#entitlements = new Entitlements(
      this.#store,
      tell,
      (known, customerId, nowMs) => {
        this.#holds.endOf({ customerId, nowMs, rulesVersion: 0 });
        this.#credits.bringUpToDate(known, customerId);
      },
      (customerId, usage) => this.#resume(customerId, usage),
    );
    this.#counter = new Counter(storage, this.#store, this.#credits, this.#heldUnits, arm);
    this.#holds = new Holds(storage, live, this.#counter, {
      atOnce: (customerId, act) => this.#atOnce(customerId, act),
      learn: (query) => this.#entitlements.learn(query),
      stored: ({ customerId, feature }) => this.#store.meter(customerId, feature),
      tell: (query) => this.#tellOf(query),
      changed: (query) => {
        this.#counted(query, query.nowMs);
        this.#tellOf(query);
        this.#tellOthers(query);
      },
      arm,
    });
  }

  /** Runs calls that share a transaction: each count is written once, however many changed it. */
  together<T>(calls: () => T): T {
    return this.#store.together(calls);
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
      this.#tellOthers(call);
    }
    if (answer.kind === 'refused' && answer.code === 'limit_reached') this.#tellOf(call);
    return answer;
  }

  #track(call: UsageCall): UsageAnswer {
    const known = this.#entitlements.learn(call);
    if ('kind' in known) return known;
    const no = refusalTo(known, call.headerPlan);
    if (no) return no;
    const replay = call.idempotency && replayOf(this.#store, call, call.idempotency);
    if (replay) return replay;
    const { sql } = this.#storage;
    const { sequence } = call;
    if (sequence && isCounted(sql, { ...call, sequence })) return this.read(call);
    // Nothing is counted of a boolean feature: the answer is that the plan includes it.
    if (isBoolean(known.rules, known.limits, call.feature)) return this.read(call);
    const { amountUnits } = call;
    const heldUnits = this.#heldUnits(call);
    const all = { amountUnits, atLeastUnits: amountUnits };
    const judged = this.#counter.judge(known, call, all, heldUnits);
    if ('kind' in judged) return judged;
    const { running, window, wouldRefuse } = judged;
    const usageOf = (row: MeterRow, draw?: Draw) =>
      this.#counter.usage(known, call, row, heldUnits, wouldRefuse, draw);
    const counted = this.#counter.count(known, call, running, amountUnits, window, (row, draw) =>
      loggedAnswer(this.#store, call, row.answers, usageOf(row, draw)),
    );
    if (sequence) noteCounted(sql, { ...call, sequence });
    return { kind: 'usage', usage: usageOf(counted), replayed: false };
  }

  /** The usage of one feature now; counts nothing. */
  read(query: UsageQuery): UsageAnswer {
    this.#holds.endOf(query);
    const known = this.#entitlements.learn(query);
    if ('kind' in known) return known;
    const isIncluded = known.limits.features[query.feature] !== undefined;
    const no = isIncluded ? null : notIncluded(known, query.feature);
    const wouldRefuse = no && observedInstead(known.rules, no.code);
    if (no && !wouldRefuse) return no;
    const { row } = this.#counter.running(known, query);
    const usage = this.#counter.usage(known, query, row, this.#heldUnits(query), wouldRefuse);
    return { kind: 'usage', usage, replayed: false };
  }

  /**
   * Raises the count of a feature to its limit, so that the next call crosses it. Without a limit
   * nothing changes. Webhooks are told of the refusal that follows, not of this.
   */
  fill(query: UsageQuery): UsageAnswer {
    this.#holds.endOf(query);
    this.#atOnce(query.customerId, () => {
      const known = this.#entitlements.learn(query);
      if (!('kind' in known)) this.#counter.fill(known, query);
    });
    const answer = this.read(query);
    if (answer.kind === 'usage') {
      this.#counted(query, query.nowMs);
      this.#tell(query.customerId, { usage: answer.usage });
      this.#tellOthers(query);
    }
    return answer;
  }

  /**
   * Changes a count, or what is granted, by hand, once for its key. Usage by day keeps what was used, what
   * was billed stays billed, and webhooks are told of the use that follows, not of this.
   */
  adjust(asked: Adjusting): UsageAnswer {
    this.#holds.endOf(asked);
    const answer = this.#atOnce(asked.customerId, () => {
      const known = this.#entitlements.learn(asked);
      return 'kind' in known ? known : this.#counter.adjust(known, asked);
    });
    if (answer.kind === 'usage' && !answer.replayed)
      this.#tell(asked.customerId, { usage: answer.usage });
    return answer;
  }

  /** Gives a customer credits, once for an id, whatever its plan is. */
  giveCredits({ giving, ...query }: CreditsQuery & { giving: Giving }): GiveAnswer {
    const { customerId } = query;
    const answer = this.#withCredits(query, (known) => {
      if (known.isBanned && giving.source === 'grant')
        return { kind: 'refused' as const, code: 'customer_banned' as const, details: {} };
      const given = this.#credits.give(known, customerId, giving);
      if (given.kind === 'given' && !given.replayed)
        this.#credits.tellGiven(known, customerId, given);
      return given;
    });
    if (answer.kind === 'given' && !answer.replayed) this.#tellBalance(query);
    return answer;
  }

  /** Takes back what is left of credits that were given, once. */
  takeCredits({ giving, ...query }: CreditsQuery & { giving: Giving }): TakeAnswer {
    const answer = this.#withCredits(query, (known) =>
      this.#credits.take(known, query.customerId, giving),
    );
    if (answer.kind === 'taken' && answer.units > 0) this.#tellBalance(query);
    return answer;
  }

  /** The credits of a customer and a page of its ledger. */
  credits({ page, ...query }: CreditsQuery & { page: EntryPage }): CreditsRead {
    return this.#withCredits(query, (known) => this.#credits.read(known, query.customerId, page));
  }

  /** Says something of a customer's credits, after its holds that are over have drawn on them. */
  #withCredits<A>(query: CreditsQuery, say: (known: Entitlement) => A): A | NotYet {
    this.#holds.endOf(query);
    return this.#atOnce(query.customerId, () => {
      const known = this.#entitlements.learn(query);
      return 'kind' in known ? known : say(known);
    });
  }

  /** Takes the plan of a customer, unless it knows a newer one; open pages learn what changed. */
  putCustomer(snapshot: CustomerSnapshot, nowMs: number): void {
    this.#entitlements.put(snapshot, nowMs);
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
    const ref = this.environment();
    const shard = shardOf(this.#store.anyWithOverage() ?? '');
    return ref && shard !== null ? { ref, shard } : null;
  }

  /** Why nothing may begin for a customer, as far as the shard knows; else null. */
  refusalOf(customerId: string): ErrorCode | null {
    return this.#entitlements.refusalOf(customerId);
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
      if (this.refusalOf(customerId) !== 'customer_not_found') this.#resume(customerId, usage);
    });
  }

  #resume(customerId: string, usage: readonly RunningUsage[]): void {
    for (const one of usage)
      if (!this.#credits.resume(customerId, one)) this.#store.resume(customerId, one);
  }

  /** Forgets what is remembered of a customer, whose meters somebody else has written. */
  forget(customerId: string): void {
    this.#store.forget(customerId);
  }

  /** Does it all or, when it throws, nothing. */
  #atOnce<T>(customerId: string, act: () => T): T {
    try {
      this.#store.begin();
      return this.#storage.transactionSync(act);
    } catch (error) {
      this.#store.undo(customerId);
      throw error;
    }
  }

  /** Tells a customer's open pages how a feature stands. */
  #tellOf(query: UsageQuery): void {
    this.#tell(query.customerId, () => {
      const read = this.read(query);
      return read.kind === 'usage' ? { usage: read.usage } : null;
    });
  }

  /** Tells them how the others stand that draw on the same balance. */
  #tellOthers(query: UsageQuery): void {
    const weights = this.#entitlements.of(query.customerId, query.nowMs)?.limits.weights ?? {};
    if (weights[query.feature] === undefined) return;
    for (const feature of Object.keys(weights))
      if (feature !== query.feature) this.#tellOf({ ...query, feature });
  }

  /** Tells them that credits came or went, and how all stand that draw on them. */
  #tellBalance(query: CreditsQuery): void {
    this.#tell(query.customerId, { changed: true });
    const weights = this.#entitlements.of(query.customerId, query.nowMs)?.limits.weights ?? {};
    for (const feature of Object.keys(weights)) this.#tellOf({ ...query, feature });
  }
}
