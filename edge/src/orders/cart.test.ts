import { describe, expect, it } from 'vitest';
import { type CartFacts, type CartPrice, decideCart } from './cart.ts';

const shirt: CartPrice = {
  priceId: 'price_shirt',
  priceMinor: 2000,
  currency: 'usd',
  variantId: 'var_shirt',
  productId: 'prod_shirt',
  name: 'T-shirt – Blue / M',
  isShippable: true,
  credits: null,
  isForSale: true,
  current: { priceId: 'price_shirt', priceMinor: 2000 },
  freeUnits: 10,
  guestHeldUnits: 0,
  maxPerOrder: 100,
};
const mug: CartPrice = {
  ...shirt,
  priceId: 'price_mug',
  priceMinor: 900,
  variantId: 'var_mug',
  productId: 'prod_mug',
  name: 'Mug',
  current: { priceId: 'price_mug', priceMinor: 900 },
  freeUnits: null,
};

const facts = (prices: CartPrice[], more: Partial<CartFacts> = {}): CartFacts => ({
  prices,
  guestSharePercent: null,
  isCustomer: false,
  minimumOrder: [],
  ...more,
});
const of = (priceId: string, quantity = 1) => ({ priceId, quantity });

describe('a cart', () => {
  it.each([
    ['a guest', 90, 'session_required'],
    ['a server that names nobody', null, 'user_id_required'],
  ])('with credits is no order of %s: they are a customer’s', (_, guestSharePercent, code) => {
    const pack = { ...mug, credits: { units: 100, expiresInDays: null } };
    const cart = [of('price_shirt'), of('price_mug')];
    expect(decideCart(facts([shirt, pack], { guestSharePercent }), cart)).toMatchObject({
      kind: 'refused',
      code,
      details: { priceIds: ['price_mug'] },
    });
    expect(decideCart(facts([shirt, pack], { isCustomer: true }), cart).kind).toBe('order');
  });

  it('is an order of all of it at what the server knows each price to be', () => {
    expect(decideCart(facts([shirt, mug]), [of('price_shirt', 2), of('price_mug')])).toEqual({
      kind: 'order',
      subtotalMinor: 4900,
      currency: 'usd',
      lines: [
        expect.objectContaining({ variantId: 'var_shirt', quantity: 2, totalMinor: 4000 }),
        expect.objectContaining({ variantId: 'var_mug', quantity: 1, totalMinor: 900 }),
      ],
    });
  });

  it('adds lines of the same price up before it looks at the stock', () => {
    const decided = decideCart(facts([shirt]), [of('price_shirt', 6), of('price_shirt', 5)]);
    expect(decided).toMatchObject({
      code: 'cart_changed',
      details: { lines: [{ problem: 'not_enough', quantity: 11, available: 10 }] },
    });
  });

  it('names every price it does not know', () => {
    expect(decideCart(facts([shirt]), [of('price_a'), of('price_shirt'), of('price_b')])).toEqual({
      kind: 'refused',
      code: 'price_not_found',
      details: { priceIds: ['price_a', 'price_b'] },
    });
  });

  it('is refused when its currencies are mixed, whatever else is wrong with it', () => {
    const inEuro = { ...mug, currency: 'eur', isForSale: false };
    expect(decideCart(facts([shirt, inEuro]), [of('price_shirt'), of('price_mug')])).toMatchObject({
      code: 'currencies_mixed',
      details: { currencies: ['usd', 'eur'] },
    });
  });

  it('tells of everything that is different at once', () => {
    const dearer = { ...mug, current: { priceId: 'price_new', priceMinor: 1000 } };
    const decided = decideCart(facts([{ ...shirt, freeUnits: 1 }, dearer]), [
      of('price_shirt', 2),
      of('price_mug'),
    ]);
    expect(decided).toMatchObject({
      code: 'cart_changed',
      details: {
        lines: [
          { problem: 'not_enough', available: 1 },
          { problem: 'price_changed', price: 900, newPriceId: 'price_new', newPrice: 1000 },
        ],
      },
    });
  });
});

const problem = (fields: object) => ({ details: { lines: [fields] } });
const ORDER = { kind: 'order' };

describe('a line', () => {
  it('whose new price cannot be paid yet says so, and is sold at neither price', () => {
    const current = { priceId: null, priceMinor: 2500 };
    const decided = decideCart(facts([{ ...shirt, current }]), [of('price_shirt')]);
    if (decided.kind !== 'refused') throw new Error('It was sold');
    const { lines } = decided.details as { lines: object[] };
    expect(lines).toMatchObject([{ problem: 'price_changed', price: 2000, newPrice: 2500 }]);
    expect(lines[0]).not.toHaveProperty('newPriceId');
  });

  const CASES: [string, Partial<CartPrice>, number, object][] = [
    ['takes the last piece', { freeUnits: 3 }, 3, ORDER],
    ['is one too many', { freeUnits: 3 }, 4, problem({ problem: 'not_enough', available: 3 })],
    ['is sold out', { freeUnits: 0 }, 1, problem({ problem: 'sold_out', available: 0 })],
    ['has less than nothing left', { freeUnits: -2 }, 1, problem({ problem: 'sold_out' })],
    ['is not counted', { freeUnits: null }, 100, ORDER],
    ['is at the limit of an order', { maxPerOrder: 5 }, 5, ORDER],
    ['is over it', { maxPerOrder: 5 }, 6, problem({ problem: 'over_limit', maxQuantity: 5 })],
    ['is hidden', { isForSale: false }, 1, problem({ problem: 'removed' })],
    [
      'is not sold in this currency any more',
      { current: null },
      1,
      problem({ problem: 'removed' }),
    ],
  ];
  it.each(CASES)('that %s is judged so', (_, change, quantity, expected) => {
    const decided = decideCart(facts([{ ...shirt, ...change }]), [of('price_shirt', quantity)]);
    expect(decided).toMatchObject(expected);
  });
});

describe('guests', () => {
  const CASES: [string, number | null, number, number, number, object][] = [
    ['may hold four fifths of ten', 80, 10, 0, 8, ORDER],
    ['may hold no more than that', 80, 10, 0, 9, problem({ problem: 'not_enough', available: 8 })],
    ['share it with what guests hold already', 80, 4, 6, 2, ORDER],
    ['have nothing left when guests hold it all', 80, 2, 8, 1, problem({ problem: 'sold_out' })],
    ['may buy the last piece', 80, 1, 0, 1, ORDER],
    ['may not hold the last piece beside another', 80, 1, 1, 1, problem({ problem: 'sold_out' })],
    ['may hold all of it when the store says so', 100, 10, 0, 10, ORDER],
    ['are not the only ones to buy', null, 2, 8, 2, ORDER],
  ];
  it.each(CASES)('%s', (_, guestSharePercent, freeUnits, guestHeldUnits, quantity, expected) => {
    const prices = [{ ...shirt, freeUnits, guestHeldUnits }];
    const decided = decideCart(facts(prices, { guestSharePercent }), [of('price_shirt', quantity)]);
    expect(decided).toMatchObject(expected);
  });
});

describe('the sum', () => {
  const CASES: [string, number, string, CartFacts['minimumOrder'], object][] = [
    ["below Stripe's least", 49, 'usd', [], { code: 'below_minimum' }],
    ["at Stripe's least", 50, 'usd', [], { kind: 'order' }],
    [
      "below the store's least",
      999,
      'usd',
      [{ priceMinor: 1000, currency: 'usd' }],
      { details: { minimumMinor: 1000, currency: 'usd' } },
    ],
    [
      "at the store's least",
      1000,
      'usd',
      [{ priceMinor: 1000, currency: 'usd' }],
      { kind: 'order' },
    ],
    [
      'under a least of another currency',
      999,
      'usd',
      [{ priceMinor: 1000, currency: 'eur' }],
      { kind: 'order' },
    ],
    ['at the most', 99_999_999, 'usd', [], { kind: 'order' }],
  ];
  it.each(CASES)('%s is judged so', (_, priceMinor, currency, minimumOrder, expected) => {
    const price = {
      ...shirt,
      priceMinor,
      currency,
      current: { priceId: 'price_shirt', priceMinor },
    };
    expect(decideCart(facts([price], { minimumOrder }), [of('price_shirt')])).toMatchObject(
      expected,
    );
  });

  it('that no payment can be is refused', () => {
    const dear = {
      ...shirt,
      priceMinor: 99_999_999,
      current: { priceId: 'price_shirt', priceMinor: 99_999_999 },
    };
    expect(decideCart(facts([dear]), [of('price_shirt', 2)])).toMatchObject({
      code: 'total_too_large',
      details: { maximumMinor: 99_999_999 },
    });
  });
});
