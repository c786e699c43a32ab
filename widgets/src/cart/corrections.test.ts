import type { CartProblem } from '@dream/contract';
import { expect } from '@open-wc/testing';
import { poster, products, shirt, variantOf } from '../../test/shop-samples.ts';
import { correct, outdated, withoutOrder } from './corrections.ts';
import { Shop } from './shop.ts';

const line = { priceId: 'price_a', quantity: 5, name: 'A', price: 900 };
const problem = (part: Partial<CartProblem>): CartProblem => ({
  priceId: 'price_a',
  problem: 'removed',
  name: 'A',
  quantity: 5,
  currency: 'usd',
  ...part,
});

const changed = problem({ problem: 'price_changed', newPriceId: 'price_b', newPrice: 990 });
const cases: [string, CartProblem[], { priceId: string; quantity: number }[]][] = [
  ['a new price', [changed], [{ priceId: 'price_b', quantity: 5 }]],
  [
    'fewer pieces',
    [problem({ problem: 'not_enough', available: 2 })],
    [{ priceId: 'price_a', quantity: 2 }],
  ],
  [
    'a limit',
    [problem({ problem: 'over_limit', maxQuantity: 3 })],
    [{ priceId: 'price_a', quantity: 3 }],
  ],
  [
    'a new price and fewer pieces at once',
    [changed, problem({ problem: 'not_enough', available: 1 })],
    [{ priceId: 'price_b', quantity: 1 }],
  ],
  ['no pieces', [problem({ problem: 'not_enough', available: 0 })], []],
  ['sold out', [problem({ problem: 'sold_out' })], []],
  ['removed', [problem({})], []],
  [
    'what it was while a new price cannot be paid yet',
    [problem({ problem: 'price_changed', newPrice: 990 })],
    [{ priceId: 'price_a', quantity: 5 }],
  ],
  ['a line that is not there', [problem({ priceId: 'price_z' })], [line]],
];
for (const [name, problems, left] of cases)
  it(`brings the cart to ${name}, and says so once`, () => {
    const { lines, notes, gone } = correct([line], problems);
    expect(lines.map(({ priceId, quantity }) => ({ priceId, quantity }))).to.deep.equal(
      left.map(({ priceId, quantity }) => ({ priceId, quantity })),
    );
    const isTold = problems[0]?.priceId === line.priceId;
    expect(notes.size + gone.length).to.equal(isTold ? 1 : 0);
    if (isTold && left[0]) expect([...notes.keys()]).to.deep.equal([left[0].priceId]);
  });

it('finds what the shop sells at another price, or not any more, and nothing else', () => {
  const now = { ...poster, variants: [variantOf('new', '', 2600, { id: 'var_poster' })] };
  const cart = [
    {
      priceId: 'price_poster',
      quantity: 1,
      variantId: 'var_poster',
      name: 'Sea poster',
      price: 2400,
    },
    { priceId: 'price_gone', quantity: 2, variantId: 'var_gone', name: 'Gone', price: 100 },
    { priceId: 'price_shirt_s', quantity: 1, variantId: 'var_shirt_s' },
  ];
  const found = outdated(new Shop(null, { products: [now, shirt], cart }));
  expect(found).to.deep.equal([
    {
      priceId: 'price_poster',
      quantity: 1,
      name: 'Sea poster',
      currency: 'usd',
      price: 2400,
      problem: 'price_changed',
      newPriceId: 'price_new',
      newPrice: 2600,
    },
    {
      priceId: 'price_gone',
      quantity: 2,
      name: 'Gone',
      currency: 'usd',
      price: 100,
      problem: 'removed',
    },
  ]);
  expect(outdated(new Shop(null, { products, cart: cart.slice(2) }))).to.deep.equal([]);
});

it('takes what an order was of out of the cart, and leaves what came after it', () => {
  const other = { priceId: 'price_b', quantity: 1 };
  const order = { id: 'ord_1', token: 'ot_1', lines: [{ priceId: 'price_a', quantity: 3 }] };
  expect(withoutOrder([line, other], order)).to.deep.equal([{ ...line, quantity: 2 }, other]);
  expect(withoutOrder([{ ...line, quantity: 3 }], order)).to.deep.equal([]);
});
