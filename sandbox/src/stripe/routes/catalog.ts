import { faults } from '../faults.ts';
import { flag, group, list, mergedMetadata, number, type Params, strings, text } from '../form.ts';
import { page } from '../answer.ts';
import { type Entity, newId, type Scope } from '../scope.ts';
import type { Resource } from '../resource.ts';

const INTERVALS = new Set(['day', 'week', 'month', 'year']);

/** `/v1/products` and `/v1/prices`. */
export const catalog: Resource = {
  'POST /v1/products': (scope, params) => createProduct(scope, params),
  'GET /v1/products': (scope, params) =>
    page(
      scope.list('product').filter((p) => matches(p.active, flag(params, 'active'))),
      params,
      '/v1/products',
    ),
  'GET /v1/products/:id': (scope, _params, id) => scope.must('product', id),
  'POST /v1/products/:id': (scope, params, id) => {
    const old = scope.must('product', id);
    const next = scope.put('product', {
      ...old,
      name: text(params, 'name') ?? old.name,
      description:
        'description' in params ? (text(params, 'description') ?? null) : old.description,
      active: flag(params, 'active') ?? old.active,
      metadata: mergedMetadata(old.metadata as Record<string, string>, group(params, 'metadata')),
      updated: scope.nowSeconds(),
    });
    scope.emit('product.updated', next, { updated: old.updated });
    return next;
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
    const next = scope.put('price', {
      ...old,
      active: flag(params, 'active') ?? old.active,
      nickname: text(params, 'nickname') ?? old.nickname,
      lookup_key: text(params, 'lookup_key') ?? old.lookup_key,
      metadata: mergedMetadata(old.metadata as Record<string, string>, group(params, 'metadata')),
    });
    scope.emit('price.updated', next, { active: old.active });
    return next;
  },
};

const matches = (value: unknown, wanted: unknown) => wanted === undefined || value === wanted;

function createProduct(scope: Scope, params: Params): Entity {
  const name = text(params, 'name');
  if (name === undefined) throw faults.required('name');
  const id = text(params, 'id') ?? newId('prod');
  if (scope.get('product', id)) throw faults.invalidParam('id', 'Product already exists.');
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
    metadata: mergedMetadata({}, group(params, 'metadata')),
    name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    type: 'service',
    unit_label: null,
    updated: nowSeconds,
    url: text(params, 'url') ?? null,
  });
  scope.emit('product.created', product);
  return product;
}

function createPrice(scope: Scope, params: Params): Entity {
  const currency = text(params, 'currency')?.toLowerCase();
  if (currency === undefined) throw faults.required('currency');
  const unitAmount = number(params, 'unit_amount');
  if (unitAmount === undefined) throw faults.required('unit_amount');
  if (!Number.isInteger(unitAmount) || unitAmount < 0)
    throw faults.invalidParam('unit_amount', 'Invalid integer');
  const inline = group(params, 'product_data');
  const product = inline ? createProduct(scope, inline).id : text(params, 'product');
  if (product === undefined) throw faults.required('product');
  scope.must('product', product, 'product');
  const price = scope.put('price', {
    id: newId('price'),
    object: 'price',
    active: flag(params, 'active') ?? true,
    billing_scheme: 'per_unit',
    created: scope.nowSeconds(),
    currency,
    custom_unit_amount: null,
    livemode: scope.livemode,
    lookup_key: lookupKey(scope, params),
    metadata: mergedMetadata({}, group(params, 'metadata')),
    nickname: text(params, 'nickname') ?? null,
    product,
    recurring: recurring(group(params, 'recurring')),
    tax_behavior: text(params, 'tax_behavior') ?? 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: group(params, 'recurring') ? 'recurring' : 'one_time',
    unit_amount: unitAmount,
    unit_amount_decimal: String(unitAmount),
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

function recurring(params: Params | undefined): Record<string, unknown> | null {
  if (!params) return null;
  const interval = text(params, 'interval') ?? '';
  if (!INTERVALS.has(interval))
    throw faults.invalidParam('recurring[interval]', 'Invalid recurring[interval]');
  return {
    interval,
    interval_count: number(params, 'interval_count') ?? 1,
    meter: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
}
