import type { Customer } from '@dream/contract';
import { expect, oneEvent } from '@open-wc/testing';
import { commonWidgetTests, show } from '../../test/common-widget-tests.ts';
import {
  ada,
  bootstrap,
  comingDown,
  free,
  leaving,
  owing,
  pro,
  studio,
  subscriber,
  trying,
} from '../../test/samples.ts';
import './pricing.ts';
import { english } from './pricing.strings.ts';

const html = '<dream-pricing></dream-pricing>';
const three = { ...bootstrap, tiers: [free, pro, studio] };

commonWidgetTests(
  html,
  {
    'seen by a visitor': { bootstrap },
    'seen by a customer': { bootstrap, customer: ada },
    'seen by a subscriber': { bootstrap, customer: subscriber },
    'seen by who cancelled': { bootstrap, customer: leaving },
    'not selling': { bootstrap: { ...bootstrap, sells: false } },
    'a trial': { bootstrap: { ...bootstrap, tiers: [free, { ...pro, trialDays: 14 }] } },
    'seen in a trial': { bootstrap, customer: trying },
    'a change is to come': { bootstrap, customer: comingDown },
    'a failed payment': { bootstrap, customer: owing },
  },
  english,
);

const shadowText = (element: Element) =>
  element.shadowRoot?.textContent?.replaceAll(/\s+/g, ' ') ?? '';
const button = (element: Element, tier: string) =>
  element.shadowRoot?.querySelector<HTMLButtonElement>(`button[data-tier=${tier}]`);

it('shows the year when asked to, and what it saves', async () => {
  const element = await show(html, { bootstrap });
  expect(shadowText(element)).to.contain('$19 a month');
  element.shadowRoot?.querySelectorAll<HTMLInputElement>('input[type=radio]')[1]?.click();
  await element.updateComplete;
  expect(shadowText(element)).to.contain('$190 a year').and.to.contain('save 16 %');
});

it('shows another currency when asked to, in the language of the place', async () => {
  const element = await show(`<dream-pricing lang="de" currency="EUR"></dream-pricing>`, {
    bootstrap,
  });
  expect(shadowText(element)).to.match(/17\s€/);
});

it('puts its plans one level below the heading before it on the page, whatever comes after', async () => {
  const levels = (element: Element) =>
    [...(element.shadowRoot?.querySelectorAll('h3') ?? [])].map(({ ariaLevel }) => ariaLevel);
  const element = await show(html, { bootstrap });
  expect(levels(element)).to.deep.equal(['3', '3']);
  document.querySelector('h2')?.remove();
  element.insertAdjacentHTML('afterend', '<h4>Later</h4>');
  element.requestUpdate();
  await element.updateComplete;
  expect(levels(element)).to.deep.equal(['2', '2']);
});

it('asks the page before anything happens, with the tier and the price shown', async () => {
  const element = await show('<dream-pricing interval="year"></dream-pricing>', {
    bootstrap,
    customer: ada,
  });
  setTimeout(() => button(element, 'pro')?.click());
  const event = await oneEvent(element, 'dream-plan-select');
  expect(event.detail).to.deep.equal({ tier: 'pro', priceId: 'price_year' });
  expect([event.bubbles, event.composed, event.cancelable]).to.deep.equal([true, true, true]);
});

it('shows the currency of the subscription, and no other to choose', async () => {
  const paid = {
    priceId: 'price_eur',
    priceMinor: 1700,
    currency: 'eur',
    interval: 'month',
  } as const;
  const subscription = { ...subscriber.subscription!, price: paid };
  const customer = { ...subscriber, subscription };
  const element = await show('<dream-pricing currency="usd"></dream-pricing>', {
    bootstrap,
    customer,
  });
  expect(shadowText(element)).to.contain('€17 a month');
  expect(element.shadowRoot?.querySelector('select')).to.equal(null);
});

it('keeps the currency a visitor chose for the next page', async () => {
  const element = await show('<dream-pricing currency="usd"></dream-pricing>', { bootstrap });
  const select = element.shadowRoot?.querySelector('select') as HTMLSelectElement;
  expect(select.value).to.equal('usd');
  select.value = 'eur';
  select.dispatchEvent(new Event('change'));
  const next = await show('<dream-pricing currency="usd"></dream-pricing>', { bootstrap });
  localStorage.clear();
  expect(shadowText(next)).to.contain('€17 a month');
});

it('tells a trial with the day of the first payment, and nobody twice', async () => {
  const tiers = [free, { ...pro, trialDays: 14 }];
  const seen = await show(html, { bootstrap: { ...bootstrap, tiers }, customer: ada });
  expect(shadowText(seen)).to.contain('14 days free, then $19 a month. No card is charged before');
  expect(button(seen, 'pro')?.textContent).to.contain(english.trialStart);
  const customer = { ...ada, hadTrial: true };
  const again = await show(html, { bootstrap: { ...bootstrap, tiers }, customer });
  expect(shadowText(again)).not.to.contain('days free');
  expect(button(again, 'pro')?.textContent).to.contain('Choose Pro');
});

const standings: [string, Customer, string][] = [
  ['renewal', subscriber, 'Renews on Dec 21, 2026'],
  ['end', leaving, 'Ends on Dec 21, 2026'],
  ['change to come', comingDown, 'Changes to Studio on Dec 21, 2026'],
  ['end of the trial', trying, 'Free until Dec 21, 2026, then $19 a month'],
  ['missing payment', owing, 'Payment failed. Your plan stays until Nov 28, 2026.'],
];
for (const [name, customer, words] of standings)
  it(`tells of the ${name}`, async () => {
    const element = await show(`<dream-pricing lang="en"></dream-pricing>`, {
      bootstrap: three,
      customer,
    });
    expect(shadowText(element)).to.contain(words);
  });

it('says what is charged above the limit, in the currency shown', async () => {
  const overage = [
    { feature: 'requests', perUnits: 1000, price: 200, currency: 'usd' },
    { feature: 'requests', perUnits: 1000, price: 180, currency: 'eur' },
    { feature: 'exports', perUnits: 1, price: 5, currency: 'usd' },
  ];
  const tiers = [free, { ...pro, overage }];
  const element = await show('<dream-pricing lang="en" currency="usd"></dream-pricing>', {
    bootstrap: { ...bootstrap, tiers },
  });
  expect(shadowText(element)).to.contain('then $2 per 1,000 requests');
  expect(shadowText(element)).to.contain('then $0.05 each for more exports');
  expect(shadowText(element)).not.to.contain('1.8');
});

it('text of a tenant is text, never markup', async () => {
  const evil = '<img src=x onerror="globalThis.hacked = true">';
  const element = await show(html, {
    bootstrap: {
      ...bootstrap,
      tiers: [{ ...pro, displayName: evil, description: evil, features: [evil] }],
    },
  });
  expect(element.shadowRoot?.querySelectorAll('img').length).to.equal(0);
  expect(shadowText(element)).to.contain(evil);
});
