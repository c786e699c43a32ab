import type { CartProblem } from '@dream/contract';
import { expect } from '@open-wc/testing';
import { faults, show, textsOf } from '../../test/common-widget-tests.ts';
import { ada, bootstrap } from '../../test/samples.ts';
import { mug, order, products } from '../../test/shop-samples.ts';
import type { Preview } from '../internal/dream-element.ts';
import './cart.ts';
import './cart-drawer.ts';
import { english as cartEnglish } from './cart-drawer.strings.ts';
import './cart-toast.ts';
import { english as toastEnglish } from './cart-toast.strings.ts';
import type { DreamCart } from './cart.ts';
import './order-drawer.ts';
import { english as orderEnglish } from './order-drawer.strings.ts';

const cart = [
  { priceId: 'price_poster', quantity: 1 },
  { priceId: 'price_shirt_m', quantity: 3 },
];
const problem = (part: Partial<CartProblem>): CartProblem => ({
  priceId: 'price_poster',
  problem: 'removed',
  name: 'Sea poster',
  quantity: 1,
  currency: 'usd',
  ...part,
});
const shop = { bootstrap, products, cart };
const failed = (code: string, message = '') => ({ ...shop, error: { code, message } });
const back = (part: Partial<typeof order>) => ({ ...shop, order: { ...order, ...part } });

/** Which drawer, of what, and what it says. */
const states: Record<string, ['cart' | 'order' | 'orders', Preview, string]> = {
  'a cart': ['cart', shop, 'Subtotal $120'],
  'an empty cart': ['cart', { bootstrap, products }, cartEnglish.empty],
  'the cart of a customer': ['cart', { ...shop, customer: ada }, cartEnglish.orders],
  'products that are not there yet': ['cart', { bootstrap, cart }, cartEnglish.title],
  'a new price': [
    'cart',
    {
      ...shop,
      problems: [
        problem({ problem: 'price_changed', newPriceId: 'price_new', price: 2400, newPrice: 2600 }),
      ],
    },
    'The price changed from $24 to $26.',
  ],
  'fewer pieces': [
    'cart',
    {
      ...shop,
      problems: [
        problem({ problem: 'not_enough', priceId: 'price_shirt_m', quantity: 3, available: 2 }),
      ],
    },
    'Only 2 left. You wanted 3.',
  ],
  'too many pieces': [
    'cart',
    { ...shop, problems: [problem({ problem: 'over_limit', maxQuantity: 1 })] },
    'One order may have 1 at most.',
  ],
  'something sold out': [
    'cart',
    { ...shop, problems: [problem({ problem: 'sold_out' })] },
    'Sea poster is sold out and left your cart.',
  ],
  'something removed': [
    'cart',
    { ...shop, problems: [problem({})] },
    'Sea poster is not for sale any more and left your cart.',
  ],
  'a line of which nothing is left': [
    'cart',
    { bootstrap, products: [mug], cart: [{ priceId: 'price_mug', quantity: 1 }] },
    cartEnglish.soldOut,
  ],
  'a total too small': ['cart', failed('below_minimum', 'At least $0.50.'), 'At least $0.50.'],
  'too many open checkouts': ['cart', failed('too_many_attempts'), cartEnglish.errorCheckouts],
  'a cart that was paid': ['cart', failed('cart_paid'), cartEnglish.errorPaid],
  'an order that is paid': ['order', back({}), 'Order 1042'],
  'a payment on its way': ['order', back({ status: 'processing' }), orderEnglish.processing],
  'a checkout that ran out': ['order', back({ status: 'expired' }), orderEnglish.unpaid],
  'a checkout that is open': ['order', back({ status: 'pending' }), orderEnglish.open],
  'a checkout nobody knows': ['order', failed('checkout_not_found'), orderEnglish.errorGone],
  'no orders': ['orders', { ...shop, customer: ada, orders: [] }, orderEnglish.noOrders],
  'some orders': [
    'orders',
    {
      ...shop,
      customer: ada,
      orders: [
        order,
        { ...order, id: 'ord_2', number: 1041, status: 'partially_refunded', refundedMinor: 500 },
        {
          ...order,
          id: 'ord_3',
          fulfilled: { atMs: 0, carrier: null, trackingUrl: 'https://parcel.example/1' },
        },
      ],
    },
    'Partly refunded',
  ],
};

async function open(
  [what, config]: [string, Preview, ...unknown[]],
  scheme: 'light' | 'dark' = 'light',
): Promise<{ element: DreamCart; dialog: HTMLDialogElement; part: Element }> {
  const html = '<dream-cart lang="en" currency="usd" view="button"></dream-cart>';
  // What went wrong in a drawer is told there: the page itself is well.
  const { error, ...well } = config;
  const element = (await show(html, well, scheme)) as DreamCart;
  element.config = config;
  if (what === 'cart') await element.open();
  else await element.openOrders(what === 'order' ? 'cs_test_1' : undefined);
  const part = element.shadowRoot?.querySelector('dream-cart-drawer, dream-order-drawer');
  if (!part) throw new Error(`Nothing opened (${error?.code}).`);
  await (part as DreamCart).updateComplete;
  const dialog = part.shadowRoot?.querySelector('dialog') as HTMLDialogElement;
  return { element, dialog, part };
}
const wordsOf = (element: Element | null | undefined) =>
  element?.textContent?.replaceAll(/\s+/g, ' ').trim() ?? '';
const linesOf = (dialog: Element) => [...dialog.querySelectorAll('.line')];
const press = (root: Element, name: string) =>
  [...root.querySelectorAll('button')]
    .find((button) => [button.ariaLabel, wordsOf(button)].includes(name))
    ?.click();

for (const [name, state] of Object.entries(states)) {
  for (const scheme of ['light', 'dark'] as const)
    it(`is accessible and says what there is to say: ${name}, ${scheme}`, async () => {
      const { dialog, part } = await open(state, scheme);
      expect(wordsOf(dialog)).to.contain(state[2]);
      expect(part.shadowRoot?.activeElement?.localName, 'has the focus').to.equal('h2');
      expect(await faults()).to.deep.equal([]);
    });

  it(`fits a narrow window with text of double size: ${name}`, async () => {
    document.documentElement.style.fontSize = '200%';
    const { dialog } = await open(state);
    dialog.style.inlineSize = '20rem';
    const wide = [...dialog.querySelectorAll('.card, .middle, .foot')].filter(
      ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth,
    );
    document.documentElement.style.fontSize = '';
    expect(wide).to.deep.equal([]);
  });
}

it('says nothing that is not in its strings', async () => {
  const english = { ...cartEnglish, ...orderEnglish };
  const marked = Object.fromEntries(Object.keys(english).map((name) => [name, `«${name}»`]));
  for (const state of Object.values(states)) {
    const { part } = await open(state);
    Object.assign(part, { texts: marked });
    await (part as DreamCart).updateComplete;
    const known = JSON.stringify([state, 'Garden T-shirt – M', 'Nov 21, 2026']).toLowerCase();
    for (const text of textsOf(part))
      expect(
        known.includes(text.toLowerCase()) || !/\p{L}{2}/u.test(text) || text.includes('«'),
        `"${text}" is written in the class`,
      ).to.equal(true);
  }
});

it('changes a quantity by its buttons and by typing, never below one nor above what there is', async () => {
  const { dialog, element } = await open(['cart', shop]);
  const quantity = linesOf(dialog)[1]?.querySelector('dream-quantity');
  const input = quantity?.shadowRoot?.querySelector('input') as HTMLInputElement;
  const [less, more] = [...(quantity?.shadowRoot?.querySelectorAll('button') ?? [])];
  more?.click();
  expect(quantity?.value, 'three are all there are').to.equal(3);
  less?.click();
  expect(element.shop.count).to.equal(3);
  for (const [typed, value] of [
    ['1', 1],
    ['7', 3],
    ['0', 3],
    ['', 3],
    ['-2', 1],
  ] as const) {
    input.value = typed;
    input.dispatchEvent(new Event('change', { bubbles: true }));
    expect(quantity?.value, `typed ${typed}`).to.equal(value);
    expect(input.value).to.equal(String(value));
  }
});

it('a quantity is a control of its form, and goes back when that is reset', async () => {
  document.body.innerHTML =
    '<form><dream-quantity name="pieces" value="2" label="Pieces"></dream-quantity></form>';
  const form = document.querySelector('form') as HTMLFormElement;
  const quantity = document.querySelector('dream-quantity');
  await quantity?.updateComplete;
  expect(new FormData(form).get('pieces')).to.equal('2');
  quantity?.shadowRoot?.querySelectorAll('button')[1]?.click();
  await quantity?.updateComplete;
  expect(new FormData(form).get('pieces')).to.equal('3');
  form.reset();
  await quantity?.updateComplete;
  expect(new FormData(form).get('pieces')).to.equal('2');
});

it('takes a line out, leads to putting it back, and puts it back where it was', async () => {
  const { dialog, element, part } = await open(['cart', shop]);
  press(dialog, 'Remove Sea poster');
  await element.updateComplete;
  await (part as DreamCart).updateComplete;
  expect(linesOf(dialog).length).to.equal(1);
  expect(wordsOf(dialog.querySelector('.removed'))).to.contain('Sea poster was removed.');
  expect(wordsOf(part.shadowRoot?.activeElement)).to.equal(cartEnglish.undo);
  press(dialog, cartEnglish.undo);
  await (part as DreamCart).updateComplete;
  expect(linesOf(dialog).map((line) => wordsOf(line.querySelector('strong')))).to.deep.equal([
    'Sea poster',
    'Garden T-shirt – M',
  ]);
});

it('gives the focus back to what opened it', async () => {
  const { element, dialog } = await open(['cart', shop]);
  dialog.close();
  const button = element.shadowRoot?.querySelector<HTMLElement>('.cart');
  button?.focus();
  await element.open();
  dialog.requestClose();
  expect(element.shadowRoot?.activeElement).to.equal(button);
});

it('shows the sums Stripe charged, line by line', async () => {
  const { dialog } = await open(['order', back({})]);
  const rows = [...dialog.querySelectorAll('.sums div')].map((row) =>
    [...row.children].map((cell) => wordsOf(cell)),
  );
  expect(rows).to.deep.equal([
    ['Subtotal', '$88'],
    ['Discount', '-$8.80'],
    ['Shipping', '$4.50'],
    ['Tax', '$5.12'],
    ['Total', '$88.82'],
  ]);
});

it('never makes a link of what is no address of the web', async () => {
  const { dialog } = await open(['order', back({ receiptUrl: 'javascript:alert(1)' })]);
  expect(dialog.querySelectorAll('a').length).to.equal(0);
});

const adds: [string, string | undefined, string][] = [
  ['price_poster', undefined, 'Sea poster is in your cart.'],
  ['var_shirt_s', '2', 'Garden T-shirt – S is in your cart.'],
  ['prod_notebook', 'many', 'Night notebook – Plain paper, 192 pages is in your cart.'],
  ['prod_mug', '1', 'Morning mug is sold out.'],
  ['price_shirt_m', '1', 'Your cart has all of Garden T-shirt – M that one order may have.'],
  ['prod_of_another_shop', '1', toastEnglish.unknown],
];
for (const [id, quantity, words] of adds)
  for (const scheme of ['light', 'dark'] as const)
    it(`says what became of data-dream-add="${id}", accessibly, ${scheme}`, async () => {
      const html = '<dream-cart lang="en" currency="usd" view="button"></dream-cart>';
      const element = (await show(html, shop, scheme)) as DreamCart;
      await element.addFromPage(id, quantity);
      const toast = element.shadowRoot?.querySelector('dream-cart-toast')?.shadowRoot;
      expect(wordsOf(toast?.querySelector('[role=status]'))).to.equal(words);
      expect(toast?.querySelector('.toast')?.matches(':popover-open')).to.equal(true);
      expect(await faults()).to.deep.equal([]);
    });
