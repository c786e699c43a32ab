import type { Customer } from '@dream/contract';
import { CUSTOMER_STATUSES } from '@dream/contract/managed-customers';
import { expect, it } from 'vitest';
import { nameOf, searchOf, standing, STATUS_WORDS, unitsIn, whyPlan } from './customers.ts';

const customer: Customer = {
  id: 'cust_00x',
  email: 'ada@example.com',
  emailVerified: true,
  firstName: null,
  lastName: null,
  externalId: 'user_1',
  plan: 'pro',
  planSource: 'set',
  subscription: null,
  hadTrial: false,
  hasPassword: false,
  banned: false,
  createdAtMs: 1,
};
const subscribed = (
  status: 'active' | 'trialing' | 'past_due',
  endsAtMs: number | null = null,
) => ({
  ...customer,
  subscription: {
    status,
    plan: 'pro',
    price: null,
    renewsAtMs: 1,
    endsAtMs,
    trialEndsAtMs: null,
    graceEndsAtMs: null,
    next: null,
  },
});

it('calls a customer by the best that is known', () => {
  const names = [
    { ...customer, firstName: 'Ada', lastName: 'Lovelace' },
    { ...customer, lastName: 'Lovelace' },
    customer,
    { ...customer, email: null },
    { ...customer, email: null, externalId: null },
  ].map(nameOf);
  expect(names).toEqual(['Ada Lovelace', 'Lovelace', 'ada@example.com', 'user_1', 'cust_00x']);
});

it('says of a customer what matters most', () => {
  const said = [
    customer,
    subscribed('active'),
    subscribed('trialing'),
    subscribed('past_due', 5),
    subscribed('trialing', 5),
    { ...subscribed('active'), banned: true },
  ].map((one) => standing(one).words);
  expect(said).toEqual([
    'No subscription',
    'Active',
    'In trial',
    'Payment missing',
    'Cancelling',
    'Banned',
  ]);
});

it('has words for every state the edge can filter by', () => {
  expect(Object.keys(STATUS_WORDS)).toEqual([...CUSTOMER_STATUSES]);
});

it('says what is in force when a subscription ends', () => {
  const detail = { customer: subscribed('active'), usage: [], providers: [], clockMs: null };
  const by = (setPlan: string | null, headerPlan: string | null) =>
    whyPlan({
      ...detail,
      customer: { ...detail.customer, planSource: 'subscription' },
      setPlan,
      headerPlan,
    });
  expect([by('gold', 'team'), by(null, 'team'), by(null, null)]).toEqual([
    'A live subscription gives it. When that ends, it is “gold”.',
    'A live subscription gives it. When that ends, it is “team”.',
    'A live subscription gives it. When that ends, it is the default plan.',
  ]);
});

it('asks for what an address says as far as the edge knows it', () => {
  const said = { q: ' a&b =?', plan: 'pro', status: 'past_due' };
  expect(searchOf(said)).toEqual({ ...said, q: 'a&b =?' });
  const odd = { q: 'a'.repeat(300), plan: 'a plan', status: 'odd' };
  expect(searchOf(odd)).toEqual({ q: 'a'.repeat(254), plan: '', status: '' });
});

it.each([
  ['1', 1],
  [' 1,000 ', 1000],
  ['1000000000', 1_000_000_000],
  ['0', null],
  ['-5', null],
  ['1.5', null],
  ['', null],
  ['1000000001', null],
  ['many', null],
])('takes "%s" for units as %s', (typed, units) => {
  expect(unitsIn(typed)).toBe(units);
});
