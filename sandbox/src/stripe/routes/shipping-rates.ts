import { page } from '../answer.ts';
import { flag, text } from '../form.ts';
import type { Resource } from '../resource.ts';
import { changedRate, createShippingRate, shippingMinor } from '../shipping-rates.ts';

/** `/v1/shipping_rates`. */
export const shippingRates: Resource = {
  'POST /v1/shipping_rates': (scope, params) => createShippingRate(scope, params),
  'GET /v1/shipping_rates': (scope, params) => {
    const [active, currency] = [flag(params, 'active'), text(params, 'currency')];
    const found = scope
      .list('shipping_rate')
      .filter((rate) => active === undefined || rate.active === active)
      .filter((rate) => currency === undefined || shippingMinor(rate, currency) !== undefined);
    return page(found, params, '/v1/shipping_rates');
  },
  'GET /v1/shipping_rates/:id': (scope, _params, id) => scope.must('shipping_rate', id),
  'POST /v1/shipping_rates/:id': (scope, params, id) =>
    scope.put('shipping_rate', changedRate(scope.must('shipping_rate', id), params)),
};
