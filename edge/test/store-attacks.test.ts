import { beforeAll, describe, expect, it } from 'vitest';
import type { Product } from '@dream/contract';
import { manage } from './billing-shop.ts';
import { one, Store } from './store.ts';

let store: Store;
beforeAll(async () => {
  store = await Store.open();
});

describe('looking for', () => {
  it('orders takes long texts, and signs that mean something to a database as they are', async () => {
    const email = `${'a-long_name%'.repeat(4)}@a-rather-long-domain.example.com`;
    const hat = await store.product({ stockUnits: null });
    const { orderId } = (await store.asServer([one(hat)], { email })).body;
    const found = async (q: string) => {
      const path = `/api/orders?q=${encodeURIComponent(q)}`;
      const { status, body } = await store.shop.bySecretKey('GET', path);
      return status === 200 ? body.orders.map(({ id }: { id: string }) => id) : body;
    };
    expect(await found(email.toUpperCase())).toEqual([orderId]);
    for (const q of ['x'.repeat(120), 'a-long%domain', 'a-long-name%', "'", '\\'])
      expect(await found(q)).toEqual([]);
  });

  it('products takes long texts, and signs that mean something to a database as they are', async () => {
    const name = `A ${'very '.repeat(20)}wide_hat, 100 %`;
    const { id } = await store.product({ name });
    const found = async (q: string) => {
      const path = `${store.shop.base}/products?q=${encodeURIComponent(q)}`;
      const { products } = await manage('GET', path);
      return products.map((product: Product) => product.id);
    };
    expect(await found(name)).toEqual([id]);
    expect(await found('WIDE_HAT, 100 %')).toEqual([id]);
    for (const q of ['x'.repeat(120), 'widexhat', 'wide%100', '\\'])
      expect(await found(q)).toEqual([]);
  });

  it('orders behind a cursor that no page gave is refused', async () => {
    for (const cursor of ['x', '1e3', '-1', 'Infinity', '1001 OR 1=1']) {
      const path = `/api/orders?cursor=${encodeURIComponent(cursor)}`;
      expect((await store.shop.bySecretKey('GET', path)).body).toMatchObject({
        code: 'invalid_request',
        issues: [{ path: 'cursor' }],
      });
    }
  });
});
