import { expect } from '@open-wc/testing';
import { commonWidgetTests, show } from '../../test/common-widget-tests.ts';
import { bootstrap } from '../../test/samples.ts';
import { poster, productOf, products, shirt, variantOf } from '../../test/shop-samples.ts';
import type { DreamElement } from '../internal/dream-element.ts';
import './cart.ts';
import { english } from './cart.strings.ts';

const html = '<dream-cart currency="usd"></dream-cart>';
const cart = [{ priceId: 'price_poster', quantity: 2 }];

commonWidgetTests(
  html,
  {
    'a shop': { bootstrap, products },
    'a shop with a cart': { bootstrap, products, cart },
    'one product': { bootstrap, products: [poster] },
  },
  english,
);
commonWidgetTests(
  '<dream-cart view="button"></dream-cart>',
  { 'a full cart': { bootstrap, products, cart } },
  english,
);

/** Cards are drawn as they come near. */
async function scrolledDown(element: DreamElement, count: number): Promise<void> {
  while (cardsOf(element).length < count) {
    cardsOf(element).at(-1)?.scrollIntoView();
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}
const cardsOf = (element: Element) => [
  ...(element.shadowRoot?.querySelectorAll<HTMLElement>('li.product') ?? []),
];
const namesOf = (element: Element) =>
  cardsOf(element).map((card) => card.querySelector('h3')?.textContent);
const wordsOf = (element: Element | null | undefined) =>
  element?.textContent?.replaceAll(/\s+/g, ' ').trim() ?? '';
const buttonOf = (card: Element | undefined) =>
  card?.querySelector<HTMLButtonElement>('.buy button') as HTMLButtonElement;

it('puts its products one level below the heading before it on the page', async () => {
  const element = await show(`<h4>Posters</h4>${html}`, { bootstrap, products });
  const levels = cardsOf(element).map((card) => card.querySelector('h3')?.ariaLevel);
  expect(new Set(levels)).to.deep.equal(new Set(['5']));
});

async function look(element: DreamElement, words: string): Promise<void> {
  const input = element.shadowRoot?.querySelector<HTMLInputElement>('[type=search]');
  if (!input) throw new Error('There is no search.');
  input.value = words;
  input.dispatchEvent(new Event('input'));
  await element.updateComplete;
}

async function pick(element: DreamElement, label: string, value: string): Promise<void> {
  const select = element.shadowRoot?.querySelector<HTMLSelectElement>(`[aria-label="${label}"]`);
  if (!select) throw new Error(`There is no ${label}.`);
  select.value = value;
  select.dispatchEvent(new Event('change'));
  await element.updateComplete;
}

afterEach(() => localStorage.clear());

it('shows each product with its picture, its price and a button that says what it adds', async () => {
  const element = await show(html, { products });
  const [first] = cardsOf(element);
  const image = first?.querySelector('img');
  expect(image?.loading).to.equal('lazy');
  expect([image?.getAttribute('width'), image?.getAttribute('height')]).to.deep.equal([
    '640',
    '480',
  ]);
  expect(image?.alt).to.equal('Sea poster, framed');
  expect(wordsOf(first)).to.contain('$24');
  expect(buttonOf(first).ariaLabel).to.equal('Add to cart: Sea poster');
});

it('adds the variant chosen, and opens the cart with it', async () => {
  const element = await show(html, { products });
  const card = cardsOf(element)[1];
  card?.querySelectorAll<HTMLInputElement>('[type=radio]')[1]?.click();
  await element.updateComplete;
  expect(wordsOf(card)).to.contain('Only 3 left');
  buttonOf(card).click();
  const drawer = await opened(element);
  expect(wordsOf(drawer.querySelector('.line'))).to.contain('Garden T-shirt – M');
  expect(wordsOf(element.shadowRoot?.querySelector('.count'))).to.equal('1');
});

it('says what is sold out, and adds none of it', async () => {
  const element = await show(html, { products });
  const card = cardsOf(element)[3];
  expect(wordsOf(card)).to.contain(english.soldOut);
  expect(buttonOf(card).ariaDisabled).to.equal('true');
  buttonOf(card).click();
  await element.updateComplete;
  expect(element.shadowRoot?.querySelector('.count')).to.equal(null);
});

it('finds, filters and sorts, says how many there are, and shows all again', async () => {
  const element = await show(html, { products });
  await pick(element, english.sort, english.cheap);
  expect(namesOf(element)[0]).to.equal('Ärmel card');
  await pick(element, english.category, 'Clothes');
  expect(namesOf(element)).to.deep.equal(['Garden T-shirt']);
  expect(wordsOf(element.shadowRoot?.querySelector('[role=status]'))).to.equal('Products found: 1');
  await look(element, 'nothing like it');
  expect(wordsOf(element.shadowRoot?.querySelector('.nothing'))).to.contain('nothing like it');
  element.shadowRoot?.querySelector<HTMLElement>('.nothing button')?.click();
  await element.updateComplete;
  expect(namesOf(element).length).to.equal(products.length);
});

it('shows one category when it is told to, and no choice of others', async () => {
  const element = await show('<dream-cart lang="en" category="Clothes"></dream-cart>', {
    products,
  });
  expect(namesOf(element)).to.deep.equal(['Garden T-shirt']);
  expect(element.shadowRoot?.querySelector(`[aria-label="${english.category}"]`)).to.equal(null);
});

it('sells in another currency when asked to, what is in the cart as well', async () => {
  const element = await show(html, { products, cart });
  await pick(element, english.currency, 'EUR');
  expect(wordsOf(cardsOf(element)[0])).to.contain('€23');
  element.shadowRoot?.querySelector<HTMLElement>('.cart')?.click();
  const drawer = await opened(element);
  expect(wordsOf(drawer.querySelector('.total'))).to.contain('€46');
});

it('reads a long description on, and says whether it does', async () => {
  const element = await show(html, { products: [shirt] });
  const button = element.shadowRoot?.querySelector<HTMLButtonElement>('.product > .link');
  const text = element.shadowRoot?.querySelector('.about');
  const before = text?.clientHeight ?? 0;
  button?.click();
  expect(text?.clientHeight).to.be.greaterThan(before);
  expect(button?.ariaExpanded).to.equal('true');
});

it('text of a shop is text, never markup', async () => {
  const evil = '<img src=x onerror="globalThis.hacked = true">';
  const product = productOf('evil', evil, [variantOf('a', evil, 1), variantOf('b', 'B', 2)], {
    description: evil,
    category: evil,
    images: [],
  });
  const element = await show(html, { products: [product] });
  expect(element.shadowRoot?.querySelectorAll('img').length).to.equal(0);
  expect(wordsOf(cardsOf(element)[0])).to.contain(evil);
});

it('draws a thousand products as they come near, and finds one among them at once', async () => {
  const many = Array.from({ length: 1000 }, (_, at) =>
    productOf(`${at}`, `Print ${at}`, [variantOf(`${at}`, '', 100 + at)]),
  );
  const element = await show(html, { products: many });
  expect(cardsOf(element).length, 'drawn at once').to.be.lessThan(50);
  await look(element, 'print 999');
  expect(namesOf(element)).to.deep.equal(['Print 999']);
  const [card] = cardsOf(element);
  await look(element, '');
  await scrolledDown(element, 1000);
  await look(element, 'print 999');
  expect(cardsOf(element), 'the very card, not a new one').to.deep.equal([card]);
  await look(element, '');
  expect(namesOf(element)[0]).to.equal('Print 0');
});

/** The open drawer of an element. */
async function opened(element: DreamElement): Promise<HTMLDialogElement> {
  const { shadowRoot } = element;
  for (;;) {
    const dialog = shadowRoot
      ?.querySelector('dream-cart-drawer')
      ?.shadowRoot?.querySelector<HTMLDialogElement>('dialog[open]');
    if (dialog) return dialog;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}
