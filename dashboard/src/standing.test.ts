import type { Standing, Subscription } from '@dream/contract';
import { describe, expect, it } from 'vitest';
import { overageSoFar, planSentence, standingNotice } from './standing.ts';

const DAY_MS = 86_400_000;
const day = (atMs: number): string => `day ${atMs / DAY_MS}`;
const at = (days: number): number => days * DAY_MS;

const standing = (part: Partial<Standing>): Standing => ({
  state: 'paid',
  trialEndsAtMs: null,
  endsAtMs: null,
  lapsedAtMs: null,
  blocksAtMs: null,
  erasesAtMs: null,
  ...part,
});
const LAPSED = { lapsedAtMs: at(10), blocksAtMs: at(17), erasesAtMs: at(40) };

describe('what every page says', () => {
  const said = (part: Partial<Standing>, mode: 'test' | 'live' = 'test') =>
    standingNotice(standing(part), mode, day);

  it('is nothing while nothing is to be done', () => {
    expect([said({}), said({ state: 'trialing' }), said({ state: 'free' })]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('names the way into live mode there, and not in test mode', () => {
    expect(said({ state: 'free' }, 'live')).toMatchObject({ title: 'Live mode is closed' });
  });

  it('tells the end of a plan before it comes', () => {
    const cancelled = said({ state: 'trialing', endsAtMs: at(10) });
    expect(cancelled).toMatchObject({ title: 'Your plan ends on day 10', isUrgent: false });
  });

  it('tells when the API stops and when all is erased, before either comes', () => {
    const words = said({ state: 'grace', ...LAPSED });
    expect(words?.isUrgent).toBe(true);
    expect(words?.text).toContain('stops on day 17');
    expect(words?.text).toContain('erased on day 40');
  });

  it('tells that the API stopped, and when all is erased', () => {
    const words = said({ state: 'expired', ...LAPSED });
    expect(words?.title).toContain('has stopped');
    expect(words?.text).toContain('on day 40');
  });
});

describe('the plan of a developer', () => {
  const subscription = (part: Partial<Subscription>): Subscription => ({
    status: 'active',
    plan: 'pro',
    price: null,
    renewsAtMs: at(30),
    endsAtMs: null,
    trialEndsAtMs: null,
    graceEndsAtMs: null,
    next: null,
    ...part,
  });
  const sentence = (part: Partial<Subscription>) =>
    planSentence(
      { subscription: subscription(part), planSource: 'subscription' },
      'Pro',
      at(5),
      day,
    );

  it('counts the days of a trial that are left, the begun one as a whole', () => {
    const trial = { status: 'trialing', trialEndsAtMs: at(7) - 1 } as const;
    expect(sentence(trial)).toContain('2 days of your trial left. The first payment');
    expect(sentence({ ...trial, endsAtMs: at(7) })).toContain('nothing is charged');
    expect(sentence({ ...trial, trialEndsAtMs: at(6) })).toContain('1 day of');
  });

  it('says when it is renewed, when it ends, and that a payment is missing', () => {
    expect(sentence({})).toBe('Pro, renewed on day 30.');
    expect(sentence({ endsAtMs: at(30) })).toBe('Pro, until day 30.');
    expect(sentence({ status: 'past_due' })).toContain('a payment is missing');
  });

  it('that was given or is free is no subscription', () => {
    const none = { subscription: null };
    expect(planSentence({ ...none, planSource: 'set' }, 'Pro', 0, day)).toContain('given');
    expect(planSentence({ ...none, planSource: 'default' }, 'Free', 0, day)).toContain('test mode');
  });
});

describe('the overage so far', () => {
  const line = { feature: 'customers', perUnits: 10, price: 25, currency: 'usd' };
  const tiers = [{ name: 'pro', currency: 'usd', overage: [line] }];
  const usage = { plan: 'pro', feature: 'customers' };

  it('is what is above the limit, a begun lot as a whole one', () => {
    expect(overageSoFar({ ...usage, overageUnits: 21 }, tiers, null)).toMatchObject({
      units: 21,
      priceMinor: 75,
      currency: 'usd',
    });
    expect(overageSoFar(usage, tiers, 'usd')).toMatchObject({ units: 0, priceMinor: 0 });
  });

  it('is none where the plan bills none, or not in that currency', () => {
    expect(overageSoFar({ ...usage, plan: 'free' }, tiers, null)).toBeNull();
    expect(overageSoFar(usage, tiers, 'eur')).toBeNull();
  });
});
