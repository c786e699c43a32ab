import { beforeAll, describe, expect, it } from 'vitest';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';

let shop: TestEnvironment;
beforeAll(async () => {
  shop = await createEnvironment();
});

const prices = [{ priceMinor: 2500, currency: 'usd' }];
const products = () => `/api/projects/${shop.id}/test/products`;

/** A product of one variant with this stock, and the ways to change it. */
async function stocked(stockUnits: number | null) {
  const { product } = await manage('POST', products(), {
    name: 'Mug',
    variants: [{ stockUnits, prices }],
  });
  const [{ id }] = product.variants;
  const path = `${products()}/${product.id}/variants/${id}/stock`;
  return {
    id,
    product: product.id,
    path,
    change: (body: object, headers: Record<string, string> = {}) =>
      call('POST', path, { key: OPERATOR, body, headers }),
    units: async () => {
      const read = await manage('GET', `${products()}/${product.id}`);
      return read.product.variants[0].stockUnits;
    },
  };
}

describe('stock', () => {
  it.each([
    ['set', 10, { stockUnits: 25 }, 25],
    ['set to nothing', 10, { stockUnits: 0 }, 0],
    ['no longer counted', 10, { stockUnits: null }, null],
    ['counted from now on', null, { stockUnits: 7 }, 7],
    ['added to', 10, { addUnits: 5 }, 15],
    ['taken from', 10, { addUnits: -10 }, 0],
  ])('is %s, and shown so at once', async (_, before, body, after) => {
    const { id, product, change } = await stocked(before);
    const { status, body: answer } = await change(body);
    expect([status, answer.variant]).toMatchObject([
      200,
      { id, stockUnits: after, reservedUnits: 0 },
    ]);
    const shown = await call('GET', '/api/products', { key: shop.sk });
    const found = shown.body.products.find((one: { id: string }) => one.id === product);
    expect(found.inventory).toBe(after ?? 'unlimited');
  });

  it.each([
    ['more is taken than there is', 10, { addUnits: -11 }],
    ['it would be more than can be counted', 10, { addUnits: 1_000_000_000 }],
    ['it is not counted', null, { addUnits: 1 }],
  ])('stays as it is when %s', async (_, before, body) => {
    const { change, units } = await stocked(before);
    expect(await change(body)).toMatchObject({
      status: 409,
      body: { code: 'stock_refused', stockUnits: before, reservedUnits: 0 },
    });
    expect(await units()).toBe(before);
  });

  it('loses nothing of what is added and taken at once', async () => {
    const { change, units } = await stocked(100);
    const changes = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? 3 : -1));
    const answers = await Promise.all(changes.map((addUnits) => change({ addUnits })));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(await units()).toBe(140);
  });

  it('is added to once, however often the call is repeated with its key', async () => {
    const { change, units } = await stocked(10);
    const key = { 'idempotency-key': 'delivery-4711' };
    for (let times = 0; times < 3; times++)
      expect((await change({ addUnits: 5 }, key)).body.variant.stockUnits).toBe(15);
    expect(await units()).toBe(15);
  });

  it('leaves in the audit log who changed it, from what and to what', async () => {
    const { id, product, change } = await stocked(10);
    await change({ addUnits: 5 });
    await change({ stockUnits: null });
    const variants = [{ id, stockUnits: 3, prices }];
    await manage('PUT', `${products()}/${product}`, { name: 'Mug', variants });
    const { entries } = await manage('GET', `/api/projects/${shop.id}/test/audit`);
    const changes = entries
      .filter(({ action }: { action: string }) => action === 'stock.changed')
      .map(({ actor, subject }: { actor: string; subject: string }) => `${actor}: ${subject}`);
    expect(changes.slice(0, 3)).toEqual([
      `operator: ${id} unlimited to 3`,
      `operator: ${id} 15 to unlimited`,
      `operator: ${id} 10 to 15`,
    ]);
  });

  it('of a variant the product does not have is not found', async () => {
    const [one, other] = [await stocked(1), await stocked(1)];
    const answer = await call('POST', one.path.replace(one.id, other.id), {
      key: OPERATOR,
      body: { stockUnits: 0 },
    });
    expect([answer.status, answer.body.code]).toEqual([404, 'variant_not_found']);
    expect(await other.units()).toBe(1);
  });
});
