import { beforeAll, describe, expect, it } from 'vitest';
import { manage, Shop } from './billing-shop.ts';

const usd = (priceMinor: number) => ({ priceMinor, currency: 'usd' });
const shirt = (fields: object = {}) => ({
  name: 'T-shirt',
  variants: [{ name: 'Blue', stockUnits: 10, prices: [usd(2500)] }],
  ...fields,
});
const products = (shop: Shop) => `${shop.base}/products`;
const create = async (shop: Shop, fields: object = {}) =>
  (await manage('POST', products(shop), shirt(fields))).product;
const shown = async (shop: Shop, query = '') => {
  const answer = await shop.bySecretKey('GET', `/api/products${query}`);
  expect(answer.status).toBe(200);
  return answer.body;
};
const stripePrice = (shop: Shop, id: string) => shop.stripe.prices.retrieve(id, {}, shop.onAccount);

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});

describe('a product', () => {
  it('is for sale as soon as it is saved, at a price Stripe has', async () => {
    const product = await create(shop, { name: 'Mug', description: 'Of clay', category: 'Home' });
    const { priceId } = product.variants[0].prices[0];
    expect(product).toMatchObject({ published: true, visible: true, archivedAtMs: null });
    const { products: all } = await shown(shop);
    expect(all.find(({ id }: { id: string }) => id === product.id)).toEqual({
      id: product.id,
      name: 'Mug',
      description: 'Of clay',
      category: 'Home',
      price: 2500,
      currency: 'usd',
      priceId,
      imageUrl: null,
      inventory: 10,
      soldOut: false,
      lowStock: false,
      maxQuantity: 10,
      images: [],
      variants: [
        {
          id: product.variants[0].id,
          name: 'Blue',
          inventory: 10,
          soldOut: false,
          lowStock: false,
          maxQuantity: 10,
          image: null,
          prices: [{ priceId, price: 2500, currency: 'usd' }],
        },
      ],
    });
    const atStripe = await stripePrice(shop, priceId);
    expect(atStripe).toMatchObject({ unit_amount: 2500, currency: 'usd', type: 'one_time' });
    const sold = await shop.stripe.products.retrieve(String(atStripe.product), {}, shop.onAccount);
    expect(sold).toMatchObject({ name: 'Mug – Blue', description: 'Of clay', shippable: true });
  });
});
