import { page } from '../answer.ts';
import { faults } from '../faults.ts';
import { text } from '../form.ts';
import type { Resource } from '../resource.ts';
import { cancelSubscription } from '../subscription-cancel.ts';
import { createSubscription } from '../subscription-create.ts';
import { itemsOf } from '../subscription-items.ts';
import { resumeSubscription } from '../subscription-resume.ts';
import { updateSubscription } from '../subscription-update.ts';

/** `/v1/subscriptions`. */
export const subscriptions: Resource = {
  'POST /v1/subscriptions': (scope, params) => createSubscription(scope, params),
  'GET /v1/subscriptions': (scope, params) => {
    const [customer, status, price, clock] = ['customer', 'status', 'price', 'test_clock'].map(
      (name) => text(params, name),
    );
    const found = scope.list('subscription').filter(
      (s) =>
        (customer === undefined || s.customer === customer) &&
        // Those that live by a test clock are found by it, or by their customer.
        (clock === undefined
          ? customer !== undefined || s.test_clock === null
          : s.test_clock === clock) &&
        hasStatus(s.status, status) &&
        (price === undefined || itemsOf(s).some((item) => item.price.id === price)),
    );
    return page(found, params, '/v1/subscriptions');
  },
  'GET /v1/subscriptions/:id': (scope, _params, id) => scope.must('subscription', id),
  'POST /v1/subscriptions/:id': (scope, params, id) =>
    updateSubscription(scope, scope.must('subscription', id), params),
  'POST /v1/subscriptions/:id/resume': (scope, params, id) => {
    const subscription = scope.must('subscription', id);
    if (subscription.status !== 'paused')
      throw faults.wrongState('Only paused subscriptions can be resumed.');
    return resumeSubscription(scope, subscription, params);
  },
  'DELETE /v1/subscriptions/:id': (scope, params, id) => {
    const subscription = scope.must('subscription', id);
    if (subscription.status === 'canceled') throw faults.missing('subscription', id);
    return cancelSubscription(scope, subscription, params);
  },
};

/** Without a wish, all but the canceled; `ended` are those that are over in either way. */
function hasStatus(status: unknown, wanted: string | undefined): boolean {
  const isOver = status === 'canceled' || status === 'incomplete_expired';
  if (wanted === undefined) return status !== 'canceled';
  if (wanted === 'ended') return isOver;
  return wanted === 'all' || status === wanted;
}
