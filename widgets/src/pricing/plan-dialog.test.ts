import type { PlanChangePreview } from '@dream/contract';
import { expect } from '@open-wc/testing';
import {
  directionOf,
  faults,
  inLanguage,
  LANGUAGES,
  show,
  textsOf,
} from '../../test/common-widget-tests.ts';
import { bootstrap, free, pro, studio, subscriber, trying } from '../../test/samples.ts';
import type { Preview } from '../internal/dream-element.ts';
import { offerOf } from './offer.ts';
import './plan-dialog.ts';
import type { DreamPlanDialog, Wanted } from './plan-dialog.ts';
import { english } from './plan-dialog.strings.ts';

const all = { ...bootstrap, tiers: [free, pro, studio] };
const toStudio = offerOf(studio, 'month', 'usd');
const upgrade: PlanChangePreview = {
  kind: 'upgrade',
  tier: 'studio',
  priceId: 'price_studio',
  currency: 'usd',
  dueNowMinor: 2150,
  taxMinor: 150,
  taxBehavior: 'exclusive',
  creditMinor: 0,
  nextMinor: 4900,
  startsAtMs: Date.UTC(2026, 11, 1),
  prorationAtMs: Date.UTC(2026, 11, 1),
  lines: [
    { description: 'Unused time on Pro after 1 Dec 2026', amountMinor: -1267 },
    { description: 'Remaining time on Studio after 1 Dec 2026', amountMinor: 3267 },
  ],
};
const downgrade: PlanChangePreview = {
  ...upgrade,
  kind: 'downgrade',
  dueNowMinor: 0,
  taxMinor: 0,
  lines: [],
  prorationAtMs: null,
  startsAtMs: Date.UTC(2026, 11, 21),
};
const at = (planChange: PlanChangePreview, more: Partial<Preview> = {}): Preview => ({
  bootstrap: all,
  customer: subscriber,
  planChange,
  ...more,
});
const declined = (reason: string) => ({
  error: { code: 'payment_failed', message: 'In the words of the API.', reason },
});

const states: Record<string, [Preview, Wanted, string]> = {
  'the preview is not there yet': [{ bootstrap: all, customer: subscriber }, toStudio, 'Not now'],
  'a dearer tier': [at(upgrade), toStudio, 'costs $49 a month from December 21, 2026 on'],
  'a tax within the price': [
    at({ ...upgrade, dueNowMinor: 2000, taxBehavior: 'inclusive' }),
    toStudio,
    'Includes $1.50 tax.',
  ],
  'a credit that was there': [at({ ...upgrade, dueNowMinor: 1150 }), toStudio, '-$10'],
  'a credit that stays': [
    at({
      ...upgrade,
      dueNowMinor: 0,
      creditMinor: 1850,
      taxMinor: 150,
      lines: [{ description: 'Unused time on Pro', amountMinor: -2000 }],
    }),
    toStudio,
    '$18.50 is kept as a credit',
  ],
  'the year of the same tier': [
    at({ ...upgrade, nextMinor: 19_000 }),
    offerOf(pro, 'year', 'usd'),
    'Change how you pay for Pro',
  ],
  'a dearer tier in the trial': [
    at({ ...upgrade, dueNowMinor: 0, taxMinor: 0, lines: [] }, { customer: trying }),
    toStudio,
    'Nothing to pay now. Your plan changes at once; from December 21, 2026 on it costs $49 a month.',
  ],
  'a cheaper tier': [
    at({ ...downgrade, nextMinor: 4900 }),
    toStudio,
    'Nothing to pay now. Your plan changes to Studio on December 21, 2026, then $49 a month.',
  ],
  'the free tier': [
    at({ ...downgrade, nextMinor: 0, priceId: null }),
    offerOf(free, 'month', 'usd'),
    'Pro ends on December 21, 2026; after that you are on Free.',
  ],
  'to cancel': [
    { bootstrap: all, customer: subscriber },
    { tier: pro, price: null, isCancel: true },
    'You keep Pro until December 21, 2026.',
  ],
  'a declined card': [at(upgrade, declined('generic_decline')), toStudio, english.errorDeclined],
  'too little money': [at(upgrade, declined('insufficient_funds')), toStudio, english.errorFunds],
  'a payment the bank wants confirmed': [
    at(upgrade, {
      error: { code: 'payment_action_required', message: '' },
    }),
    toStudio,
    english.confirmAtBank,
  ],
  'a payment to settle first': [
    { bootstrap: all, customer: subscriber, error: { code: 'payment_past_due', message: '' } },
    toStudio,
    english.errorPastDue,
  ],
};

async function open(
  [config, wanted]: [Preview, Wanted, ...unknown[]],
  scheme: 'light' | 'dark' = 'light',
  language = 'en',
): Promise<DreamPlanDialog> {
  const html = `<dream-plan-dialog lang="${language}"></dream-plan-dialog>`;
  const element = (await show(html, config, scheme)) as DreamPlanDialog;
  void element.open(wanted);
  await element.updateComplete;
  await element.updateComplete;
  return element;
}
const dialogOf = (element: DreamPlanDialog) =>
  element.shadowRoot?.querySelector('dialog') as HTMLDialogElement;
const wordsOf = (element: DreamPlanDialog) =>
  dialogOf(element).textContent?.replaceAll(/\s+/g, ' ');

for (const [name, state] of Object.entries(states)) {
  for (const scheme of ['light', 'dark'] as const)
    it(`is accessible and says what is to come: ${name}, ${scheme}`, async () => {
      const element = await open(state, scheme);
      expect(wordsOf(element)).to.contain(state[2]);
      expect(element.shadowRoot?.activeElement?.localName, 'has the focus').to.equal('h2');
      expect(await faults()).to.deep.equal([]);
    });

  it(`fits a narrow window with text of double size: ${name}`, async () => {
    document.documentElement.style.fontSize = '200%';
    const element = await open(state);
    dialogOf(element).style.inlineSize = '20rem';
    const { scrollWidth, clientWidth } = dialogOf(element);
    document.documentElement.style.fontSize = '';
    expect(scrollWidth - clientWidth).to.be.at.most(0);
  });
}

for (const language of LANGUAGES)
  it(`speaks ${language} and fits 320 px in it`, async () => {
    for (const [name, state] of Object.entries(states)) {
      const element = await inLanguage(language, () => open(state, 'light', language));
      dialogOf(element).style.inlineSize = '20rem';
      const { scrollWidth, clientWidth } = dialogOf(element);
      expect([dialogOf(element).lang, dialogOf(element).dir]).to.deep.equal([
        language,
        directionOf(language),
      ]);
      expect(scrollWidth - clientWidth, name).to.be.at.most(0);
      const inEnglish = textsOf(element).filter((text) =>
        Object.values<string>(english).includes(text),
      );
      expect(inEnglish, name).to.deep.equal([]);
    }
  });

it('shows the lines of the invoice, the tax and what is due, as they were stated', async () => {
  const element = await open([at(upgrade), toStudio]);
  const rows = [...dialogOf(element).querySelectorAll('.lines div')].map((row) =>
    [...row.children].map((cell) => cell.textContent),
  );
  expect(rows).to.deep.equal([
    ['Unused time on Pro after 1 Dec 2026', '-$12.67'],
    ['Remaining time on Studio after 1 Dec 2026', '$32.67'],
    ['Tax', '$1.50'],
    ['Due now', '$21.50'],
  ]);
  expect(dialogOf(element).querySelector('.primary')?.textContent).to.contain('Pay $21.50');
});

it('says nothing that is not in its strings', async () => {
  const marked = Object.fromEntries(Object.keys(english).map((name) => [name, `«${name}»`]));
  for (const state of Object.values(states)) {
    const element = await open(state);
    element.texts = marked;
    await element.updateComplete;
    const known = JSON.stringify(state).toLowerCase();
    for (const text of textsOf(element))
      expect(
        known.includes(text.toLowerCase()) || !/\p{L}{2}/u.test(text) || text.includes('«'),
        `"${text}" is written in the class`,
      ).to.equal(true);
  }
});

it('closed by Escape or a button, it changed nothing, and says so', async () => {
  for (const close of [
    (dialog: HTMLDialogElement) => dialog.requestClose(),
    (dialog: HTMLDialogElement) => dialog.querySelector<HTMLButtonElement>('.close')?.click(),
  ]) {
    const element = await open([at(upgrade), toStudio]);
    dialogOf(element).close();
    const closed = element.open(toStudio);
    await element.updateComplete;
    await element.updateComplete;
    close(dialogOf(element));
    expect(await closed).to.equal(false);
  }
});
