import { expect, oneEvent } from '@open-wc/testing';
import { commonWidgetTests, show } from '../../test/common-widget-tests.ts';
import { ada, bootstrap, free, leaving, pro, subscriber } from '../../test/samples.ts';
import './pricing.ts';
import { english } from './pricing.strings.ts';

const html = '<dream-pricing></dream-pricing>';
const studio = { ...pro, name: 'studio', displayName: 'Studio', popular: false };

commonWidgetTests(
  html,
  {
    'seen by a visitor': { bootstrap },
    'seen by a customer': { bootstrap, customer: ada },
    'seen by a subscriber': { bootstrap, customer: subscriber },
    'seen by who cancelled': { bootstrap, customer: leaving },
    'not selling': { bootstrap: { ...bootstrap, sells: false } },
    'a trial': { bootstrap: { ...bootstrap, tiers: [free, { ...pro, trialDays: 14 }] } },
    'a failed payment': {
      bootstrap,
      customer: {
        ...subscriber,
        subscription: { ...subscriber.subscription!, status: 'past_due' },
      },
    },
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

it('changes a subscriber only after a yes, and can be told no', async () => {
  const element = await show(html, {
    bootstrap: { ...bootstrap, tiers: [free, pro, studio] },
    customer: subscriber,
  });
  button(element, 'studio')?.click();
  await element.updateComplete;
  expect(shadowText(element)).to.contain(english.changeConfirm);
  element.shadowRoot?.querySelectorAll<HTMLButtonElement>('.pair button')[1]?.click();
  await element.updateComplete;
  expect(shadowText(element)).not.to.contain(english.changeConfirm);
});

it('prevented by the page, it does nothing of its own', async () => {
  const element = await show(html, {
    bootstrap: { ...bootstrap, tiers: [free, pro, studio] },
    customer: subscriber,
  });
  element.addEventListener('dream-plan-select', (event) => event.preventDefault());
  button(element, 'studio')?.click();
  await element.updateComplete;
  expect(shadowText(element)).not.to.contain(english.changeConfirm);
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
