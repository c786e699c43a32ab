import { page } from '../answer.ts';
import { change } from '../change.ts';
import { faults } from '../faults.ts';
import { flag, metadata, type Params, text, unsettable } from '../form.ts';
import type { Resource } from '../resource.ts';
import { type Entity, newId, type Scope } from '../scope.ts';

/** `/v1/tax_rates`. */
export const taxRates: Resource = {
  'POST /v1/tax_rates': (scope, params) => createTaxRate(scope, params),
  'GET /v1/tax_rates': (scope, params) => {
    const [active, inclusive] = [flag(params, 'active'), flag(params, 'inclusive')];
    const found = scope
      .list('tax_rate')
      .filter((rate) => active === undefined || rate.active === active)
      .filter((rate) => inclusive === undefined || rate.inclusive === inclusive);
    return page(found, params, '/v1/tax_rates');
  },
  'GET /v1/tax_rates/:id': (scope, _params, id) => scope.must('tax_rate', id),
  'POST /v1/tax_rates/:id': (scope, params, id) => {
    const old = scope.must('tax_rate', id);
    return change(scope, 'tax_rate', 'tax_rate.updated', old, {
      active: flag(params, 'active'),
      description: unsettable(params, 'description'),
      display_name: text(params, 'display_name'),
      metadata: 'metadata' in params ? metadata(params, old.metadata) : undefined,
    });
  },
};

function createTaxRate(scope: Scope, params: Params): Entity {
  const name = text(params, 'display_name');
  if (name === undefined) throw faults.required('display_name');
  const inclusive = flag(params, 'inclusive');
  if (inclusive === undefined) throw faults.required('inclusive');
  const percentage = Number(text(params, 'percentage') ?? Number.NaN);
  if (!(percentage >= 0 && percentage <= 100))
    throw faults.invalidParam('percentage', 'Invalid decimal: must be between 0 and 100.');
  const rate = scope.put('tax_rate', {
    id: newId('txr'),
    object: 'tax_rate',
    active: flag(params, 'active') ?? true,
    country: text(params, 'country') ?? null,
    created: scope.nowSeconds(),
    description: text(params, 'description') ?? null,
    display_name: name,
    effective_percentage: percentage,
    flat_amount: null,
    inclusive,
    jurisdiction: text(params, 'jurisdiction') ?? null,
    jurisdiction_level: null,
    livemode: scope.livemode,
    metadata: metadata(params),
    percentage,
    rate_type: 'percentage',
    state: text(params, 'state') ?? null,
    tax_type: text(params, 'tax_type') ?? null,
  });
  scope.emit('tax_rate.created', rate);
  return rate;
}
