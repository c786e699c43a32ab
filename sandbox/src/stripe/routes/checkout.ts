import { page } from '../answer.ts';
import { expireSession, lineItems } from '../checkout-session.ts';
import { createSession } from '../checkout-create.ts';
import { faults } from '../faults.ts';
import { group, metadata, text } from '../form.ts';
import type { Resource } from '../resource.ts';
import type { Entity } from '../scope.ts';

/** The fields a list of sessions can be asked by. */
const FILTERS = ['customer', 'payment_intent', 'status', 'subscription'];

/** `/v1/checkout/sessions`, for subscriptions and for single payments, on the hosted page. */
export const checkout: Resource = {
  'POST /v1/checkout/sessions': (scope, params) => createSession(scope, params),
  'GET /v1/checkout/sessions': (scope, params) => {
    const wanted = FILTERS.map((name) => [name, text(params, name)] as const);
    const email = text(group(params, 'customer_details') ?? {}, 'email');
    const found = scope
      .list('checkout.session')
      .filter((one) => wanted.every(([name, value]) => value === undefined || one[name] === value))
      .filter((one) => email === undefined || emailOf(one) === email);
    return page(found, params, '/v1/checkout/sessions');
  },
  'GET /v1/checkout/sessions/:id': (scope, _params, id) => scope.must('checkout.session', id),
  'POST /v1/checkout/sessions/:id': (scope, params, id) => {
    const old = scope.must('checkout.session', id);
    return scope.put('checkout.session', { ...old, metadata: metadata(params, old.metadata) });
  },
  'GET /v1/checkout/sessions/:id/line_items': (scope, params, id) =>
    page(
      lineItems(scope, scope.must('checkout.session', id)).toReversed(),
      params,
      `/v1/checkout/sessions/${id}/line_items`,
    ),
  'POST /v1/checkout/sessions/:id/expire': (scope, _params, id) => {
    const session = scope.must('checkout.session', id);
    if (session.status !== 'open') {
      throw faults.wrongState('Only Checkout Sessions with a status in ["open"] can be expired.');
    }
    return expireSession(scope, session);
  },
};

const emailOf = (session: Entity): unknown =>
  (session.customer_details as { email: string | null } | null)?.email;
