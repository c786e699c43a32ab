import { expect, it } from 'vitest';
import { LiveHolds } from './live-holds.ts';

const ada = { customerId: 'cust_ada', feature: 'requests' };

it('knows the meters it was told of, and no others', () => {
  const live = new LiveHolds();
  expect(live.has(ada)).toBe(false);
  live.add(ada);
  live.add({ customerId: 'cust_ada', feature: 'exports' });
  expect(live.has(ada)).toBe(true);
  expect(live.has({ ...ada, customerId: 'cust_ad' })).toBe(false);
  expect(live.featuresOf('cust_ada')).toEqual(['requests', 'exports']);
  expect(live.featuresOf('cust_ad')).toEqual([]);
  live.reset([], null);
  expect(live.has(ada)).toBe(false);
});

it('asks to wake for a hold only where it is the first to expire', () => {
  const live = new LiveHolds();
  expect([live.expiresFirst(60), live.expiresFirst(60), live.expiresFirst(59)]).toEqual([
    true,
    false,
    true,
  ]);
  live.reset([ada], 100);
  expect([live.expiresFirst(100), live.expiresFirst(99)]).toEqual([false, true]);
});
