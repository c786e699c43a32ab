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
