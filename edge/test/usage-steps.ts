import {
  type Arbitrary,
  array,
  type AsyncCommand,
  boolean,
  constantFrom,
  integer,
  nat,
  option,
  record,
} from 'fast-check';
import { type Asked, FEATURES, PLANS } from './usage-model.ts';
import { expectSame, type World } from './usage-world.ts';

type Step = AsyncCommand<World, World>;

/** A step as fast-check takes, shrinks and prints it. Model and edge are both in the world. */
function step<T>(
  name: string,
  given: Arbitrary<T>,
  run: (world: World, given: T) => Promise<void>,
  check: (world: World, given: T) => boolean = () => true,
): Arbitrary<Step> {
  return given.map((value) => ({
    check: (world) => check(world as World, value),
    run: (world) => run(world, value),
    toString: () => `${name} ${JSON.stringify(value)}`,
  }));
}

const who = nat(1);
const isOwn = boolean();
const feature = constantFrom(...FEATURES);
const amount = integer({ min: 1, max: 6 });
/** Few keys, so that they are used again: for the same, and for something else. */
const key = constantFrom('k0', 'k1', 'k2', 'k3');
const maybeKey = option(key, { nil: undefined });
const use = { who, feature, amount, key: maybeKey };
const named = { ...use, isOwn };
const keyed = { ...use, key };
const asked: Arbitrary<Asked> = record({
  amount: integer({ min: 1, max: 8 }),
  atLeast: integer({ min: 1, max: 8 }),
  seconds: integer({ min: 1, max: 60 }),
}).map(({ amount, atLeast, seconds }) => ({ amount, atLeast: Math.min(amount, atLeast), seconds }));

const hasHolds = (world: World, { who }: { who: number }) =>
  world.person(who).model.chains.length > 0;
const ofHold = { who, pick: nat(30), used: nat(8) };
const HOURS = 3_600_000;
const DAYS = 24 * HOURS;
const lot = {
  units: integer({ min: 1, max: 20 }),
  lastsMs: option(constantFrom(5000, 60_000, HOURS, DAYS, 40 * DAYS), { nil: null }),
};
/** Few orders, so that they are paid, given back and told of again. */
const order = constantFrom('o0', 'o1', 'o2');

/** All that can happen to two customers of one shop. */
export const STEPS: readonly Arbitrary<Step>[] = [
  step('use', record(named), async (world, { who, isOwn, ...one }) => {
    const person = world.person(who);
    expectSame(await world.use(person, isOwn, one), person.model.use(one));
  }),
  step('read', record({ who, isOwn, feature }), (world, { who, isOwn, feature }) =>
    world.read(world.person(who), isOwn, feature),
  ),
  step('batch', array(record(named), { minLength: 1, maxLength: 8 }), (world, events) =>
    world.batch(events),
  ),
  step(
    'together',
    record({ ...use, times: integer({ min: 2, max: 8 }) }),
    (world, { who, times, ...one }) => world.together(world.person(who), one, times),
  ),
  step('fail the commit of', record(keyed), (world, { who, ...one }) =>
    world.failCommit(world.person(who), one),
  ),
  step('lose the answer of', record(keyed), (world, { who, ...one }) =>
    world.loseAnswer(world.person(who), one),
  ),
  step(
    'hold',
    record({ who, isOwn, feature, asked, key: maybeKey }),
    (world, { who, isOwn, feature, asked, key }) =>
      world.hold(world.person(who), isOwn, feature, asked, key),
  ),
  step(
    'settle',
    record(ofHold),
    (world, { who, pick, used }) => world.end(world.person(who), pick, used, null),
    hasHolds,
  ),
  step(
    'renew',
    record({ ...ofHold, asked }),
    (world, { who, pick, used, asked }) => world.end(world.person(who), pick, used, asked),
    hasHolds,
  ),
  step('grant', record({ who, ...lot, key: maybeKey }), (world, { who, key, ...given }) =>
    world.grant(world.person(who), given, key),
  ),
  step('buy', record({ who, order }), (world, { who, order }) =>
    world.moveBought(world.person(who), 'give', order),
  ),
  step('refund', record({ who, order }), (world, { who, order }) =>
    world.moveBought(world.person(who), 'take', order),
  ),
  step('add up', who, (world, who) => world.readCredits(world.person(who))),
  step('plan', record({ who, plan: constantFrom(...Object.keys(PLANS)) }), (world, { who, plan }) =>
    world.setPlan(world.person(who), plan),
  ),
  step(
    'adjust',
    record({
      who,
      feature,
      units: option(
        integer({ min: -9, max: 9 }).filter((units) => units !== 0),
        { nil: null },
      ),
    }),
    (world, { who, feature, units }) => world.adjust(world.person(who), feature, units),
  ),
  step(
    'raise',
    record({ who, feature, units: integer({ min: -3, max: 6 }).filter((units) => units !== 0) }),
    (world, { who, feature, units }) => world.raise(world.person(who), feature, units),
  ),
  step(
    'pass',
    constantFrom(
      1,
      999,
      5000,
      20_000,
      59_999,
      60_000,
      HOURS,
      23 * HOURS,
      DAYS,
      25 * HOURS,
      31 * DAYS,
    ),
    async (world, ms) => world.pass(ms),
  ),
  step('ring', who, (world, who) => world.ring(world.person(who))),
  step('restart', who, (world, who) => world.restart(world.person(who))),
  step('erase', who, (world, who) => world.eraseAndReturn(world.person(who))),
];
