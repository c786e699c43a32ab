import { env } from 'cloudflare:workers';
import { array, assert, asyncProperty, constantFrom } from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Shop } from './billing-shop.ts';
import {
  accountAtStripe,
  accountHere,
  DELIVERIES,
  Life,
  openShop,
  reconcile,
  STEPS,
} from './life.ts';

/** Lives lived in each way; more of them, others each time, by `LIVES=200 npm test -- --only edge`. */
const { LIVES: given } = env as { LIVES?: string };
const LIVES = Number(given ?? 8);
const SEED = given === undefined ? 20_261_121 : Date.now();

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});

describe('after reconciliation what we know is what Stripe knows', () => {
  it.each(DELIVERIES)(
    'whatever a person, Stripe and time do, when events come %s, and once more a day later',
    async (delivery) => {
      await assert(
        asyncProperty(
          array(constantFrom(...STEPS), { minLength: 2, maxLength: 9 }),
          async (steps) => {
            const life = new Life(await shop.newCustomer(), delivery);
            for (const step of steps) await life.live(step);
            await life.hear();
            await reconcile();
            expect(await accountHere(life)).toEqual(await accountAtStripe(life));
            await life.hearAgain();
            expect(await accountHere(life)).toEqual(await accountAtStripe(life));
          },
        ),
        { numRuns: LIVES, seed: SEED, endOnFailure: true },
      );
    },
    LIVES * 15_000,
  );
});
