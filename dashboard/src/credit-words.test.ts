import type { CreditEntry } from '@dream/contract';
import { grantCredits } from '@dream/contract/credits';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  changeOf,
  endWords,
  entryWords,
  type GivingDraft,
  givingIn,
  givingWords,
  NO_GIVING,
  orderOf,
} from './credit-words.ts';

const NOON = Date.parse('2030-11-20T12:00:00Z');
const draft = (given: Partial<GivingDraft>): GivingDraft => ({ ...NO_GIVING, ...given });

describe('what is typed', () => {
  it.each([
    [{ units: '1' }],
    [{ units: '1,000', days: ' 30 ', note: ' Sorry for Tuesday ' }],
    [{ units: '1000000000000', days: '3650', note: 'x'.repeat(200) }],
  ])('is given as the API takes it: %j', (typed) => {
    const { giving, faults } = givingIn(draft(typed));
    expect(faults).toEqual({});
    expect(v.is(grantCredits.body ?? v.never(), giving)).toBe(true);
  });

  it.each([
    [{ units: '' }, ['units']],
    [{ units: '0' }, ['units']],
    [{ units: '1.5' }, ['units']],
    [{ units: '-3', days: '0' }, ['units', 'days']],
    [{ units: '1000000000001' }, ['units']],
    [{ units: '5', days: '3651' }, ['days']],
    [{ units: '5', days: 'soon' }, ['days']],
    [{ units: '5', note: 'x'.repeat(201) }, ['note']],
  ])('is told to be wrong at its field: %j', (typed, fields) => {
    const { giving, faults } = givingIn(draft(typed));
    expect([giving, Object.keys(faults)]).toEqual([null, fields]);
  });

  it('says when it would end', () => {
    expect(endWords(NO_GIVING, NOON)).toBe('Leave it empty and they never end.');
    expect(endWords(draft({ days: '30' }), NOON)).toMatch(/^They end .*2030\.$/);
  });
});

it('a confirmation says what the balance will be, when it ends, and which reason is kept', () => {
  expect(givingWords({ units: 50 }, 1200, NOON)).toBe(
    'The balance goes from 1,200 to 1,250 credits. What is given never ends. No reason is kept.',
  );
  expect(givingWords({ units: 50, expiresInDays: 10, note: 'Sorry' }, 0, NOON)).toMatch(
    /^The balance goes from 0 to 50 credits\. What is given ends .*2030, unless it is used before\. The reason is kept: “Sorry”\.$/,
  );
});

describe('a line of the ledger', () => {
  const entry = (given: Partial<CreditEntry>): CreditEntry => ({
    seq: 1,
    kind: 'use',
    units: -1,
    atMs: NOON,
    feature: null,
    day: null,
    grantId: null,
    note: null,
    ...given,
  });

  it.each([
    [{ kind: 'allowance', units: 5, grantId: 'allowance' }, 'From the plan'],
    [{ kind: 'allowance', units: -5, grantId: 'allowance' }, 'The plan gives fewer'],
    [{ kind: 'roll_over', grantId: 'roll_over' }, 'Rolled over from the period before'],
    [{ kind: 'purchase', grantId: 'ord_a1_0' }, 'Bought in the store'],
    [{ kind: 'grant', grantId: 'crg_a' }, 'Given by you'],
    [{ kind: 'use', feature: 'chat' }, 'Used by chat'],
    [{ kind: 'expire', grantId: 'allowance' }, 'The plan’s credits ended, not used in time'],
    [{ kind: 'expire', grantId: 'roll_over' }, 'Rolled over credits ended, not used in time'],
    [{ kind: 'expire', grantId: 'ord_a1_0' }, 'Bought credits ended, not used in time'],
    [{ kind: 'expire', grantId: 'crg_a' }, 'Given credits ended, not used in time'],
    [{ kind: 'revoke', grantId: 'ord_a1_0_1' }, 'Taken back: the money for it went back'],
    [{ kind: 'opening' }, 'All that was before'],
  ] as const)('%j says where it came from', (given, words) => {
    expect(entryWords(entry(given))).toBe(words);
  });

  it('leads to the order it was bought with, and says which way it went', () => {
    expect([orderOf('ord_a1_0_2'), orderOf('crg_a_0'), orderOf(null)]).toEqual([
      'ord_a1',
      null,
      null,
    ]);
    expect([changeOf(1000), changeOf(-25)]).toEqual(['+1,000', '−25']);
  });
});
