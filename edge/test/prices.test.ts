import { beforeAll, describe, expect, it } from 'vitest';
import { call, checkoutIdOf, control, manage, Shop } from './billing-shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});

const metered = (limitUnits: number) => [{ kind: 'metered', name: 'requests', limitUnits }];
const price = (priceMinor: number, currency = 'usd', interval = 'month') => ({
  priceMinor,
  currency,
  interval,
});
const save = (tier: string, fields: object) =>
  manage('PUT', `${shop.base}/tiers/${tier}`, {
    displayName: tier,
    features: metered(10),
    prices: [price(1900)],
    ...fields,
  });
const shown = async () => (await shop.bySecretKey('GET', '/api/tiers')).body.tiers;
const usage = async (id: string) =>
  (await shop.bySecretKey('GET', '/api/usage', undefined, id)).body;
/** What a customer pays, as Stripe has it. */
const paid = async (id: string) => {
  const [bought] = await shop.subscriptionsAtStripe(id);
  const found = await shop.stripe.prices.retrieve(bought?.priceId ?? '', {}, shop.onAccount);
  return { minor: found.unit_amount, currency: found.currency, active: found.active };
};

describe('a tier whose price changed', () => {
  it('is sold at the new price, while subscribers keep the old price and the tier', async () => {
    const { tier: before } = await save('gold', { prices: [price(1900)] });
    const [early, late] = [await shop.newCustomer(), await shop.newCustomer()];
    await shop.buy(early, 'gold');
    const { tier: after } = await save('gold', { features: metered(20), prices: [price(2900)] });
    expect(after.prices[0].priceId).not.toBe(before.prices[0].priceId);
    await shop.buy(late, 'gold');
    expect(await paid(early)).toEqual({ minor: 1900, currency: 'usd', active: false });
    expect(await paid(late)).toEqual({ minor: 2900, currency: 'usd', active: true });
    for (const id of [early, late])
      expect(await usage(id)).toMatchObject({ plan: 'gold', limit: 20 });
    const old = await shop.checkout(await shop.newCustomer(), {
      tier: 'gold',
      priceId: before.prices[0].priceId,
    });
    expect(old.body.code).toBe('price_not_found');
  });

  it('or is to include its tax, or not, is sold by a price that says so, and so is its overage', async () => {
    const overage = { perUnits: 1, prices: [{ priceMinor: 5, currency: 'usd' }] };
    const fields = { features: [{ ...metered(10)[0], overage }] };
    const behaviors = async (tier: { prices: { priceId: string }[] }) => {
      const product = (
        await shop.stripe.prices.retrieve(tier.prices[0]?.priceId ?? '', {}, shop.onAccount)
      ).product;
      const { data } = await shop.stripe.prices.list({ active: true }, shop.onAccount);
      return data
        .filter((one) => String(one.product).startsWith(String(product)))
        .map((one) => one.tax_behavior);
    };
    const { tier: plain } = await save('taxed', fields);
    expect([plain.taxBehavior, await behaviors(plain)]).toEqual([
      'unspecified',
      ['unspecified', 'unspecified'],
    ]);
    const { tier: within } = await save('taxed', { ...fields, taxBehavior: 'inclusive' });
    expect([within.taxBehavior, await behaviors(within)]).toEqual([
      'inclusive',
      ['inclusive', 'inclusive'],
    ]);
    const { tier: same } = await save('taxed', { ...fields, taxBehavior: 'inclusive' });
    expect(same.prices).toEqual(within.prices);
  });

  it('is not made anew when nothing of the price changed', async () => {
    const { tier: before } = await save('same', { prices: [price(900), price(9000, 'eur')] });
    const { tier: after } = await save('same', {
      displayName: 'Other',
      prices: [price(900), price(9000, 'eur')],
    });
    expect(after.prices).toEqual(before.prices);
  });
});

describe('an archived tier', () => {
  it('is shown and sold to nobody, and keeps serving who has it', async () => {
    await save('old', {});
    const id = await shop.newCustomer();
    await shop.buy(id, 'old');
    await manage('DELETE', `${shop.base}/tiers/old`);
    expect((await shown()).map(({ name }: { name: string }) => name)).not.toContain('old');
    const again = await shop.checkout(await shop.newCustomer(), { tier: 'old' });
    expect(again.body.code).toBe('tier_not_found');
    const counted = await shop.bySecretKey('POST', '/api/usage', { amount: 10 }, id);
    expect(counted.body.usage).toMatchObject({ plan: 'old', count: 10, limit: 10 });
    expect((await shop.bySecretKey('POST', '/api/usage', {}, id)).body.code).toBe('limit_reached');
    expect((await paid(id)).active).toBe(false);
  });
});

describe('an unlisted tier', () => {
  it('is sold by secret key, and not to a visitor who knows its name or price', async () => {
    const { tier } = await save('secret', { listed: false });
    expect((await shown()).map(({ name }: { name: string }) => name)).not.toContain('secret');
    const id = await shop.newCustomer();
    const { body: session } = await shop.bySecretKey('POST', '/api/sessions', { customer: id });
    const body = { tier: 'secret', priceId: tier.prices[0].priceId };
    const refused = await call('POST', '/api/create-checkout', session.accessToken, body);
    expect(refused.body.code).toBe('tier_not_found');
    await shop.buy(id, 'secret');
    expect((await shop.customer(id)).plan).toBe('secret');
  });
});

describe('a price', () => {
  it.each([
    ['jpy', 2900],
    ['kwd', 5990],
    ['isk', 59_900],
    ['eur', 1750],
  ])('in %s is charged as it was written, in minor units', async (currency, priceMinor) => {
    await save(`in-${currency}`, { prices: [price(1900), price(priceMinor, currency, 'year')] });
    const tier = (await shown()).find(({ name }: { name: string }) => name === `in-${currency}`);
    const yearly = tier.prices[1];
    expect(yearly).toMatchObject({ price: priceMinor, currency, interval: 'year' });
    const id = await shop.newCustomer();
    const { body } = await shop.checkout(id, { tier: tier.name, priceId: yearly.priceId });
    await control(`checkout/${checkoutIdOf(body.url)}/pay`, {});
    await shop.bySecretKey(
      'POST',
      '/api/checkout/confirm',
      { checkoutId: checkoutIdOf(body.url) },
      id,
    );
    expect(await paid(id)).toEqual({ minor: priceMinor, currency, active: true });
    expect((await shop.customer(id)).plan).toBe(tier.name);
  });

  it('that Stripe refuses to sell is answered with its words', async () => {
    const { tier } = await save('odd', {});
    // Its owner archived it, on Stripe's own pages.
    await shop.stripe.prices.update(tier.prices[0].priceId, { active: false }, shop.onAccount);
    const refused = await shop.checkout(await shop.newCustomer(), { tier: 'odd' });
    expect(refused).toMatchObject({
      status: 502,
      body: { code: 'provider_refused', reason: expect.stringMatching(/price.*inactive/i) },
    });
  });
});
