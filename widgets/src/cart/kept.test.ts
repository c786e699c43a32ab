import { expect } from '@open-wc/testing';
import { keptIn } from './kept.ts';

const empty = { lines: [], currency: null, order: null };
const line = { priceId: 'price_a', quantity: 2, variantId: 'var_a', name: 'A', price: 900 };

for (const text of [null, '', '{', '[]', '7', 'null', '"text"', '{"lines":{}}', '{"lines":"x"}'])
  it(`is an empty cart where storage has ${text}`, () => {
    expect(keptIn(text)).to.deep.equal(empty);
  });

it('reads what it kept', () => {
  const order = { id: 'ord_1', token: 'ot_1', lines: [line] };
  const kept = { lines: [line], currency: 'eur', order };
  expect(keptIn(JSON.stringify(kept))).to.deep.equal(kept);
});

const lines: [string, unknown[], number[]][] = [
  ['no price', [{ quantity: 1 }, null, 7, 'x'], []],
  ['pieces that are none', [0, -1, null, 'x'].map((quantity) => ({ ...line, quantity })), []],
  ['a part of a piece', [{ ...line, quantity: 2.9 }], [2]],
  ['a million pieces', [{ ...line, quantity: 1e6 }], [10_000]],
  ['a price twice', [line, { ...line, quantity: 3 }], [5]],
  [
    'five hundred lines',
    Array.from({ length: 500 }, (_, at) => ({ ...line, priceId: `price_${at}` })),
    Array.from({ length: 100 }, () => 2),
  ],
];
for (const [name, given, quantities] of lines)
  it(`repairs lines with ${name}`, () => {
    const kept = keptIn(JSON.stringify({ lines: given }));
    expect(kept.lines.map(({ quantity }) => quantity)).to.deep.equal(quantities);
  });

it('forgets what it cannot read of a line, a currency and an order, and keeps the rest', () => {
  const odd = { ...line, variantId: 7, name: {}, price: '9' };
  const kept = keptIn(JSON.stringify({ lines: [odd], currency: 'EURO', order: { id: 7 } }));
  expect(JSON.parse(JSON.stringify(kept))).to.deep.equal({
    lines: [{ priceId: 'price_a', quantity: 2 }],
    currency: null,
    order: null,
  });
});
