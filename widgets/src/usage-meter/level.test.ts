import { expect } from '@open-wc/testing';
import { free, pro, usageOf } from '../../test/samples.ts';
import { levelOf, shareOf, upgradeFrom } from './level.ts';

it('is near from 80 % on, reached when nothing is left, and never for no limit', () => {
  const levels = [usageOf(0), usageOf(7), usageOf(8), usageOf(9), usageOf(10), usageOf(12)].map(
    levelOf,
  );
  expect(levels).to.deep.equal(['ok', 'ok', 'near', 'near', 'reached', 'reached']);
  expect(levelOf(usageOf(500, 'unlimited'))).to.equal('unlimited');
  expect(levelOf(usageOf(0, 0))).to.equal('none');
});

it('a share is never more than the whole', () => {
  expect(
    [usageOf(5), usageOf(12), usageOf(0, 0), usageOf(9, 'unlimited')].map(shareOf),
  ).to.deep.equal([0.5, 1, 1, 0]);
});

it('an upgrade is the cheapest tier on sale that allows more', () => {
  const team = { ...pro, name: 'team', price: 900, limit: 50 };
  expect(upgradeFrom(usageOf(10), [free, pro, team])?.name).to.equal('team');
  expect(upgradeFrom(usageOf(60, 60), [free, pro, team])?.name).to.equal('pro');
  expect(upgradeFrom(usageOf(1000, 1000), [free, pro, team])).to.equal(null);
  expect(upgradeFrom(usageOf(10, 'unlimited'), [free, pro])).to.equal(null);
});
