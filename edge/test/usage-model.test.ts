import { env } from 'cloudflare:workers';
import { asyncModelRun, asyncProperty, assert, commands, constantFrom, tuple } from 'fast-check';
import { afterEach, it, vi } from 'vitest';
import { createEnvironment, manage } from './harness.ts';
import { STEPS } from './usage-steps.ts';
import { type Period, PERIOD_ENDS, PLANS } from './usage-model.ts';
import { World } from './usage-world.ts';

/** Lives lived; more of them, others each time, by `LIVES=500 npm test -- --only edge`. */
const { LIVES: given } = env as { LIVES?: string };
const LIVES = Number(given ?? 12);
const SEED = given === undefined ? 20_261_121 : Date.now();
const STEPS_OF_A_LIFE = 60;

// To come, so that no alarm rings by itself; some of them just before a day or a year ends.
const STARTS = ['2030-11-20T12:00:00Z', '2031-01-09T23:59:30Z', '2031-12-31T23:58:50Z'];
const PERIODS = Object.keys(PERIOD_ENDS) as Period[];

afterEach(() => {
  vi.useRealTimers();
});

async function openShop(period: Period) {
  const shop = await createEnvironment();
  const base = `/api/projects/${shop.id}/${shop.mode}`;
  await manage('PATCH', `${base}/settings`, { period });
  for (const [name, { limits, weights = {}, credits, perMinute }] of Object.entries(PLANS))
    await manage('PUT', `${base}/tiers/${name}`, {
      displayName: name,
      features: [
        ...Object.entries(limits).map(([feature, limitUnits]) => ({
          kind: 'metered',
          name: feature,
          limitUnits,
        })),
        ...Object.entries(weights).map(([feature, weight]) => ({
          kind: 'credits',
          name: feature,
          weight,
        })),
      ],
      ...(credits && { credits }),
      rateLimitPerMinute: perMinute,
      isDefault: name === 'free',
    });
  return shop;
}

it(
  'whatever is called, held, given, changed, repeated, lost or restarted, each unit counts once, none is above a hard limit, and credits add up',
  async () => {
    await assert(
      asyncProperty(
        tuple(constantFrom(...PERIODS), constantFrom(...STARTS)),
        commands([...STEPS], { maxCommands: STEPS_OF_A_LIFE }),
        async ([period, start], steps) => {
          vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(start) });
          const world = await World.begin(await openShop(period), period);
          await asyncModelRun(() => ({ model: world, real: world }), steps);
          await world.expectLedgers();
        },
      ),
      { numRuns: LIVES, seed: SEED, endOnFailure: true },
    );
  },
  LIVES * 20_000,
);
