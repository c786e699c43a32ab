import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_VERSION } from './events.ts';
import { startTestStripe, type TestStripe } from './test-stripe.ts';

let sandbox: TestStripe;
beforeAll(async () => {
  sandbox = await startTestStripe();
});
afterAll(() => sandbox.close());

const seller = async () => ({ stripeAccount: await sandbox.connect() });

test('accounts and modes share nothing', async () => {
  const stripe = sandbox.as('test');
  const [one, other] = [await seller(), await seller()];
  const product = await stripe.products.create({ name: 'Pro' }, one);
  await sandbox.connect('live', one.stripeAccount);
  const missing = { code: 'resource_missing', statusCode: 404 };
  await expect(stripe.products.retrieve(product.id, {}, other)).rejects.toMatchObject(missing);
  await expect(stripe.products.retrieve(product.id)).rejects.toMatchObject(missing);
  const live = sandbox.as('live').products;
  await expect(live.retrieve(product.id, {}, one)).rejects.toMatchObject(missing);
  expect((await stripe.products.retrieve(product.id, {}, one)).name).toBe('Pro');
});

test('a product keeps a given id, and a second one of that id is refused', async () => {
  const [stripe, on] = [sandbox.as('test'), await seller()];
  await stripe.products.create({ id: 'dream_pro', name: 'Pro' }, on);
  await expect(stripe.products.create({ id: 'dream_pro', name: 'X' }, on)).rejects.toMatchObject({
    code: 'resource_already_exists',
  });
  const changed = await stripe.products.update(
    'dream_pro',
    { name: 'Pro 2', description: 'd' },
    on,
  );
  expect(changed).toMatchObject({ name: 'Pro 2', description: 'd', active: true });
  const unset = await stripe.products.update('dream_pro', { description: '' }, on);
  expect(unset.description).toBeNull();
});

test('an archived price stays readable and leaves the list of active ones', async () => {
  const [stripe, on] = [sandbox.as('test'), await seller()];
  const product = await stripe.products.create({ name: 'Pro' }, on);
  const recurring = { interval: 'month' as const };
  const given = { product: product.id, currency: 'usd', recurring };
  const old = await stripe.prices.create({ ...given, unit_amount: 900 }, on);
  const now = await stripe.prices.create({ ...given, unit_amount: 1900 }, on);
  await stripe.prices.update(old.id, { active: false }, on);
  const active = await stripe.prices.list({ product: product.id, active: true }, on);
  expect(active.data.map(({ id }) => id)).toEqual([now.id]);
  expect(await stripe.prices.retrieve(old.id, {}, on)).toMatchObject({
    active: false,
    unit_amount: 900,
    type: 'recurring',
  });
});

test('a lookup key belongs to one price and can be transferred', async () => {
  const [stripe, on] = [sandbox.as('test'), await seller()];
  const given = {
    currency: 'usd',
    unit_amount: 5,
    product_data: { name: 'Pen' },
    lookup_key: 'pen',
  };
  const first = await stripe.prices.create(given, on);
  await expect(stripe.prices.create(given, on)).rejects.toMatchObject({ param: 'lookup_key' });
  const next = await stripe.prices.create({ ...given, transfer_lookup_key: true }, on);
  const found = await stripe.prices.list({ lookup_keys: ['pen'] }, on);
  expect(found.data.map(({ id }) => id)).toEqual([next.id]);
  expect((await stripe.prices.retrieve(first.id, {}, on)).lookup_key).toBeNull();
});

test('metadata merges, an empty value removes a key, and an empty parameter removes all', async () => {
  const [stripe, on] = [sandbox.as('test'), await seller()];
  const { id } = await stripe.customers.create({ metadata: { a: '1', b: '2' } }, on);
  const merged = await stripe.customers.update(id, { metadata: { b: '', c: '3' } }, on);
  expect(merged.metadata).toEqual({ a: '1', c: '3' });
  expect((await stripe.customers.update(id, { metadata: '' }, on)).metadata).toEqual({});
});

test('a deleted customer is a stub, leaves the list, and cannot be deleted again', async () => {
  const [stripe, on] = [sandbox.as('test'), await seller()];
  const { id } = await stripe.customers.create({}, on);
  expect(await stripe.customers.del(id, {}, on)).toMatchObject({ id, deleted: true });
  expect(await stripe.customers.retrieve(id, {}, on)).toMatchObject({ id, deleted: true });
  expect((await stripe.customers.list({}, on)).data).toEqual([]);
  await expect(stripe.customers.del(id, {}, on)).rejects.toMatchObject({
    code: 'resource_missing',
  });
});

test('lists are newest first and walk both ways by cursor', async () => {
  const [stripe, on] = [sandbox.as('test'), await seller()];
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.unshift((await stripe.customers.create({}, on)).id);
  const first = await stripe.customers.list({ limit: 2 }, on);
  expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  expect(first.has_more).toBe(true);
  const before = await stripe.customers.list({ limit: 2, ending_before: ids[3] ?? '' }, on);
  expect(before.data.map(({ id }) => id)).toEqual(ids.slice(1, 3));
  expect(before.has_more).toBe(true);
  const all: string[] = [];
  for await (const { id } of stripe.customers.list({ limit: 2 }, on)) all.push(id);
  expect(all).toEqual(ids);
  for (const limit of [0, 101]) {
    await expect(stripe.customers.list({ limit }, on)).rejects.toMatchObject({ param: 'limit' });
  }
  await expect(stripe.customers.list({ starting_after: 'cus_no' }, on)).rejects.toMatchObject({
    code: 'resource_missing',
    param: 'starting_after',
  });
});

test('the same key and parameters replay the first answer, in one account only', async () => {
  const [stripe, on] = [sandbox.as('test'), await seller()];
  const keyed = { ...on, idempotencyKey: 'make-pro' };
  const first = await stripe.products.create({ name: 'Pro' }, keyed);
  const again = await stripe.products.create({ name: 'Pro' }, keyed);
  expect(again.id).toBe(first.id);
  expect(new Headers(again.lastResponse.headers).get('idempotent-replayed')).toBe('true');
  expect((await stripe.products.list({}, on)).data).toHaveLength(1);
  const elsewhere = await stripe.products.create({ name: 'Pro' }, { idempotencyKey: 'make-pro' });
  expect(elsewhere.id).not.toBe(first.id);
});

test('the same key with other parameters is an idempotency error and does nothing', async () => {
  const [stripe, on] = [sandbox.as('test'), await seller()];
  const keyed = { ...on, idempotencyKey: 'k' };
  await stripe.products.create({ name: 'Pro' }, keyed);
  await expect(stripe.products.create({ name: 'Team' }, keyed)).rejects.toMatchObject({
    type: 'StripeIdempotencyError',
    statusCode: 400,
  });
  expect((await stripe.products.list({}, on)).data).toHaveLength(1);
});

test('a refused call may be tried again with its key', async () => {
  const [stripe, on] = [sandbox.as('test'), await seller()];
  const keyed = { ...on, idempotencyKey: 'k' };
  const product = { id: 'later', name: 'Later' };
  const price = { product: 'later', unit_amount: 1, currency: 'usd' };
  await expect(stripe.prices.create(price, keyed)).rejects.toMatchObject({
    code: 'resource_missing',
    param: 'product',
  });
  await stripe.products.create(product, on);
  await expect(stripe.prices.create(price, keyed)).resolves.toMatchObject({ unit_amount: 1 });
});

test.each([
  ['/v1/products', '', 'parameter_missing', 'name'],
  ['/v1/prices', 'unit_amount=1', 'parameter_missing', 'currency'],
  ['/v1/prices', 'currency=usd', 'parameter_missing', 'unit_amount'],
  ['/v1/prices', 'currency=usd&unit_amount=1', 'parameter_missing', 'product'],
  ['/v1/prices', 'currency=usd&unit_amount=1.5', 'parameter_invalid_integer', 'unit_amount'],
  ['/v1/prices', 'currency=usd&unit_amount=1e3', 'parameter_invalid_integer', 'unit_amount'],
  ['/v1/prices', 'currency=usd&unit_amount=-1', 'parameter_invalid_integer', 'unit_amount'],
  ['/v1/prices', 'currency=dollars&unit_amount=1', undefined, 'currency'],
  ['/v1/checkout/sessions', 'mode=subscription', 'parameter_missing', 'line_items'],
  [
    '/v1/checkout/sessions',
    'payment_method_types[]=card&mode=payment',
    'parameter_unknown',
    'payment_method_types',
  ],
  ['/v1/billing_portal/sessions', 'customer=cus_no', 'resource_missing', 'customer'],
  ['/v1/refunds', 'amount=1', 'parameter_missing', 'charge'],
  ['/v1/customers', '__proto__[polluted]=1&expand[]=nothing', undefined, 'expand'],
])('%s refuses "%s"', async (path, body, code, param) => {
  const answer = await fetch(`${sandbox.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer sk_test_platform00000000',
      'content-type': 'application/x-www-form-urlencoded',
      'stripe-version': API_VERSION,
    },
    body,
  });
  expect(answer.status).toBe(400);
  expect(answer.headers.get('request-id')).toMatch(/^req_/);
  const { error } = (await answer.json()) as { error: Record<string, unknown> };
  expect(error).toMatchObject({ type: 'invalid_request_error', param });
  expect(error.code).toBe(code);
  expect('polluted' in {}).toBe(false);
});

test('a path the sandbox does not know is refused as Stripe refuses it', async () => {
  const answer = await fetch(`${sandbox.url}/v1/unicorns`);
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
});
