import { faults } from '../faults.ts';
import { page } from '../answer.ts';
import { change } from '../change.ts';
import {
  flag,
  group,
  integer,
  list,
  metadata,
  type Params,
  strings,
  text,
  unsettable,
} from '../form.ts';
import { type Entity, newId, type Scope } from '../scope.ts';
import { givenRate } from '../price-rate.ts';
import type { Resource } from '../resource.ts';

const INTERVALS = new Set(['day', 'week', 'month', 'year']);

/** `/v1/products` and `/v1/prices`. */
export const catalog: Resource = {
  'POST /v1/products': (scope, params) => createProduct(scope, params),
  'GET /v1/products': (scope, params) =>
    page(
      scope
        .list('product')
        .filter((p) => p.deleted !== true && matches(p.active, flag(params, 'active'))),
      params,
      '/v1/products',
    ),
  'GET /v1/products/:id': (scope, _params, id) => scope.must('product', id),
  'POST /v1/products/:id': (scope, params, id) => {
    const old = scope.must('product', id);
    return change(scope, 'product', 'product.updated', old, {
      name: text(params, 'name'),
      description: unsettable(params, 'description'),
      active: flag(params, 'active'),
      images: 'images' in params ? strings(params, 'images') : undefined,
      shippable: flag(params, 'shippable'),
      tax_code: taxCode(params),
      url: unsettable(params, 'url'),
      metadata: metadata(params, old.metadata),
      updated: scope.nowSeconds(),
    });
  },
  'DELETE /v1/products/:id': (scope, _params, id) => {
    const product = scope.must('product', id);
    if (scope.list('price').some((price) => price.product === id))
      throw faults.wrongState(
        'This product cannot be deleted because it has one or more user-created prices.',
      );
    scope.emit('product.deleted', product);
    return scope.put('product', { id, object: 'product', deleted: true });
  },
  'POST /v1/prices': (scope, params) => createPrice(scope, params),
  'GET /v1/prices': (scope, params) => {
    const keys = strings(params, 'lookup_keys');
    const found = scope
      .list('price')
      .filter(
        (price) =>
          matches(price.active, flag(params, 'active')) &&
          matches(price.product, text(params, 'product')) &&
          (keys.length === 0 || keys.includes(String(price.lookup_key))),
      );
    return page(found, params, '/v1/prices');
  },
  'GET /v1/prices/:id': (scope, _params, id) => scope.must('price', id),
  'POST /v1/prices/:id': (scope, params, id) => {
    const old = scope.must('price', id);
    return change(scope, 'price', 'price.updated', old, {
      active: flag(params, 'active'),
      nickname: unsettable(params, 'nickname'),
      tax_behavior: text(params, 'tax_behavior'),
      lookup_key: 'lookup_key' in params ? lookupKey(scope, params) : undefined,
      metadata: metadata(params, old.metadata),
    });
  },
};

/** A tax code; of those there are, none begins with 8. */
function taxCode(params: Params): string | null | undefined {
  const code = unsettable(params, 'tax_code');
  if (code != null && !/^txcd_[0-79]\d{7}$/.test(code))
    throw faults.missing('tax code', code, 'tax_code', 400);
  return code;
}

const matches = (value: unknown, wanted: unknown) => wanted === undefined || value === wanted;

function createProduct(scope: Scope, params: Params): Entity {
  const name = text(params, 'name');
  if (name === undefined) throw faults.required('name');
  const id = text(params, 'id') ?? newId('prod');
  if (scope.get('product', id)) throw faults.exists('Product');
  const nowSeconds = scope.nowSeconds();
  const product = scope.put('product', {
    id,
    object: 'product',
    active: flag(params, 'active') ?? true,
    created: nowSeconds,
    default_price: null,
    description: text(params, 'description') ?? null,
    images: strings(params, 'images'),
    livemode: scope.livemode,
    marketing_features: list(params, 'marketing_features').map((f) => ({ name: text(f, 'name') })),
    metadata: metadata(params),
    name,
    package_dimensions: null,
    shippable: flag(params, 'shippable') ?? null,
    statement_descriptor: null,
    tax_code: taxCode(params) ?? null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: nowSeconds,
    url: text(params, 'url') ?? null,
  });
  scope.emit('product.created', product);
  return product;
}

/** A price, as made by the API or in place by a checkout. */
export function createPrice(scope: Scope, params: Params): Entity {
  const currency = text(params, 'currency')?.toLowerCase();
  if (currency === undefined) throw faults.required('currency');
  if (!/^[a-z]{3}$/.test(currency))
    throw faults.invalidParam('currency', `Invalid currency: ${currency}.`);
  const rate = givenRate(params);
  const inline = group(params, 'product_data');
  const product = inline ? createProduct(scope, inline).id : text(params, 'product');
  if (product === undefined) throw faults.required('product');
  scope.must('product', product, 'product');
  const price = scope.put('price', {
    id: newId('price'),
    object: 'price',
    active: flag(params, 'active') ?? true,
    created: scope.nowSeconds(),
    currency,
    custom_unit_amount: null,
    livemode: scope.livemode,
    lookup_key: lookupKey(scope, params),
    metadata: metadata(params),
    nickname: text(params, 'nickname') ?? null,
    product,
    recurring: recurring(scope, group(params, 'recurring')),
    tax_behavior: text(params, 'tax_behavior') ?? 'unspecified',
    type: group(params, 'recurring') ? 'recurring' : 'one_time',
    ...rate,
  });
  scope.emit('price.created', price);
  return price;
}

/** A lookup key belongs to one price; `transfer_lookup_key` takes it from the one that has it. */
function lookupKey(scope: Scope, params: Params): string | null {
  const key = text(params, 'lookup_key');
  if (key === undefined) return null;
  const holder = scope.list('price').find((price) => price.lookup_key === key);
  if (!holder) return key;
  if (!flag(params, 'transfer_lookup_key')) {
    throw faults.invalidParam(
      'lookup_key',
      `A price (\`${holder.id}\`) already uses that lookup key.`,
    );
  }
  scope.put('price', { ...holder, lookup_key: null });
  return key;
}

function recurring(scope: Scope, params: Params | undefined): Record<string, unknown> | null {
  if (!params) return null;
  const interval = text(params, 'interval') ?? '';
  if (!INTERVALS.has(interval))
    throw faults.invalidParam('recurring[interval]', 'Invalid recurring[interval]');
  return {
    interval,
    interval_count: integer(params, 'interval_count') ?? 1,
    meter: meterOf(scope, params),
    trial_period_days: null,
    usage_type: text(params, 'usage_type') ?? 'licensed',
  };
}

/** The meter of a price that is paid by use: it must have one. */
function meterOf(scope: Scope, params: Params): string | null {
  const meter = text(params, 'meter');
  if (text(params, 'usage_type') !== 'metered') return null;
  if (meter === undefined) throw faults.required('recurring[meter]');
  return scope.must('billing.meter', meter, 'recurring[meter]').id;
}
