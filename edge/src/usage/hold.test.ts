import { describe, expect, it } from 'vitest';
import {
  askedNext,
  type Closed,
  type Closing,
  decideClosing,
  type HeldAnswer,
  holdId,
  holdNamed,
  type KeptHold,
  lastingMs,
  turnId,
  unitsToGrant,
  wrongAtLeast,
} from './hold.ts';

describe('the id of a hold', () => {
  const id = holdId('0f', new Uint8Array(13).fill(7));

  it('names its shard and its row, and after renewals which one it is', () => {
    expect(id).toMatch(/^hold_0f[0-9a-z]{20}$/);
    expect(holdNamed(id)).toEqual({ shard: '0f', rowId: id, turn: 0 });
    expect(turnId(id, 0)).toBe(id);
    expect(holdNamed(turnId(id, 12))).toEqual({ shard: '0f', rowId: id, turn: 12 });
  });

  it.each([
    '',
    'hold_',
    'cust_00aaaaaaaaaaaaaaaaaaaa',
    'hold_zzaaaaaaaaaaaaaaaaaaaa',
    'hold_00aaaaaaaaaaaaaaaaaaa',
    'hold_00aaaaaaaaaaaaaaaaaaaa_0',
    'hold_00aaaaaaaaaaaaaaaaaaaa_01',
    'hold_00aaaaaaaaaaaaaaaaaaaa_1234567890',
    'hold_00aaaaaaaaaaaaaaaaaaaa_1_2',
    'hold_00AAAAAAAAAAAAAAAAAAAA',
    'hold_00aaaaaaaaaaaaaaaaaaaa\n',
  ])('is not %j', (text) => {
    expect(holdNamed(text)).toBe(null);
  });
});

it.each([
  ['all, where there is enough', 10, 3, 5, 5, 5],
  ['all there is, where that is enough', 10, 7, 5, 2, 3],
  ['what was asked for at least, to be refused, where less is left', 10, 9, 5, 2, 2],
  ['the same where more is taken than the limit', 10, 15, 5, 1, 1],
  ['all, where nothing limits', null, 1000, 5, 1, 5],
])('a hold gets %s', (_, limit, taken, amountUnits, atLeastUnits, expected) => {
  expect(unitsToGrant(limit, taken, { amountUnits, atLeastUnits })).toBe(expected);
});

it('lasts as long as was asked for, and never beyond the period', () => {
  expect([lastingMs(60, 90_000), lastingMs(60, 1500), lastingMs(60, -1)]).toEqual([
    60_000, 1500, 0,
  ]);
});

it('a renewal is for as many as the first, unless it says how many', () => {
  const none = { amountUnits: null, atLeastUnits: null, seconds: 60 };
  expect(askedNext(none, 8)).toEqual({ amountUnits: 8, atLeastUnits: 8, seconds: 60 });
  expect(askedNext({ ...none, amountUnits: 5 }, 8)).toMatchObject({ atLeastUnits: 5 });
  expect(wrongAtLeast(askedNext({ ...none, atLeastUnits: 8 }, 8))).toBe(null);
  expect(wrongAtLeast(askedNext({ ...none, atLeastUnits: 9 }, 8))).toMatchObject({
    code: 'invalid_request',
  });
});

describe('a hold is ended', () => {
  const answer = {} as HeldAnswer;
  const live: KeptHold = { turn: 2, units: 5, isLive: true, closed: null };
  const settled: Closed = { turn: 2, usedUnits: 3, key: 'k', fingerprint: 'a', answer };
  const over: KeptHold = { ...live, isLive: false, closed: settled };
  const settle = (usedUnits: number, more: Partial<Closing> = {}): Closing => ({
    usedUnits,
    key: null,
    fingerprint: `[${usedUnits}]`,
    isRenewal: false,
    ...more,
  });
  const renew = (fingerprint: string, more: Partial<Closing> = {}) =>
    settle(3, { isRenewal: true, fingerprint, ...more });
  const decided = (hold: KeptHold, turn: number, closing: Closing) => {
    const decision = decideClosing(hold, turn, closing);
    return decision.kind === 'refused' ? decision.code : decision.kind;
  };

  it.each([
    ['with none of its units', live, 2, settle(0), 'open'],
    ['with all of them', live, 2, settle(5), 'open'],
    ['not with more', live, 2, settle(6), 'invalid_request'],
    ['not where it was never granted', live, 3, settle(1), 'hold_not_found'],
    ['not where it was renewed long since', live, 0, settle(1), 'hold_settled'],
    ['as before with the same', over, 2, settle(3), 'repeat'],
    ['not with something else', over, 2, settle(2), 'hold_settled'],
    [
      'not with something else under the same key',
      over,
      2,
      settle(2, { key: 'k' }),
      'idempotency_conflict',
    ],
    ['as before by the same renewal', over, 2, renew('a'), 'repeat'],
    ['not by another renewal with the same units', over, 2, renew('b'), 'hold_settled'],
    [
      'as before, after it was renewed',
      { ...live, turn: 3, closed: settled },
      2,
      settle(3),
      'repeat',
    ],
    [
      'not after it expired',
      { ...over, closed: { ...settled, usedUnits: null, answer: null } },
      2,
      settle(3),
      'hold_expired',
    ],
  ] as const)('%s', (_, hold, turn, closing, expected) => {
    expect(decided(hold, turn, closing)).toBe(expected);
  });
});
