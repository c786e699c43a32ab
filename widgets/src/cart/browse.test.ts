import { expect } from '@open-wc/testing';
import { notebook, poster, products, shirt, variantOf } from '../../test/shop-samples.ts';
import { browse, categoriesOf, type Offer, offerOf, type Wish } from './browse.ts';

const offers = products.flatMap((product) => offerOf(product, 'usd') ?? []);
const namesOf = (wish: Partial<Wish>): string[] =>
  browse(offers, { search: '', category: '', sort: 'featured', ...wish }, 'en').map(
    ({ product }) => product.name,
  );
const all = products.map(({ name }) => name);

const wishes: [string, Partial<Wish>, string[]][] = [
  ['all in the order of the shop', {}, all],
  ['part of a name, whatever its case', { search: 'POST' }, ['Sea poster']],
  ['letters without their accents', { search: 'armel' }, ['Ärmel card']],
  ['all words, anywhere', { search: 'pages  night' }, ['Night notebook']],
  ['a variant by name', { search: 'dotted' }, ['Night notebook']],
  ['nothing', { search: 'poster shirt' }, []],
  ['a category', { category: 'Clothes' }, ['Garden T-shirt']],
  ['a word within another category', { category: 'Clothes', search: 'poster' }, []],
];
for (const [name, wish, found] of wishes)
  it(`finds ${name}`, () => {
    expect(namesOf(wish)).to.deep.equal(found);
  });

it('sorts by price both ways, and by name as the language has it', () => {
  expect(namesOf({ sort: 'cheap' })[0]).to.equal('Ärmel card');
  expect(namesOf({ sort: 'dear' })[0]).to.equal('Frame 10');
  expect(namesOf({ sort: 'name' }).slice(0, 2)).to.deep.equal(['Ärmel card', 'Frame 10']);
});

it('names each category once, in the order of the products', () => {
  expect(categoriesOf(products)).to.deep.equal(['Prints', 'Clothes', 'Paper', 'Kitchen']);
});

const variantIn = (offer: Offer | null) => offer?.price.priceId;
it('offers the variant asked for, else one that is there, and none in a foreign currency', () => {
  const [small, ...others] = shirt.variants;
  const sold = { ...shirt, variants: [{ ...small!, soldOut: true }, ...others] };
  expect(variantIn(offerOf(shirt, 'usd'))).to.equal('price_shirt_s');
  expect(variantIn(offerOf(sold, 'usd'))).to.equal('price_shirt_m');
  expect(variantIn(offerOf(shirt, 'eur', 'var_shirt_l'))).to.equal('price_shirt_l_eur');
  expect(offerOf(poster, 'jpy')).to.equal(null);
  const half = { ...notebook, variants: [variantOf('x', 'X', 1, { prices: [] })] };
  expect(offerOf(half, 'usd')).to.equal(null);
});
