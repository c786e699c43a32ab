import { page } from '../answer.ts';
import { text } from '../form.ts';
import type { Resource } from '../resource.ts';

/** `/v1/events`. */
export const events: Resource = {
  'GET /v1/events': (scope, params) => {
    const type = text(params, 'type');
    return page(
      scope.list('event').filter((event) => type === undefined || event.type === type),
      params,
      '/v1/events',
    );
  },
  'GET /v1/events/:id': (scope, _params, id) => scope.must('event', id),
};

/** `/v1/payment_intents` and `/v1/charges`, to read. */
export const payments: Resource = {
  'GET /v1/payment_intents/:id': (scope, _params, id) => scope.must('payment_intent', id),
  'GET /v1/payment_intents': (scope, params) =>
    page(scope.list('payment_intent'), params, '/v1/payment_intents'),
  'GET /v1/charges/:id': (scope, _params, id) => scope.must('charge', id),
  'GET /v1/charges': (scope, params) => page(scope.list('charge'), params, '/v1/charges'),
};
