import type { Product } from '@dream/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { deps } from './billing-shop.ts';
import { one, Store } from './store.ts';

let store: Store;
let mug: Product;
let pen: Product;
beforeAll(async () => {
  store = await Store.open();
  mug = await store.product({ name: 'Mug', stockUnits: 100, priceMinor: 2000 });
  pen = await store.product({ name: 'Pen', stockUnits: 100, priceMinor: 300 });
});

const variantOf = (product: Product) => product.variants[0]?.id ?? '';
const pieces = (product: Product, quantity: number, restock?: boolean) => ({
  variantId: variantOf(product),
  quantity,
  ...(restock === undefined ? {} : { restock }),
});
/** A paid order of three mugs and a pen: 63.00. */
const paidOrder = async (): Promise<string> => {
  const { orderId, url } = await store.buy([one(mug, 3), one(pen)]);
  await store.confirm(url);
  return orderId;
};
const stockOf = async (product: Product) => (await store.stock(product)).stockUnits ?? 0;
const refundedOf = async (id: string): Promise<number[]> =>
  (await store.order(id)).lines.map(({ refundedQuantity }) => refundedQuantity);

describe('a refund of lines', () => {
  it('gives back what the pieces cost, and puts those back in stock that say so', async () => {
    const id = await paidOrder();
    const [mugs, pens] = [await stockOf(mug), await stockOf(pen)];
    const lines = [pieces(mug, 2, true), pieces(pen, 1, false)];
    const { body } = await store.refund(id, { lines });
    expect(body.order).toMatchObject({
      status: 'partially_refunded',
      refundedMinor: 4300,
      restocked: false,
    });
    expect(await refundedOf(id)).toEqual([2, 1]);
    expect([await stockOf(mug), await stockOf(pen)]).toEqual([mugs + 2, pens]);
  });

  it('asked for at once by many gives each piece back once', async () => {
    const id = await paidOrder();
    const mugs = await stockOf(mug);
    const lines = [pieces(mug, 2, true)];
    const answers = await Promise.all([1, 2, 3].map(() => store.refund(id, { lines })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'order_line_refunded', leftQuantity: 1 });
    expect(await store.order(id)).toMatchObject({ refundedMinor: 4000 });
    expect(await stockOf(mug)).toBe(mugs + 2);
  });

  it('and of amounts, whatever is asked for at once, is never more than was paid', async () => {
    const id = await paidOrder();
    await Promise.all([
      store.refund(id, { lines: [pieces(mug, 3)] }),
      store.refund(id, { lines: [pieces(pen, 1)] }),
      store.refund(id, { amountMinor: 2000 }),
      store.refund(id, { amountMinor: 5000 }),
      store.refund(id),
    ]);
    await store.refund(id);
    expect(await store.order(id)).toMatchObject({ status: 'refunded', refundedMinor: 6300 });
  });

  it('is repeated with its key as the first time', async () => {
    const id = await paidOrder();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    for (let time = 0; time < 2; time++) {
      const { status } = await store.refund(id, { lines: [pieces(mug, 1)] }, headers);
      expect(status).toBe(200);
    }
    expect(await refundedOf(id)).toEqual([1, 0]);
  });

  it('leaves its pieces where they are when all the rest is given back and restocked', async () => {
    const id = await paidOrder();
    const [mugs, pens] = [await stockOf(mug), await stockOf(pen)];
    await store.refund(id, { lines: [pieces(mug, 1, false)] });
    const { body } = await store.refund(id, { restock: true });
    expect(body.order).toMatchObject({ status: 'refunded', refundedMinor: 6300, restocked: true });
    expect([await stockOf(mug), await stockOf(pen)]).toEqual([mugs + 2, pens + 1]);
  });

  it('that is all there is restocks by its lines alone, whatever the store is set to', async () => {
    await store.settings({ restockOnRefund: true });
    const id = await paidOrder();
    const [mugs, pens] = [await stockOf(mug), await stockOf(pen)];
    const { body } = await store.refund(id, { lines: [pieces(mug, 3), pieces(pen, 1, false)] });
    expect(body.order).toMatchObject({ status: 'refunded', refundedMinor: 6300 });
    expect([await stockOf(mug), await stockOf(pen)]).toEqual([mugs + 3, pens]);
    await store.settings({ restockOnRefund: false });
  });

  it('that Stripe refuses gives nothing back, and its pieces may be asked for again', async () => {
    const id = await paidOrder();
    const mugs = await stockOf(mug);
    const { chargeId } = await store.order(id);
    // In Stripe's dashboard, and nobody told us yet.
    const elsewhere = { charge: String(chargeId), amount: 3000 };
    await store.shop.stripe.refunds.create(elsewhere, store.shop.onAccount);
    const refused = await store.refund(id, { lines: [pieces(mug, 3, true)] });
    expect(refused.body.code).toBe('provider_refused');
    expect([await refundedOf(id), await stockOf(mug)]).toEqual([[0, 0], mugs]);
    expect((await store.refund(id, { lines: [pieces(mug, 1, true)] })).status).toBe(200);
    expect([await refundedOf(id), await stockOf(mug)]).toEqual([[1, 0], mugs + 1]);
    expect(await store.order(id)).toMatchObject({ refundedMinor: 5000 });
  });

  it('is made by others after a crash, and restocks once', async () => {
    const id = await paidOrder();
    const mugs = await stockOf(mug);
    const project = deps.project(store.shop.ref);
    const ids = { refundId: deps.newId('rfd_'), jobId: deps.newId('job_') };
    const asked = { amountMinor: null, lines: [pieces(mug, 1, true)], restock: null, reason: null };
    await project.refunds().begin(id, asked, ids, { actor: 'test', nowMs: Date.now() });
    await store.restart();
    await deliverJobs(deps, store.shop.ref, [ids.jobId]);
    expect(await store.order(id)).toMatchObject({ refundedMinor: 2000 });
    expect(await stockOf(mug)).toBe(mugs + 1);
    await deps.project(store.shop.ref).refunds().done(ids.refundId, Date.now());
    expect(await stockOf(mug)).toBe(mugs + 1);
  });

  it('is shown before it is made, and gives back what was shown', async () => {
    const id = await paidOrder();
    const lines = [pieces(mug, 1), pieces(pen, 1)];
    const path = `/api/orders/${id}/refund/preview`;
    const { body } = await store.shop.bySecretKey('POST', path, { lines });
    expect(body).toEqual({ amountMinor: 2300, leftMinor: 6300, currency: 'usd' });
    expect(await store.order(id)).toMatchObject({ refundedMinor: 0 });
    const less = await store.refund(id, { lines, amountMinor: 2000 });
    expect(less.body.order).toMatchObject({ refundedMinor: 2000 });
    expect(await refundedOf(id)).toEqual([1, 1]);
  });

  it('is refused for what is no line of the order', async () => {
    const id = await paidOrder();
    const other = await store.refund(id, { lines: [{ variantId: 'var_other', quantity: 1 }] });
    expect([other.status, other.body.code]).toEqual([404, 'order_line_not_found']);
    const both = await store.refund(id, { lines: [pieces(mug, 3), pieces(pen, 1)], restock: true });
    expect(both.body.code).toBe('restock_not_possible');
  });
});
