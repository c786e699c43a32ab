import type { Connection, SecretKey, Tier } from '@dream/contract';
import { expect, it } from 'vitest';
import { checklist, type Setup } from './checklist.ts';

const none: Connection = {
  connected: false,
  via: null,
  stripeAccountId: null,
  accountName: null,
  mode: 'live',
  connectedAtMs: null,
  sells: false,
  chargesEnabled: false,
  detailsSubmitted: false,
  requirementsDue: [],
  onboarding: null,
};
const key: SecretKey = {
  id: 'key_1',
  name: 'Server',
  hint: 'abc',
  createdAtMs: 1,
  expiresAtMs: null,
  lastUsedAtMs: null,
  revokedAtMs: null,
};
const setup = (part: Partial<Setup>): Setup => ({
  project: 'prj_a',
  mode: 'live',
  keys: [],
  origins: [],
  tiers: [],
  connection: none,
  ...part,
});
const done = (part: Partial<Setup>) => checklist(setup(part)).map((step) => step.done);

it('has nothing done in an empty environment', () => {
  expect(done({})).toEqual([false, false, false, false, false]);
});

it("sells in test mode through the platform's account, and in live mode through an own one only", () => {
  const platform = { ...none, via: 'platform', sells: true } as const;
  expect(done({ mode: 'test', connection: platform })[1]).toBe(true);
  expect(done({ mode: 'live', connection: platform })[1]).toBe(false);
  expect(done({ mode: 'live', connection: { ...platform, via: 'own' } })[1]).toBe(true);
});

it('counts a key that works, and none that is revoked or about to end', () => {
  expect(done({ keys: [key] })[2]).toBe(true);
  expect(done({ keys: [{ ...key, revokedAtMs: 2 }] })[2]).toBe(false);
  expect(done({ keys: [{ ...key, expiresAtMs: 2 }] })[2]).toBe(false);
});

it('wants a tier that has a price and is listed', () => {
  const tier = { listed: true, prices: [{}] } as unknown as Tier;
  expect(done({ tiers: [tier] })[0]).toBe(true);
  expect(done({ tiers: [{ ...tier, listed: false }] })[0]).toBe(false);
  expect(done({ tiers: [{ ...tier, prices: [] }] })[0]).toBe(false);
});
