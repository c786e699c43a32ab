import { expect, waitUntil } from '@open-wc/testing';
import { bootstrap } from '../../test/samples.ts';
import { order, poster, products, shirt, variantOf } from '../../test/shop-samples.ts';
import './cart.ts';
import type { DreamCart } from './cart.ts';

const KEY = 'pk_test_cart';
const KEPT = `dream_cart_${KEY}`;

/** What the page asked of the edge, and what the edge answers by path. */
let asked: { path: string; method: string; key: string | null; body: unknown }[] = [];
let answers: Record<string, () => [number, unknown] | Promise<[number, unknown]>> = {};

globalThis.fetch = async (input, init) => {
  const { pathname, search } = new URL(String(input));
  const path = pathname.replace('/api/', '');
  const headers = new Headers(init?.headers);
  asked.push({
    path: path + search.replace(/[?&]pk=\w+/, ''),
    method: init?.method ?? 'GET',
    key: headers.get('idempotency-key'),
    body: typeof init?.body === 'string' ? JSON.parse(init.body) : null,
  });
  const answer = answers[path];
  if (!answer) throw new TypeError('Failed to fetch');
  const [status, body] = await answer();
  return Response.json(body, { status });
};

const here = location.href.split('#')[0] ?? '';
const opened = { url: `${here}#paying`, orderId: 'ord_1', orderToken: 'ot_1', expiresAtMs: 1 };
const line = {
  priceId: 'price_poster',
  quantity: 2,
  variantId: 'var_poster',
  name: 'Sea poster',
  price: 2400,
};
const kept = (): { lines: (typeof line)[]; order: unknown } =>
  JSON.parse(localStorage.getItem(KEPT) ?? '{"lines":[]}');
const keep = (content: unknown) => {
  localStorage.setItem(KEPT, typeof content === 'string' ? content : JSON.stringify(content));
  // This very page hears nothing of what it wrote itself.
  dispatchEvent(new StorageEvent('storage', { key: KEPT }));
};
const sent = (path: string) => asked.filter((each) => each.path === path);

let cart: DreamCart;
async function put(html = '<dream-cart lang="en" currency="usd"></dream-cart>'): Promise<void> {
  document.body.innerHTML = html;
  cart = document.querySelector('dream-cart') as DreamCart;
  await cart.updateComplete;
  await cart.shop.load();
  await cart.updateComplete;
}
const partOf = (name: 'dream-cart-drawer' | 'dream-order-drawer' | 'dream-cart-toast') =>
  cart.shadowRoot?.querySelector(name)?.shadowRoot;
const drawer = () => partOf('dream-cart-drawer')?.querySelector('dialog');
const wordsOf = (element: Element | null | undefined) =>
  element?.textContent?.replaceAll(/\s+/g, ' ').trim() ?? '';
const checkOut = () => drawer()?.querySelector<HTMLButtonElement>('.foot button.primary')?.click();
const says = (words: string) => waitUntil(() => wordsOf(drawer()).includes(words), words);

before(() => {
  const meta = document.createElement('meta');
  meta.name = 'dream-key';
  meta.content = KEY;
  document.head.append(meta);
});

beforeEach(async () => {
  asked = [];
  answers = {
    bootstrap: () => [200, bootstrap],
    products: () => [200, { products, nextCursor: null }],
    'cart/checkout': () => [200, opened],
    'cart/confirm': () => [200, { order }],
  };
  localStorage.clear();
  keep({});
  await put();
  await cart.shop.reload();
  asked = [];
});

afterEach(() => {
  history.replaceState(null, '', here);
});

it('keeps the cart for the next page, and reads it there', () => {
  cart.shop.add('prod_poster', 2);
  expect(kept().lines).to.deep.equal([line]);
  keep({ lines: [{ ...line, quantity: 3 }], currency: 'usd' });
  expect(cart.shop.count).to.equal(3);
});

it('is in step with a cart that another tab changes', async () => {
  const tab = document.body.appendChild(document.createElement('iframe'));
  const other = tab.contentWindow?.localStorage;
  const counts: number[] = [];
  const count = ({ detail }: DocumentEventMap['dream-cart-change']) => counts.push(detail.count);
  document.addEventListener('dream-cart-change', count);
  other?.setItem(KEPT, JSON.stringify({ lines: [line], currency: 'usd' }));
  await waitUntil(() => counts.includes(2), 'heard of it');
  document.removeEventListener('dream-cart-change', count);
  await cart.updateComplete;
  expect(wordsOf(cart.shadowRoot?.querySelector('.count'))).to.equal('2');
});

it('adds to what another tab put in a moment ago, and not to what it saw last', () => {
  cart.shop.add('prod_poster');
  localStorage.setItem(
    KEPT,
    JSON.stringify({ lines: [{ ...line, quantity: 4 }], currency: 'usd' }),
  );
  cart.shop.add('prod_poster');
  expect(kept().lines[0]?.quantity).to.equal(5);
});

for (const broken of ['{', '[]', '{"lines":[{"priceId":7}]}', '{"lines":"x","currency":9}'])
  it(`goes on from ${broken} in the storage`, async () => {
    keep(broken);
    await cart.open();
    expect(cart.shop.count).to.equal(0);
    cart.shop.add('prod_poster');
    expect(cart.shop.count).to.equal(1);
  });

it('lives as long as the page where storage is closed', () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'localStorage');
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get: () => {
      throw new DOMException('Closed', 'SecurityError');
    },
  });
  try {
    cart.shop.edit(() => ({ lines: [] }));
    cart.shop.add('prod_poster', 2);
    expect(cart.shop.count).to.equal(2);
    cart.shop.edit(() => ({ lines: [] }));
    expect(cart.shop.count).to.equal(0);
  } finally {
    if (own) Object.defineProperty(globalThis, 'localStorage', own);
  }
});

it('puts no more into the cart than one order may have', () => {
  expect(cart.shop.add('price_poster', 1e6)?.quantity).to.equal(10);
  expect(cart.shop.add('price_poster', 1)?.quantity).to.equal(0);
  expect(cart.shop.count).to.equal(10);
});

it('keeps one currency in a cart: of the first price that was added by its id', () => {
  cart.shop.add('price_poster_eur');
  expect(cart.shop.currency).to.equal('eur');
  cart.shop.add('price_shirt_s');
  expect(kept().lines.map(({ priceId }) => priceId)).to.deep.equal([
    'price_poster_eur',
    'price_shirt_s_eur',
  ]);
});

it('adds what a button anywhere on the page names, a link as well, and follows no link', async () => {
  document.body.insertAdjacentHTML(
    'beforeend',
    '<button data-dream-add="prod_poster" data-dream-quantity="3"><i>Buy</i></button>' +
      '<a href="/buy" data-dream-add="var_shirt_s">Shirt</a>',
  );
  document.querySelector('i')?.click();
  await waitUntil(() => cart.shop.count === 3);
  document.querySelector('a')?.click();
  await waitUntil(() => cart.shop.count === 4);
  const toast = () => wordsOf(partOf('dream-cart-toast')?.querySelector('[role=status]'));
  await waitUntil(() => toast().includes('Garden'));
  expect(toast()).to.equal('Garden T-shirt – S is in your cart.');
});

it('opens the cart when it has no button on the page', async () => {
  await put(
    '<button data-dream-add="prod_poster">Buy</button><dream-cart view="drawer"></dream-cart>',
  );
  document.querySelector<HTMLElement>('[data-dream-add]')?.click();
  await waitUntil(() => drawer()?.open);
  expect(cart.shop.count).to.equal(1);
});

it('asks page after page of a large shop, and for none of it where only the button is', async () => {
  const pages = [
    { products: [poster], nextCursor: 'a+b' },
    { products: [shirt], nextCursor: null },
  ];
  answers.products = () => [
    200,
    pages[asked.filter(({ path }) => path.startsWith('products')).length - 1],
  ];
  await cart.shop.reload();
  expect(asked.map(({ path }) => path)).to.deep.equal([
    'products?limit=48',
    'products?cursor=a%2Bb',
  ]);
  expect(cart.shop.products.length).to.equal(2);
});

it('opens one checkout however often the button is pressed, with a key', async () => {
  let answer: (value: [number, unknown]) => void = () => {};
  answers['cart/checkout'] = () => new Promise((resolve) => (answer = resolve));
  keep({ lines: [line], currency: 'usd' });
  await cart.open();
  checkOut();
  checkOut();
  await waitUntil(() => sent('cart/checkout').length > 0);
  checkOut();
  const starts: unknown[] = [];
  document.addEventListener('dream-checkout-start', ({ detail }) => starts.push(detail), {
    once: true,
  });
  answer([200, opened]);
  await waitUntil(() => location.hash === '#paying');
  const [request, ...more] = sent('cart/checkout');
  expect(more.length).to.equal(0);
  expect(request?.key).to.match(/^[\da-f]{32}$/);
  expect(request?.body).to.deep.equal({
    items: [{ priceId: 'price_poster', quantity: 2 }],
    successUrl: here,
    cancelUrl: here,
  });
  expect(starts).to.deep.equal([{ orderId: 'ord_1' }]);
  expect(kept().order).to.deep.equal({ id: 'ord_1', token: 'ot_1', lines: [line] });
});

it('asks the same again under the same key when no answer came, and another under another', async () => {
  keep({ lines: [line], currency: 'usd', order: { id: 'ord_0', token: 'ot_0', lines: [] } });
  await cart.open();
  const answer = answers['cart/checkout'];
  delete answers['cart/checkout'];
  checkOut();
  await says('The connection failed');
  checkOut();
  await waitUntil(() => sent('cart/checkout').length === 2);
  await says('The connection failed');
  cart.shop.add('prod_poster');
  answers['cart/checkout'] = answer!;
  checkOut();
  await waitUntil(() => location.hash === '#paying');
  const [first, second, third] = sent('cart/checkout');
  expect(second?.key).to.equal(first?.key);
  expect(third?.key).not.to.equal(first?.key);
  expect(third?.body).to.deep.include({ replaces: { orderId: 'ord_0', orderToken: 'ot_0' } });
});

it('shows line by line what changed, corrects the cart and asks once more', async () => {
  const lines = [
    {
      priceId: 'price_poster',
      problem: 'price_changed',
      name: 'Sea poster',
      quantity: 2,
      currency: 'usd',
      price: 2400,
      newPriceId: 'price_new',
      newPrice: 2600,
    },
    {
      priceId: 'price_shirt_m',
      problem: 'sold_out',
      name: 'Garden T-shirt – M',
      quantity: 1,
      currency: 'usd',
    },
  ];
  answers['cart/checkout'] = () => [409, { code: 'cart_changed', message: 'Changed.', lines }];
  keep({ lines: [line, { priceId: 'price_shirt_m', quantity: 1 }], currency: 'usd' });
  await cart.open();
  checkOut();
  await says('The price changed from $24 to $26.');
  await says('Garden T-shirt – M is sold out and left your cart.');
  await says('Subtotal $52');
  expect(location.hash).to.equal('');
  answers['cart/checkout'] = () => [200, opened];
  checkOut();
  await waitUntil(() => location.hash === '#paying');
  expect(sent('cart/checkout')[1]?.body).to.deep.include({
    items: [{ priceId: 'price_new', quantity: 2 }],
  });
});

it('tells of a price that changed before anybody pays, as soon as the shop is loaded', async () => {
  const now = { ...poster, variants: [variantOf('new', '', 2600, { id: 'var_poster' })] };
  keep({ lines: [line], currency: 'usd' });
  answers.products = () => [200, { products: [now], nextCursor: null }];
  await cart.open();
  await cart.shop.reload();
  await says('The price changed from $24 to $26.');
  expect(kept().lines[0]?.priceId).to.equal('price_new');
});

it('takes out what was paid meanwhile in another tab, and says so', async () => {
  const other = { ...line, priceId: 'price_tube', quantity: 1 };
  keep({
    lines: [line, other],
    currency: 'usd',
    order: { id: 'ord_1', token: 'ot_1', lines: [line] },
  });
  answers['cart/checkout'] = () => [
    409,
    { code: 'cart_paid', message: 'Already paid.', orderId: 'ord_1' },
  ];
  await cart.open();
  checkOut();
  await says('This cart was paid already.');
  expect(kept().lines.map(({ priceId }) => priceId)).to.deep.equal(['price_tube']);
});

/** The address Stripe's page sends back to. */
function atReturn(): void {
  const url = new URL(here);
  url.searchParams.set('dream_order', 'cs_test_1');
  history.replaceState(null, '', url);
}

/** Comes back from Stripe's page for the order of what is in the cart. */
async function comeBack(part: Partial<typeof order>): Promise<unknown[]> {
  answers['cart/confirm'] = () => [200, { order: { ...order, ...part } }];
  atReturn();
  keep({ lines: [line], currency: 'usd', order: { id: 'ord_1', token: 'ot_1', lines: [line] } });
  const completed: unknown[] = [];
  const note = ({ detail }: DocumentEventMap['dream-checkout-complete']) => completed.push(detail);
  document.addEventListener('dream-checkout-complete', note);
  await cart.openOrders('cs_test_1');
  await waitUntil(() => !location.search.includes('dream_order'), 'the address is clean');
  await waitUntil(() =>
    /Order 1042/.test(wordsOf(partOf('dream-order-drawer')?.firstElementChild)),
  );
  document.removeEventListener('dream-checkout-complete', note);
  expect(location.href, 'the rest of the address is as it was').to.equal(here);
  return completed;
}

it('back from paying, shows the order, empties the cart, and says so once', async () => {
  expect(await comeBack({})).to.deep.equal([{ checkoutId: 'cs_test_1', orderId: 'ord_1' }]);
  expect(sent('cart/confirm').map(({ body }) => body)).to.deep.equal([{ checkoutId: 'cs_test_1' }]);
  expect(kept()).to.deep.include({ lines: [], order: null });
});

it('back with a payment on its way, says so and empties the cart', async () => {
  await comeBack({ status: 'processing' });
  expect(wordsOf(partOf('dream-order-drawer')?.querySelector('.lead'))).to.contain('on its way');
  expect(kept().lines).to.deep.equal([]);
});

for (const status of ['expired', 'failed', 'canceled', 'pending'] as const)
  it(`back from a checkout that is ${status}, keeps the cart`, async () => {
    expect(await comeBack({ status })).to.deep.equal([]);
    expect(kept().lines).to.deep.equal([line]);
  });

it('back while the edge cannot be asked, keeps the address to ask again', async () => {
  delete answers['cart/confirm'];
  atReturn();
  await cart.openOrders('cs_test_1');
  const dialog = () => partOf('dream-order-drawer')?.querySelector('dialog');
  await waitUntil(() => dialog()?.querySelector('.notice'));
  expect(location.search).to.contain('dream_order');
  answers['cart/confirm'] = () => [200, { order }];
  dialog()?.querySelector<HTMLElement>('.notice button')?.click();
  await waitUntil(() => wordsOf(dialog()).includes('Order 1042'));
  expect(location.search).not.to.contain('dream_order');
});

it('shows what is wrong when the products cannot be loaded, and tries again', async () => {
  delete answers.products;
  cart.shop.status = 'failed';
  cart.shop.products = [];
  await cart.shop.reload();
  await cart.updateComplete;
  expect(wordsOf(cart.shadowRoot?.querySelector('[role=alert]'))).to.contain('connection failed');
  answers.products = () => [200, { products, nextCursor: null }];
  cart.shadowRoot?.querySelector<HTMLElement>('[role=alert] button')?.click();
  await waitUntil(() => cart.shadowRoot?.querySelectorAll('li.product').length === products.length);
});
