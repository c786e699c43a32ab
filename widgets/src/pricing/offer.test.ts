import { expect } from '@open-wc/testing';
import {
  ada,
  comingDown,
  free,
  leaving,
  owing,
  pro,
  studio,
  subscriber,
} from '../../test/samples.ts';
import { currenciesOf, hasTrial, intervalsOf, offerOf, planAction, yearlySaving } from './offer.ts';

const atMonth = offerOf(pro, 'month', 'usd');

describe('what the button of a plan does', () => {
  const cases: [string, ReturnType<typeof planAction>, string][] = [
    ['a visitor may buy what costs', planAction(atMonth, null, true), 'choose'],
    [
      'a visitor may sign up for what is free',
      planAction(offerOf(free, 'month', 'usd'), null, true),
      'sign-up',
    ],
    ['nothing is sold while nothing can be sold', planAction(atMonth, null, false), 'none'],
    ['nothing is sold to a customer either then', planAction(atMonth, ada, false), 'none'],
    ['a customer may buy', planAction(atMonth, ada, true), 'choose'],
    [
      'the plan one has without paying is only shown',
      planAction(offerOf(free, 'month', 'usd'), ada, true),
      'current',
    ],
    [
      'a plan given by the developer is only shown',
      planAction(atMonth, { ...ada, plan: 'pro' }, true),
      'current',
    ],
    ['the plan one pays for is managed', planAction(atMonth, subscriber, true), 'manage'],
    ['a cancelled plan may be kept', planAction(atMonth, leaving, true), 'resume'],
    [
      'a subscriber goes down to what is free',
      planAction(offerOf(free, 'month', 'usd'), subscriber, true),
      'change',
    ],
    [
      'who cancelled need not ask for what is free',
      planAction(offerOf(free, 'month', 'usd'), leaving, true),
      'none',
    ],
    [
      'a subscriber changes to another plan',
      planAction(offerOf(studio, 'month', 'usd'), subscriber, true),
      'change',
    ],
    [
      'a subscriber pays the same plan by the year',
      planAction(offerOf(pro, 'year', 'usd'), subscriber, true),
      'change',
    ],
    [
      'no subscriber changes the currency',
      planAction(offerOf({ ...pro, name: 'team' }, 'month', 'eur'), subscriber, true),
      'none',
    ],
    ['a change that is to come is taken back', planAction(atMonth, comingDown, true), 'resume'],
    [
      'what is to come is not asked for again',
      planAction(offerOf(studio, 'month', 'usd'), comingDown, true),
      'none',
    ],
    ['a missing payment comes first', planAction(atMonth, owing, true), 'pay'],
  ];
  for (const [name, action, expected] of cases)
    it(name, () => {
      expect(action).to.equal(expected);
    });
});

describe('prices shown', () => {
  it('intervals and currencies are those that tiers have, month first', () => {
    expect(intervalsOf([free, pro])).to.deep.equal(['month', 'year']);
    expect(intervalsOf([free])).to.deep.equal([]);
    expect(currenciesOf([free, pro])).to.deep.equal(['usd', 'eur']);
  });

  it('a tier without the interval asked for shows the one it has in that currency', () => {
    expect(offerOf(pro, 'year', 'eur').price?.priceId).to.equal('price_month_eur');
    expect(offerOf(pro, 'year', 'chf').price?.priceId).to.equal('price_year');
    expect(offerOf(free, 'year', 'usd').price).to.equal(null);
  });

  it('the saving is the least over all tiers, whole, and never negative', () => {
    const dear = { ...pro, prices: [{ ...pro.prices[0]! }, { ...pro.prices[1]!, price: 30_000 }] };
    expect(yearlySaving([free, pro], 'usd')).to.equal(16);
    expect(yearlySaving([pro, dear], 'usd')).to.equal(0);
    expect(yearlySaving([pro], 'eur')).to.equal(0);
    expect(yearlySaving([], undefined)).to.equal(0);
  });
});

describe('a trial is promised', () => {
  const withTrial = { ...atMonth, tier: { ...pro, trialDays: 14 } };
  const cases: [string, boolean, boolean][] = [
    ['to a visitor nobody knows yet', hasTrial(withTrial, null), true],
    ['to a customer who had none', hasTrial(withTrial, ada), true],
    ['to nobody who had one', hasTrial(withTrial, { ...ada, hadTrial: true }), false],
    ['by no tier without one', hasTrial(atMonth, null), false],
    ['for nothing that is free', hasTrial({ ...withTrial, price: null }, null), false],
  ];
  for (const [name, is, expected] of cases)
    it(name, () => {
      expect(is).to.equal(expected);
    });
});
