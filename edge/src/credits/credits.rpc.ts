import type { CreditGrant, Credits as CreditsAnswer, UsageCredits } from '@dream/contract';
import type { RunningUsage } from '../usage/running-usage.ts';
import type { Refused } from '../usage/hold.ts';
import type { Entitlement } from '../usage/entitlement.ts';
import { eventId, Notices } from '../usage/notices.rpc.ts';
import { countingPeriod } from '../usage/period.ts';
import type { NotYet, UsageQuery } from '../usage/usage-call.ts';
import {
  type Account,
  accountAt,
  ALLOWANCE,
  leftUnits,
  type PeriodAt,
  resumed,
  revoke,
} from './account.ts';
import { type Level, sharesUsed } from './balance-notice.ts';
import {
  findGrant,
  forgetGrants,
  type GivenGrant,
  readAccount,
  readEnding,
  readNearest,
  readOpen,
  takeOut,
  writeAccount,
  writeGrant,
  writeLevel,
} from './credits.store.ts';
import type { Draw, Draws } from './draws.ts';
import type { Giving } from './giving.ts';
import { type Standing, standingOf } from './standing.ts';
import { foldLedger, KEPT_APART_MS, putUse, readEntries } from './ledger.store.ts';

/** Who is asked about; as with usage, the shard may need to know more first. */
export type CreditsQuery = Omit<UsageQuery, 'feature'>;

/** Which entries: the newest `limit` before a number. */
export interface EntryPage {
  before: number;
  limit: number;
}

interface Given {
  kind: 'given';
  grant: CreditGrant;
  balanceUnits: number;
  replayed: boolean;
}
/** What became of giving. */
export type GiveAnswer = Given | Refused | NotYet;
/** A customer's credits, or what it takes to tell. */
export type CreditsRead =
  | { kind: 'credits'; credits: Omit<CreditsAnswer, 'userId' | 'nextCursor'> }
  | NotYet;
/** How many units were taken back: none when it was done before, or nothing was left. */
export type TakeAnswer = { kind: 'taken'; units: number } | NotYet;

/** What credits weigh in a customer's plan, and what is left of them. */
export interface Drawn {
  credits: UsageCredits;
  /** Units of the feature that are left beside those held. */
  affordableUnits: number;
}

const DAY_MS = 86_400_000;
/** How many grants are shown. */
const MOST_SHOWN = 100;
/** Stands for a feature; no feature has such a name. */
const KEPT_AS = 'credits:allowance';

/** The credits of a shard's customers. Each method is one transaction, or part of its caller's. */
export class Credits {
  readonly #storage: DurableObjectStorage;
  readonly #heldUnits: (meter: { customerId: string; feature: string }) => number;
  readonly #draws: Draws;

  /** `heldUnits` of a meter are set aside: what they weigh is nobody else's. */
  constructor(
    storage: DurableObjectStorage,
    heldUnits: (meter: { customerId: string; feature: string }) => number,
    draws: Draws,
  ) {
    this.#storage = storage;
    this.#heldUnits = heldUnits;
    this.#draws = draws;
  }

  /**
   * What a feature can draw on, of which `heldUnits` are in holds; null when it draws on none. `drawn`
   * is what its meter is about to keep, where a call is answered before its row is written.
   */
  of(
    known: Entitlement,
    { customerId, feature }: UsageQuery,
    heldUnits: number,
    drawn?: Draw,
  ): Drawn | null {
    const weight = known.limits.weights?.[feature];
    if (weight === undefined) return null;
    const standing = this.bringUpToDate(known, customerId);
    const keptUnits = this.#draws.of(customerId).get(feature)?.units ?? 0;
    const balanceUnits = standing.balanceUnits - (drawn ? drawn.units - keptUnits : 0);
    const elsewhere = this.#held(known, customerId, feature);
    const freeUnits = balanceUnits - elsewhere - heldUnits * weight;
    const nextExpiryAtMs = standing.next?.expiresMs ?? null;
    return {
      credits: { balanceUnits, weight, ...(nextExpiryAtMs !== null && { nextExpiryAtMs }) },
      affordableUnits: Math.max(0, Math.floor(freeUnits / weight)),
    };
  }

  /**
   * Takes what units of a feature weigh, as far as there is so much. Answers what the feature's meter
   * is to keep of it; undefined where that stays as it is. A grant that is used up is written down at
   * once, so what meters keep is always of the one that is drawn next.
   */
  draw(
    known: Entitlement,
    { customerId, feature }: UsageQuery,
    units: number,
    day: string,
  ): Draw | undefined {
    const weight = known.limits.weights?.[feature];
    if (weight === undefined || units === 0) return undefined;
    const { balanceUnits, next, level } = this.bringUpToDate(known, customerId);
    const drawnUnits = Math.min(units * weight, balanceUnits);
    if (next === null || drawnUnits === 0) return undefined;
    this.#fell(known, customerId, level, balanceUnits - drawnUnits);
    const drawn = { units: drawnUnits, day, atMs: known.timeMs };
    if (drawnUnits >= next.leftUnits) {
      this.#writeDown(customerId, known.timeMs, [[feature, drawn]]);
      return undefined;
    }
    const open = this.#draws.of(customerId).get(feature);
    const isOtherDay = open !== undefined && open.day !== day;
    if (isOtherDay) this.#writeDown(customerId, known.timeMs);
    return { ...drawn, units: drawnUnits + (isOtherDay ? 0 : (open?.units ?? 0)) };
  }

  /** Gives credits, once for an id. */
  give(known: Entitlement, customerId: string, giving: Giving): GiveAnswer {
    const { sql } = this.#storage;
    this.bringUpToDate(known, customerId);
    this.#writeDown(customerId, known.timeMs);
    const first = findGrant(sql, customerId, giving.id);
    if (first && first.fingerprint !== giving.fingerprint)
      return { kind: 'refused', code: 'idempotency_conflict', details: {} };
    if (first) return this.#given(known, customerId, first, true);
    const { id, source, units, note, fingerprint } = giving;
    const startsMs = known.timeMs;
    const expiresMs = endOf(giving.expires, startsMs);
    if (expiresMs !== null && expiresMs <= startsMs) return tooLate;
    this.bringUpToDate(known, customerId, true);
    const grant = { id, source, units, usedUnits: 0, goneUnits: 0, startsMs, expiresMs };
    const given: GivenGrant = { ...grant, note, fingerprint };
    writeGrant(sql, customerId, given, { kind: source, units, atMs: startsMs, grantId: id });
    const answer = this.#given(known, customerId, given, false);
    this.#rose(known, customerId, answer.balanceUnits);
    return answer;
  }

  /**
   * Takes back what is left of a grant. One that has not come yet is taken as given and taken back, so
   * that it gives nothing when it comes.
   */
  take(known: Entitlement, customerId: string, giving: Giving): TakeAnswer {
    const { sql } = this.#storage;
    const isKnown = findGrant(sql, customerId, giving.id) !== undefined;
    if (!isKnown) this.give(known, customerId, giving);
    this.bringUpToDate(known, customerId);
    this.#writeDown(customerId, known.timeMs);
    const grant = findGrant(sql, customerId, giving.id);
    const taken = grant && revoke(grant, known.timeMs);
    if (!grant || !taken?.change) return { kind: 'taken', units: 0 };
    writeGrant(sql, customerId, { ...grant, ...taken.grant }, taken.change);
    const { level, balanceUnits } = this.bringUpToDate(known, customerId);
    // What came and went at once changed nothing.
    if (isKnown) this.#fell(known, customerId, level, balanceUnits);
    return { kind: 'taken', units: -taken.change.units };
  }

  /** What there is to tell of a customer's credits. */
  read(known: Entitlement, customerId: string, page: EntryPage): CreditsRead {
    const { sql } = this.#storage;
    this.bringUpToDate(known, customerId);
    this.#writeDown(customerId, known.timeMs);
    return {
      kind: 'credits',
      credits: {
        balanceUnits: readAccount(sql, customerId)?.balanceUnits ?? 0,
        heldUnits: this.#held(known, customerId, null),
        grants: readOpen(sql, customerId, MOST_SHOWN).map(toGrant),
        entries: readEntries(sql, customerId, page),
      },
    };
  }

  /** What was used of the running allowance, as usage that is kept of who is erased. */
  running(customerId: string, nowMs: number): RunningUsage[] {
    const { sql } = this.#storage;
    this.#writeDown(customerId, nowMs);
    const period = readAccount(sql, customerId)?.period;
    const usedUnits = findGrant(sql, customerId, ALLOWANCE)?.usedUnits ?? 0;
    if (!period || period.endMs <= nowMs || usedUnits === 0) return [];
    const { startMs: periodStartMs, endMs: periodEndMs } = period;
    return [{ feature: KEPT_AS, usedUnits, periodStartMs, periodEndMs }];
  }

  /** Goes on from such usage, unless there is more already. Whether it is of credits. */
  resume(customerId: string, usage: RunningUsage): boolean {
    const { feature, usedUnits, periodStartMs: startMs, periodEndMs: endMs } = usage;
    if (feature !== KEPT_AS) return false;
    const { sql } = this.#storage;
    this.#writeDown(customerId, startMs);
    const before = this.#standing(customerId).account;
    const { account, changes } = resumed(before, usedUnits, { startMs, endMs }, startMs);
    writeAccount(sql, customerId, before, account, changes);
    return true;
  }

  /**
   * How the credits stand now: what became of them meanwhile is written down. It `opens` an account for
   * who never had credits and is about to get some.
   */
  bringUpToDate(known: Entitlement, customerId: string, opens = false): Standing {
    const { rules, limits, subscription, timeMs } = known;
    return this.#storage.transactionSync(() => {
      const terms = limits.credits ?? null;
      const standing = this.#standing(customerId);
      // Who has no credits of a plan, and never had any, has no period of them.
      if (!terms && !standing.account.period && !opens) return standing;
      const periodAt: PeriodAt = (running, atMs) =>
        countingPeriod(running, rules, subscription, atMs);
      const { account: soon } = accountAt(standing.account, terms, periodAt, timeMs);
      const isUsedUp = standing.next !== null && standing.next.leftUnits <= 0;
      if (isSame(standing.account, soon) && !isUsedUp) return standing;
      // What was drawn was drawn before any of that.
      this.#writeDown(customerId, timeMs);
      const { sql } = this.#storage;
      const before = { ...standing.account, grants: readEnding(sql, customerId, timeMs) };
      const { account, changes } = accountAt(before, terms, periodAt, timeMs);
      writeAccount(sql, customerId, before, account, changes);
      const now = this.#standing(customerId);
      if (changes.some(({ units }) => units > 0)) this.#rose(known, customerId, now.balanceUnits);
      else if (changes.length > 0) this.#fell(known, customerId, now.level, now.balanceUnits);
      return now;
    });
  }

  #standing(customerId: string): Standing {
    const { sql } = this.#storage;
    const stored = readAccount(sql, customerId);
    const grants = stored ? readNearest(sql, customerId) : [];
    return standingOf(stored, grants, sumOf([...this.#draws.of(customerId)]));
  }

  /**
   * Takes what was drawn, and what is being drawn, out of the grants, and writes a line of it for each
   * feature and day; before that, what is old is made one line.
   */
  #writeDown(customerId: string, nowMs: number, beingDrawn: readonly [string, Draw][] = []): void {
    const { sql } = this.#storage;
    foldLedger(sql, customerId, nowMs);
    forgetGrants(sql, customerId, nowMs - KEPT_APART_MS);
    const kept = this.#draws.of(customerId);
    const draws = [...kept, ...beingDrawn];
    if (draws.length === 0) return;
    takeOut(sql, customerId, sumOf(draws));
    for (const [feature, drawn] of draws) putUse(sql, customerId, { feature, ...drawn });
    if (kept.size > 0) this.#draws.clear(customerId);
  }

  /** The balance rose: from here on it can run low once more. */
  #rose({ timeMs }: Entitlement, customerId: string, balanceUnits: number): void {
    const level = { fullUnits: balanceUnits, fullMs: timeMs, told: 0 };
    writeLevel(this.#storage.sql, customerId, level);
  }

  /** The balance fell: webhooks are told when it runs low. */
  #fell(known: Entitlement, customerId: string, level: Level, balanceUnits: number): void {
    if (!known.rules.noticesTo) return;
    const { shares, told } = sharesUsed(level, balanceUnits);
    if (shares.length === 0) return;
    writeLevel(this.#storage.sql, customerId, { ...level, told });
    const { fullUnits, fullMs } = level;
    const notices = shares.map((percent) => ({
      id: eventId(customerId, 'credits.low', fullMs, fullUnits, percent),
      customerId,
      type: 'credits.low' as const,
      data: { plan: known.plan, balanceUnits, fullUnits, percent },
    }));
    new Notices(this.#storage).put(notices, known.nowMs);
  }

  /** Webhooks are told of what a customer was given. */
  tellGiven(known: Entitlement, customerId: string, { grant, balanceUnits }: Given): void {
    if (!known.rules.noticesTo) return;
    const id = eventId(customerId, 'credits.granted', grant.id);
    const data = { grant, balanceUnits };
    const notice = { id, customerId, type: 'credits.granted' as const, data };
    new Notices(this.#storage).put([notice], known.nowMs);
  }

  #given(known: Entitlement, customerId: string, grant: GivenGrant, replayed: boolean): Given {
    const { balanceUnits } = this.bringUpToDate(known, customerId);
    return { kind: 'given', grant: toGrant(grant), balanceUnits, replayed };
  }

  /** What all holds of a customer weigh, except those of one feature. */
  #held({ limits }: Entitlement, customerId: string, except: string | null): number {
    return Object.entries(limits.weights ?? {})
      .filter(([feature]) => feature !== except)
      .reduce(
        (sum, [feature, weight]) => sum + this.#heldUnits({ customerId, feature }) * weight,
        0,
      );
  }
}

const sumOf = (draws: readonly (readonly [feature: string, Draw])[]): number =>
  draws.reduce((sum, [, { units }]) => sum + units, 0);

/** Whether time left an account as it was: grants are replaced when they change. */
const isSame = (one: Account, other: Account): boolean =>
  one.period?.startMs === other.period?.startMs &&
  one.period?.endMs === other.period?.endMs &&
  one.grants.length === other.grants.length &&
  one.grants.every((grant, index) => grant === other.grants[index]);

function endOf(expires: Giving['expires'], startsMs: number): number | null {
  if (expires === null) return null;
  return 'atMs' in expires ? expires.atMs : startsMs + expires.inDays * DAY_MS;
}

const tooLate: Refused = {
  kind: 'refused',
  code: 'invalid_request',
  details: { issues: [{ path: 'expiresAtMs', message: 'Must be to come.' }] },
};

const toGrant = (grant: Omit<GivenGrant, 'fingerprint'>): CreditGrant => ({
  id: grant.id,
  source: grant.source,
  units: grant.units,
  leftUnits: leftUnits(grant),
  startsAtMs: grant.startsMs,
  expiresAtMs: grant.expiresMs,
  note: grant.note,
});
