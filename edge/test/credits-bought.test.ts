import { runInDurableObject } from 'cloudflare:test';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Product } from '@dream/contract';
import { settleOrder } from '../src/orders/apply.rpc.ts';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { deps, manage } from './billing-shop.ts';
import { one, pay, Store } from './store.ts';

let store: Store;
let pack: Product;
beforeAll(async () => {
  store = await Store.open();
  await manage('PUT', `${store.shop.base}/tiers/free`, {
    displayName: 'Free',
    features: [{ kind: 'credits', name: 'chat', weight: 1 }],
    isDefault: true,
  });
  const prices = [{ priceMinor: 900, currency: 'usd' }];
  pack = await store.product({
    name: 'A hundred credits',
    shippable: false,
    variants: [{ prices, credits: { units: 100, expiresInDays: 30 } }],
  });
});

/** An order of packs that is paid and known to be. */
async function bought(customer: string, quantity = 1): Promise<string> {
  const { body } = await store.asCustomer(customer, [one(pack, quantity)]);
  await pay(body.url);
  await store.confirm(body.url);
  return body.orderId;
}
const credits = async (customer: string) => {
  await deliverJobs(deps, store.shop.ref);
  return (await store.shop.bySecretKey('GET', '/api/credits', undefined, customer)).body;
};
const balance = async (customer: string): Promise<number> => {
  const { balanceUnits, entries } = await credits(customer);
  const units = entries.map((entry: { units: number }) => entry.units);
  expect(units.reduce((sum: number, each: number) => sum + each, 0)).toBe(balanceUnits);
  return balanceUnits;
};
const becomes = (customer: string, units: number) =>
  vi.waitFor(async () => expect(await balance(customer)).toBe(units), { timeout: 10_000 });
const use = (customer: string, amount: number) =>
  store.shop.bySecretKey('POST', '/api/usage', { feature: 'chat', amount }, customer);

describe('credits in the store', () => {
  it('are given for every piece when the order is paid, once, with the end they were sold with', async () => {
    const ada = await store.shop.newCustomer();
    const orderId = await bought(ada, 3);
    await becomes(ada, 300);
    const { grants } = await credits(ada);
    expect(grants).toMatchObject([{ id: `${orderId}_0`, source: 'purchase', units: 300 }]);
    expect(grants[0].expiresAtMs - grants[0].startsAtMs).toBe(30 * 86_400_000);
    const { chargeId } = await store.order(orderId);
    await store.shop.hear(
      'charge.succeeded',
      await store.shop.stripe.charges.retrieve(String(chargeId), {}, store.shop.onAccount),
    );
    expect(await balance(ada)).toBe(300);
  });

  it('are not given for an order that nobody paid', async () => {
    const ada = await store.shop.newCustomer();
    await store.asCustomer(ada, [one(pack)]);
    expect(await balance(ada)).toBe(0);
  });

  it('go back with all of the money, as far as they are left, and not with a part of it', async () => {
    const ada = await store.shop.newCustomer();
    const orderId = await bought(ada);
    await becomes(ada, 100);
    expect((await use(ada, 30)).status).toBe(200);
    await store.refund(orderId, { amountMinor: 100 });
    expect(await balance(ada)).toBe(70);
    await store.refund(orderId);
    await becomes(ada, 0);
    expect((await credits(ada)).entries[0]).toMatchObject({ kind: 'revoke', units: -70 });
  });

  it('come again when the bank sends a refund back', async () => {
    const ada = await store.shop.newCustomer();
    const orderId = await bought(ada);
    for (const status of ['refunded', 'paid'] as const)
      await runInDurableObject(deps.project(store.shop.ref), (_, { storage }) =>
        storage.transactionSync(() => settleOrder(storage, orderId, status, Date.now())),
      );
    await vi.waitFor(async () => {
      const { entries } = await credits(ada);
      const kinds = entries.map(({ kind }: { kind: string }) => kind);
      expect(kinds.toSorted()).toEqual(['purchase', 'purchase', 'revoke']);
    });
    expect(await balance(ada)).toBe(100);
  });

  it('are sold to nobody who is not signed in', async () => {
    expect((await store.asGuest([one(pack)])).body).toMatchObject({ code: 'session_required' });
    expect((await store.asServer([one(pack)])).body).toMatchObject({ code: 'user_id_required' });
  });

  it('of a variant stay as they were when it is saved without saying, and go when it says so', async () => {
    const path = `${store.shop.base}/products/${pack.id}`;
    const save = async (more: object) => {
      const variants = [
        { id: pack.variants[0]?.id, prices: [{ priceMinor: 900, currency: 'usd' }], ...more },
      ];
      const { product } = await manage('PUT', path, {
        name: pack.name,
        shippable: false,
        variants,
      });
      return product.variants[0].credits;
    };
    expect(await save({})).toEqual({ units: 100, expiresInDays: 30 });
    expect(await save({ credits: null })).toBe(null);
    expect(await save({ credits: { units: 5 } })).toEqual({ units: 5, expiresInDays: null });
  });
});
