import { expect } from '@open-wc/testing';
import { commonWidgetTests, show } from '../../test/common-widget-tests.ts';
import { ada, bootstrap, usageOf } from '../../test/samples.ts';
import './usage-meter.ts';
import { english } from './usage-meter.strings.ts';

const html = '<dream-usage-meter label="Poems"></dream-usage-meter>';
const at = (count: number, limit: number | 'unlimited' = 10) => ({
  bootstrap,
  customer: ada,
  usage: [usageOf(count, limit)],
});

commonWidgetTests(
  '<dream-usage-meter></dream-usage-meter>',
  {
    'signed out': { bootstrap },
    'within the limit': at(3),
    'near the limit': at(9),
    'at the limit': at(10),
    unlimited: at(12_345, 'unlimited'),
    'not included': at(0, 0),
  },
  english,
);

it('tells assistive technology what it shows, as bar and as ring', async () => {
  for (const shape of ['bar', 'ring']) {
    const element = await show(html.replace(' label', ` shape="${shape}" label`), at(7));
    const meter = element.shadowRoot?.querySelector('[role=meter]');
    const said = ['aria-label', 'aria-valuenow', 'aria-valuemax', 'aria-valuetext'].map((name) =>
      meter?.getAttribute(name),
    );
    expect(said).to.deep.equal(['Poems', '7', '10', '7 of 10 used']);
  }
});

it('offers the upgrade near and at the limit, and not before', async () => {
  const offers = [];
  for (const count of [7, 8, 10]) {
    const element = await show(html, at(count));
    offers.push(element.shadowRoot?.querySelector('button')?.textContent?.trim() ?? null);
  }
  expect(offers).to.deep.equal([null, 'Upgrade to Pro', 'Upgrade to Pro']);
});

it('keeps its height from signed out to the limit, so that nothing around it moves', async () => {
  const heights = [];
  for (const config of [{ status: 'loading' as const }, { bootstrap }, at(1), at(8), at(10)]) {
    const meter = await show(html, config);
    meter.style.inlineSize = '30rem';
    heights.push(Math.round(meter.getBoundingClientRect().height));
  }
  expect(Math.max(...heights) - Math.min(...heights), heights.join()).to.be.at.most(2);
});
