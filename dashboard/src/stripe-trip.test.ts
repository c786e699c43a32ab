import { beforeEach, expect, it, vi } from 'vitest';
import { forgetTrip, rememberTrip, tripOf } from './stripe-trip.ts';

const trip = { project: 'prj_mine', mode: 'live', state: 'mine' } as const;

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  });
});

it('ends a trip by the state it began with, and by no link of a stranger, even while one is under way', () => {
  expect(tripOf('strangers')).toBeNull();
  rememberTrip(trip);
  expect(tripOf('mine')).toEqual(trip);
  expect(tripOf('strangers')).toBeNull();
  expect(tripOf(null)).toBeNull();
});

it('shows the account that came back once more after a reload, until the trip is over', () => {
  const account = { stripeAccountId: 'acct_1', accountName: 'Versa', mode: 'live' } as const;
  rememberTrip({ ...trip, account });
  expect(tripOf('mine')).toEqual({ ...trip, account });
  forgetTrip();
  expect(tripOf('mine')).toBeNull();
});
