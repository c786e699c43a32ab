import { beforeEach, describe, expect, it } from 'vitest';
import type { Shop } from './billing-shop.ts';
import {
  accountAtStripe,
  accountHere,
  DELIVERIES,
  Life,
  openShop,
  reconcile,
  type Step,
} from './life.ts';

/** What happens at Stripe, an event that tells of it, and what is true afterwards. */
const ROWS: [string, Step[], string, { plan: string; status: string | null }][] = [
  [
    'a subscription checkout',
    ['buy pro'],
    'checkout.session.completed',
    { plan: 'pro', status: 'active' },
  ],
  [
    'a trial checkout',
    ['buy with a trial'],
    'customer.subscription.created',
    { plan: 'trial', status: 'trialing' },
  ],
  [
    'the end of a trial',
    ['buy with a trial', 'reach the end of the period'],
    'customer.subscription.updated',
    { plan: 'trial', status: 'active' },
  ],
  [
    'a renewal',
    ['buy pro', 'reach the end of the period'],
    'customer.subscription.updated',
    { plan: 'pro', status: 'active' },
  ],
  [
    'a failed renewal',
    ['buy with a card that fails later', 'reach the end of the period'],
    'invoice.payment_failed',
    { plan: 'pro', status: 'past_due' },
  ],
  [
    'an upgrade, invoiced at once',
    ['buy pro', 'change to team'],
    'customer.subscription.updated',
    { plan: 'team', status: 'active' },
  ],
  [
    'a downgrade that waits, and its time',
    ['buy team', 'change to pro', 'reach the end of the period'],
    'customer.subscription.updated',
    { plan: 'pro', status: 'active' },
  ],
  [
    'a cancellation at the end of the period, before it',
    ['buy pro', 'cancel'],
    'customer.subscription.updated',
    { plan: 'pro', status: 'active' },
  ],
  [
    'a cancellation at the end of the period, and its time',
    ['buy pro', 'cancel', 'reach the end of the period'],
    'customer.subscription.deleted',
    { plan: 'free', status: null },
  ],
  [
    'an immediate cancellation',
    ['buy pro', 'end it at Stripe'],
    'customer.subscription.deleted',
    { plan: 'free', status: null },
  ],
  [
    'a refund',
    ['buy pro', 'refund the last payment'],
    'charge.refunded',
    { plan: 'pro', status: 'active' },
  ],
  [
    'a dispute',
    ['buy with a card that disputes'],
    'charge.dispute.created',
    { plan: 'pro', status: 'active' },
  ],
  [
    'a checkout that expires',
    ['leave a checkout until it expires'],
    'checkout.session.expired',
    { plan: 'free', status: null },
  ],
  [
    'a customer that is deleted',
    ['buy pro', 'delete the customer at Stripe'],
    'customer.deleted',
    { plan: 'free', status: null },
  ],
];

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});

describe.each(DELIVERIES)('when events come %s', (delivery) => {
  it.each(ROWS)(
    'after %s what we know is what Stripe knows, and again when all is replayed',
    async (_, steps, type, { plan, status }) => {
      const life = new Life(await shop.newCustomer(), delivery);
      for (const step of steps) {
        await life.live(step);
        await life.hear();
        // Who is told of nothing finds it out within the hour.
        if (delivery === 'dropped') await reconcile();
      }
      await reconcile();
      expect(await life.eventTypes()).toContain(type);
      const known = await accountHere(life);
      expect(known).toEqual(await accountAtStripe(life));
      expect(known).toMatchObject({ plan, shardPlan: plan, subscription: status && { status } });
      await life.hearAgain();
      expect(await accountHere(life)).toEqual(known);
    },
  );
});
