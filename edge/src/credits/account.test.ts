import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CountingPeriod, PeriodBounds } from '../usage/period.ts';
import {
  type Account,
  accountAt,
  ALLOWANCE,
  balanceOf,
  draw,
  type Grant,
  inDrawingOrder,
  leftUnits,
  resumed,
  revoke,
  ROLL_OVER,
  type Terms,
} from './account.ts';

const PERIOD_MS = 1000;
/** Periods of a second: `periodAt` of the calendar, in small. */
const periodAt = (running: PeriodBounds | null, atMs: number): CountingPeriod => {
  if (running && atMs < running.endMs) return { ...running, startsAnew: false };
  const startMs = Math.floor(atMs / PERIOD_MS) * PERIOD_MS;
  return { startMs, endMs: startMs + PERIOD_MS, startsAnew: true };
};
const EMPTY: Account = { period: null, grants: [] };
const at = (account: Account, terms: Terms, atMs: number) =>
  accountAt(account, terms, periodAt, atMs);
const terms = (allowanceUnits: number, rollOverCapUnits = 0): Terms => ({
  allowanceUnits,
  rollOverCapUnits,
});
const grant = (id: string, given: Partial<Grant> = {}): Grant => ({
  id,
  source: 'grant',
  units: 10,
  usedUnits: 0,
  goneUnits: 0,
  startsMs: 0,
  expiresMs: null,
  ...given,
});
const used = (account: Account, units: number): Account => ({
  ...account,
  grants: draw(account.grants, units).grants,
});
const leftOf = (account: Account) =>
  Object.fromEntries(account.grants.map((one) => [one.id, leftUnits(one)]));

describe('drawing', () => {
  it('takes what ends first, then what is oldest, and what never ends last', () => {
    const grants = [
      grant('never', { startsMs: 0 }),
      grant('late', { expiresMs: 900 }),
      grant('newer', { expiresMs: 500, startsMs: 2 }),
      grant('older', { expiresMs: 500, startsMs: 1 }),
    ];
    expect(inDrawingOrder(grants).map(({ id }) => id)).toEqual(['older', 'newer', 'late', 'never']);
    expect(leftOf({ period: null, grants: draw(grants, 25).grants })).toEqual({
      older: 0,
      newer: 0,
      late: 5,
      never: 10,
    });
  });

  it('takes what was rolled over before the allowance that ends with it', () => {
    const both = ['allowance', 'roll_over'].map((id) => grant(id, { expiresMs: 9, startsMs: 3 }));
    expect(inDrawingOrder(both).map(({ id }) => id)).toEqual([ROLL_OVER, ALLOWANCE]);
  });

  it('takes never more than there is, from nobody more than it has, and loses nothing', () => {
    const grants = fc.array(
      fc.record({
        units: fc.nat(50),
        usedUnits: fc.nat(50),
        goneUnits: fc.nat(20),
        startsMs: fc.nat(5),
        expiresMs: fc.option(fc.nat(5)),
      }),
    );
    fc.assert(
      fc.property(grants, fc.nat(200), (given, units) => {
        const before = given.map((one, index) => grant(`g${index}`, one));
        const { grants: after, drawnUnits } = draw(before, units);
        expect(drawnUnits).toBe(Math.min(units, balanceOf(before)));
        expect(balanceOf(after)).toBe(balanceOf(before) - drawnUnits);
        // Whatever is drawn in part, all before it are empty and all behind it are whole.
        const order = inDrawingOrder(after);
        const first = order.findIndex((one) => leftUnits(one) > 0);
        for (const one of first < 0 ? [] : order.slice(first + 1))
          expect(one).toBe(before.find(({ id }) => id === one.id));
      }),
    );
  });
});

describe('an account', () => {
  it('begins with the allowance, and writes it down', () => {
    const { account, changes } = at(EMPTY, terms(100, 50), 1500);
    expect(leftOf(account)).toEqual({ [ALLOWANCE]: 100, [ROLL_OVER]: 0 });
    expect(account.period).toEqual({ startMs: 1000, endMs: 2000 });
    expect(changes).toEqual([{ kind: 'allowance', units: 100, atMs: 1500, grantId: ALLOWANCE }]);
    expect(account.grants.map(({ expiresMs }) => expiresMs)).toEqual([2000, 2000]);
  });

  it('rolls what is left over into the next period up to the cap, also what rolled over before', () => {
    const first = used(at(EMPTY, terms(100, 120), 0).account, 30);
    const second = at(first, terms(100, 120), 1000);
    expect(leftOf(second.account)).toEqual({ [ROLL_OVER]: 70, [ALLOWANCE]: 100 });
    expect(second.changes.map(({ kind, units }) => [kind, units])).toEqual([
      ['expire', -70],
      ['roll_over', 70],
      ['allowance', 100],
    ]);
    const third = at(used(second.account, 10), terms(100, 120), 2000);
    expect(leftOf(third.account)).toEqual({ [ROLL_OVER]: 120, [ALLOWANCE]: 100 });
  });

  it('rolls nothing over without a cap to roll under', () => {
    const second = at(at(EMPTY, terms(100), 0).account, terms(100), 1000);
    expect(leftOf(second.account)).toEqual({ [ROLL_OVER]: 0, [ALLOWANCE]: 100 });
  });

  it('of an idle year is as if it had been looked at each period', () => {
    const { account, changes } = at(at(EMPTY, terms(10, 1000), 0).account, terms(10, 1000), 52_500);
    expect(leftOf(account)).toEqual({ [ROLL_OVER]: 520, [ALLOWANCE]: 10 });
    expect(account.period).toEqual({ startMs: 52_000, endMs: 53_000 });
    expect(changes.reduce((sum, { units }) => sum + units, 0)).toBe(520);
  });

  it('of very many idle periods leaves no entries of those that changed nothing', () => {
    const { changes } = at(at(EMPTY, terms(10, 20), 0).account, terms(10, 20), 9_000_000);
    expect(changes.length).toBeLessThan(20);
  });

  it('keeps through changes of plan what was used, up, down and back', () => {
    const pro = used(at(EMPTY, terms(100), 0).account, 40);
    const team = at(pro, terms(500), 1);
    expect(leftOf(team.account)[ALLOWANCE]).toBe(460);
    const free = at(team.account, terms(10), 2);
    expect(leftOf(free.account)[ALLOWANCE]).toBe(0);
    expect(free.changes).toMatchObject([{ kind: 'allowance', units: -460 }]);
    const none = at(free.account, null, 3);
    expect(none.changes).toEqual([]);
    expect(leftOf(at(none.account, terms(100), 4).account)[ALLOWANCE]).toBe(60);
  });

  it('moves the end of its allowance with the period', () => {
    const { account } = at(EMPTY, terms(100), 0);
    const moved = accountAt(
      account,
      terms(100),
      () => ({ startMs: 0, endMs: 5000, startsAnew: false }),
      500,
    );
    expect(moved.account.grants.map(({ expiresMs }) => expiresMs)).toEqual([5000, 5000]);
    expect(moved.changes).toEqual([]);
  });

  it('begins anew once when a renewal is told before the period is over', () => {
    const { account } = at(EMPTY, terms(100, 30), 0);
    const renewed = accountAt(
      account,
      terms(100, 30),
      () => ({ startMs: 400, endMs: 1400, startsAnew: true }),
      500,
    );
    expect(leftOf(renewed.account)).toEqual({ [ROLL_OVER]: 30, [ALLOWANCE]: 100 });
  });

  it('lets grants expire at their instant, and not before', () => {
    const account = { ...EMPTY, grants: [grant('a', { expiresMs: 100, usedUnits: 3 })] };
    expect(at(account, null, 99).changes).toEqual([]);
    const over = at(account, null, 100);
    expect(over.changes).toEqual([{ kind: 'expire', units: -7, atMs: 100, grantId: 'a' }]);
    expect(at(over.account, null, 200).changes).toEqual([]);
  });

  it('takes back what is left of a grant, once', () => {
    const taken = revoke(grant('a', { usedUnits: 4 }), 7);
    expect(taken.change).toEqual({ kind: 'revoke', units: -6, atMs: 7, grantId: 'a' });
    expect(revoke(taken.grant, 8).change).toBe(null);
  });

  it('of who was erased goes on from what was used, before or after it was looked at', () => {
    const period = { startMs: 0, endMs: 1000 };
    const first = at(resumed(EMPTY, 70, period, 1).account, terms(100), 2);
    expect(leftOf(first.account)[ALLOWANCE]).toBe(30);
    expect(first.changes).toMatchObject([{ kind: 'allowance', units: 30 }]);
    const late = resumed(at(EMPTY, terms(100), 1).account, 70, period, 2);
    expect(leftOf(late.account)[ALLOWANCE]).toBe(30);
    expect(late.changes).toMatchObject([{ kind: 'allowance', units: -70 }]);
    expect(resumed(late.account, 70, period, 3).changes).toEqual([]);
    const next = at(EMPTY, terms(100), 1500).account;
    expect(resumed(next, 70, period, 1600).account).toBe(next);
  });

  const steps = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(2500) }),
      fc.record({ kind: fc.constant('use' as const), units: fc.nat(80) }),
      fc.record({ kind: fc.constant('give' as const), units: fc.nat(80), ms: fc.nat(3000) }),
      fc.record({
        kind: fc.constant('plan' as const),
        allowanceUnits: fc.integer({ min: 1, max: 60 }),
        rollOverCapUnits: fc.nat(90),
      }),
    ),
    { maxLength: 25 },
  );

  it('adds up: the changes and the use are the balance, whatever happens', () => {
    fc.assert(
      fc.property(steps, (done) => {
        let [account, plan, nowMs, sum]: [Account, Terms, number, number] = [EMPTY, null, 0, 0];
        for (const [index, step] of done.entries()) {
          if (step.kind === 'pass') nowMs += step.ms;
          if (step.kind === 'plan') plan = step;
          const looked = at(account, plan, nowMs);
          account = looked.account;
          sum += looked.changes.reduce((all, { units }) => all + units, 0);
          if (step.kind === 'use') {
            const drawn = draw(account.grants, step.units);
            account = { ...account, grants: drawn.grants };
            sum -= drawn.drawnUnits;
          }
          if (step.kind === 'give') {
            const more = { units: step.units, startsMs: nowMs, expiresMs: nowMs + step.ms + 1 };
            account = { ...account, grants: [...account.grants, grant(`g${index}`, more)] };
            sum += step.units;
          }
          expect(balanceOf(account.grants)).toBe(sum);
          expect(account.grants.every((one) => leftUnits(one) >= 0)).toBe(true);
        }
      }),
    );
  });

  it('is the same however often it is looked at in between', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2500), { maxLength: 12 }), fc.nat(50), (waits, unitsUsed) => {
        const plan = terms(20, 70);
        const began = used(at(EMPTY, plan, 0).account, unitsUsed);
        let often = began;
        let nowMs = 0;
        for (const ms of waits) {
          nowMs += ms;
          often = at(often, plan, nowMs).account;
        }
        expect(often).toEqual(at(began, plan, nowMs).account);
      }),
    );
  });
});
