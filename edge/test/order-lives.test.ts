import { env } from 'cloudflare:workers';
import { array, assert, asyncProperty, constantFrom } from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { deps } from './billing-shop.ts';
import { DELIVERIES, OrderLife, PIECES, reconcileOrders, STEPS } from './order-life.ts';
import { Store } from './store.ts';

/** Lives lived in each way; more of them, others each time, by `LIVES=200 npm test -- --only edge`. */
const { LIVES: given } = env as { LIVES?: string };
const LIVES = Number(given ?? 6);
const SEED = given === undefined ? 20_261_121 : Date.now();

let store: Store;
beforeEach(async () => {
  await deps.directory.prepare('DELETE FROM stripe_account').run();
  store = await Store.open();
});

describe('no piece is lost or sold twice: the stock is what Stripe says was not sold', () => {
  it.each(DELIVERIES)(
    'whatever buyers, the seller, Stripe and time do, when events come %s, and once more a day later',
    async (delivery) => {
      await assert(
        asyncProperty(
          array(constantFrom(...STEPS), { minLength: 3, maxLength: 12 }),
          async (steps) => {
            const mug = await store.product({ stockUnits: PIECES });
            const life = new OrderLife(store, mug, await store.shop.newCustomer(), delivery);
            for (const step of steps) {
              await life.live(step);
              const { sold, reservedUnits } = await life.here();
              expect(sold + reservedUnits).toBeLessThanOrEqual(PIECES);
            }
            await life.hear();
            await reconcileOrders(store);
            expect(await life.here()).toEqual(await life.atStripe());
            await life.hearAgain();
            expect(await life.here()).toEqual(await life.atStripe());
          },
        ),
        { numRuns: LIVES, seed: SEED, endOnFailure: true },
      );
    },
    LIVES * 15_000,
  );
});
