import { describe, expect, it } from 'vitest';
import {
  isBounded,
  type PlatformFacts,
  type PlatformSubscription,
  refusalBy,
  standingOf,
} from './standing.ts';

const DAY_MS = 86_400_000;
/** The end of the plan, in days since which the instants of these tests are told. */
const END_MS = Date.UTC(2030, 0, 31);
const day = (days: number): number => END_MS + days * DAY_MS;
const CREATED_MS = day(-60);

const facts = (...subscriptions: Partial<PlatformSubscription>[]): PlatformFacts => ({
  isGiven: false,
  takenBackAtMs: null,
  subscriptions: subscriptions.map((one) => ({
    status: 'active',
    endsAtMs: null,
    graceEndsAtMs: null,
    trialEndsAtMs: null,
    periodEndMs: day(20),
    ...one,
  })),
});

const at = (known: PlatformFacts | null, nowMs: number, createdAtMs = CREATED_MS) =>
  standingOf({ isPlatform: false, createdAtMs, facts: known }, nowMs);

const ENDED = facts({ status: 'canceled', endsAtMs: END_MS });

describe('a project', () => {
  it.each<[what: string, known: PlatformFacts | null, standing: string]>([
    ['of nobody the platform knows', null, 'free'],
    ['whose developer never had a plan', facts(), 'free'],
    ['whose developer did not finish paying', facts({ status: 'incomplete' }), 'free'],
    ['whose developer tries a plan', facts({ status: 'trialing' }), 'trialing'],
    ['whose developer pays', facts({ status: 'active' }), 'paid'],
    ['of a missing payment', facts({ status: 'past_due', graceEndsAtMs: day(3) }), 'past_due'],
    ['whose plan was given', { ...facts(), isGiven: true }, 'paid'],
    ['whose plan is to end', facts({ endsAtMs: day(1) }), 'paid'],
    ['whose plan was given after it ended', { ...ENDED, isGiven: true }, 'paid'],
    ['of who came back', facts({ status: 'canceled', endsAtMs: day(-50) }, {}), 'paid'],
  ])('%s stands as it should', (_what, known, standing) => {
    expect(at(known, END_MS).state).toBe(standing);
  });

  it.each([
    ['before the end', -1, 'paid'],
    ['at the end', 0, 'grace'],
    ['in the last moment of the grace', 7 * DAY_MS - 1, 'grace'],
    ['after the grace', 7 * DAY_MS, 'expired'],
    ['in the last moment before it is erased', 30 * DAY_MS - 1, 'expired'],
    ['30 days after the end', 30 * DAY_MS, 'erase'],
  ])('whose plan was cancelled is, %s, as told', (_when, afterMs, standing) => {
    expect(at(facts({ endsAtMs: END_MS }), END_MS + afterMs).state).toBe(standing);
  });

  it('whose payment stays missing ends with the time it was given to pay', () => {
    const unpaid = facts({ status: 'past_due', graceEndsAtMs: END_MS, endsAtMs: day(9) });
    expect([at(unpaid, day(-1)), at(unpaid, day(6)), at(unpaid, day(8))]).toMatchObject([
      { state: 'past_due', endsAtMs: END_MS },
      { state: 'grace', blocksAtMs: day(7) },
      { state: 'expired', erasesAtMs: day(30) },
    ]);
  });

  it('whose given plan was taken back goes the same way as one that was cancelled', () => {
    const takenBack = { ...facts(), takenBackAtMs: END_MS };
    expect([day(1), day(8), day(31)].map((nowMs) => at(takenBack, nowMs).state)).toEqual([
      'grace',
      'expired',
      'erase',
    ]);
  });

  it('lapses with the last thing it had, and not with an earlier one', () => {
    const long = facts({ status: 'canceled', endsAtMs: day(-90) }, { endsAtMs: END_MS });
    expect(at(long, day(1))).toMatchObject({ state: 'grace', lapsedAtMs: END_MS });
  });

  it('made after the end is free: it never had the plan', () => {
    expect(at(ENDED, day(40), day(2)).state).toBe('free');
    expect(at(ENDED, day(40), day(-2)).state).toBe('erase');
  });

  it('of the platform itself is paid for, whatever is known and however late it is', () => {
    for (const known of [null, facts(), ENDED])
      expect(
        standingOf({ isPlatform: true, createdAtMs: CREATED_MS, facts: known }, day(4000)),
      ).toMatchObject({ state: 'paid', erasesAtMs: null });
  });

  it('says when its trial ends', () => {
    const trialing = facts({ status: 'trialing', trialEndsAtMs: day(5) });
    expect(at(trialing, END_MS)).toMatchObject({ trialEndsAtMs: day(5), endsAtMs: null });
  });

  it('whose subscription is gone without a word lapses when its period would have ended', () => {
    const gone = facts({ status: 'canceled', periodEndMs: day(20) });
    expect(at(gone, END_MS)).toMatchObject({ state: 'grace', blocksAtMs: day(27) });
  });
});

describe('the API of a project', () => {
  const refused = (known: PlatformFacts | null, nowMs: number) => {
    const standing = at(known, nowMs);
    return [refusalBy(standing, 'test'), refusalBy(standing, 'live')];
  };

  it('answers in live mode only with a plan, and in test mode without', () => {
    expect(refused(null, END_MS)).toEqual([null, 'subscription_required']);
    expect(refused(facts({}), END_MS)).toEqual([null, null]);
  });

  it('answers through the grace, and no more in either mode after it', () => {
    expect(refused(ENDED, day(1))).toEqual([null, null]);
    for (const days of [8, 31])
      expect(refused(ENDED, day(days))).toEqual(['subscription_expired', 'subscription_expired']);
  });

  it('takes few test customers without a plan, and as many as there are with one', () => {
    expect([isBounded(at(null, END_MS)), isBounded(at(ENDED, day(1)))]).toEqual([true, true]);
    for (const status of ['active', 'trialing', 'past_due'] as const)
      expect(isBounded(at(facts({ status }), END_MS))).toBe(false);
  });
});
