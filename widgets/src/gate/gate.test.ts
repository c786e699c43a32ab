import { expect } from '@open-wc/testing';
import { commonWidgetTests, show } from '../../test/common-widget-tests.ts';
import { ada, bootstrap, pro, studio, subscriber } from '../../test/samples.ts';
import { accessOf, cheapestOf, plansOf } from './access.ts';
import './gate.ts';
import { english } from './gate.strings.ts';

const html =
  '<dream-gate plan="pro" hidden><p id="secret">The sixth poem.</p><a href="#a">More</a></dream-gate>';

commonWidgetTests(
  html,
  {
    'signed out': { bootstrap },
    'not in the plan': { bootstrap, customer: ada },
    'not on sale': { bootstrap: { ...bootstrap, sells: false }, customer: ada },
    'in the plan': { bootstrap, customer: subscriber },
  },
  english,
);

const secret = () => document.querySelector('#secret') as HTMLElement;
const isSeen = () => secret().checkVisibility();
const wordsOf = (element: Element) => element.shadowRoot?.textContent ?? '';

describe('who gets access', () => {
  const cases: [string, string, string][] = [
    ['a visitor is asked to sign in', accessOf(null, ['pro']), 'signed-out'],
    ['another plan is not enough', accessOf(ada, ['pro', 'studio']), 'upgrade'],
    ['one of the plans is', accessOf(subscriber, ['studio', 'pro']), 'granted'],
    ['for no plan, being signed in is', accessOf(ada, []), 'granted'],
    ['but not being nobody', accessOf(null, []), 'signed-out'],
  ];
  for (const [name, is, expected] of cases)
    it(name, () => {
      expect(is).to.equal(expected);
    });

  it('plans are separated by any space', () => {
    expect(plansOf(' pro\n studio ')).to.deep.equal(['pro', 'studio']);
    expect(plansOf(undefined)).to.deep.equal([]);
  });

  it('the cheapest of the plans that is on sale is offered', () => {
    const dear = { ...studio, price: 4900 };
    expect(cheapestOf(['studio', 'pro'], [dear, pro])?.name).to.equal('pro');
    expect(cheapestOf(['gone'], [dear, pro])).to.equal(null);
    expect(cheapestOf(['pro'], [{ ...pro, prices: [] }])).to.equal(null);
  });
});

it('shows the content to those whose plan includes it, and nothing else', async () => {
  const element = await show(html, { bootstrap, customer: subscriber });
  expect(isSeen()).to.equal(true);
  expect(element.shadowRoot?.querySelector('.prompt')).to.equal(null);
});

for (const [who, config] of Object.entries({
  'before it is known who looks': { status: 'loading' as const },
  'when that cannot be known': { error: { code: 'unreachable', message: '' } },
  'to a visitor': { bootstrap },
  'to a customer of another plan': { bootstrap, customer: ada },
}))
  it(`hides the content ${who}, from eyes, keyboard and assistive technology`, async () => {
    const element = await show(html, config);
    expect(isSeen()).to.equal(false);
    expect(element.shadowRoot?.querySelector('slot:not([name])')?.closest('[inert]')).to.not.equal(
      null,
    );
    document.querySelector<HTMLElement>('#secret + a')?.focus();
    expect(document.activeElement?.localName).to.not.equal('a');
    expect(element.hidden, 'the element itself is seen').to.equal(false);
  });

it('shows nothing of the content while the element is not there yet', () => {
  const box = document.createElement('main');
  box.innerHTML = html.replaceAll('dream-gate', 'dream-gate-to-come');
  document.body.replaceChildren(box);
  expect(isSeen()).to.equal(false);
});

it('follows the plan as it changes, and says so to who waited', async () => {
  const element = await show(html, { bootstrap, customer: ada });
  expect(element.shadowRoot?.querySelector('button')?.textContent).to.contain('Get Pro');
  element.config = { bootstrap, customer: subscriber };
  await element.updateComplete;
  expect(isSeen()).to.equal(true);
  expect(element.shadowRoot?.querySelector('[role=status]')?.textContent).to.equal(english.granted);
  element.config = { bootstrap };
  await element.updateComplete;
  expect(isSeen()).to.equal(false);
  expect(wordsOf(element)).not.to.contain(english.granted);
});

it("shows the site's own words in its slots, each at its time", async () => {
  const slots = ['loading', 'signed-out', 'upgrade'];
  const own = slots.map((name) => `<b slot="${name}">${name}</b>`).join('');
  const states = [{ status: 'loading' as const }, { bootstrap }, { bootstrap, customer: ada }];
  for (const [index, config] of [...states, { bootstrap, customer: subscriber }].entries()) {
    await show(html.replace('</dream-gate>', `${own}</dream-gate>`), config);
    const seen = [...document.querySelectorAll('b')].filter((each) => each.checkVisibility());
    expect(seen.map((each) => each.slot)).to.deep.equal(slots.slice(index, index + 1));
  }
});
