import * as v from 'valibot';
import { IDEMPOTENCY_ERRORS } from './errors.ts';
import { AtMs, pageOf, PageQuery } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';

const path = '/api/projects/:project/:mode/stripe-events';

/**
 * An event of Stripe as an environment took it in, once. It is a hint where to look: `waiting` until
 * its object was fetched after the event came, `applied` when what it was then, or later, is in force,
 * `ignored` when it is about nothing that was sold here; of those `objectId` is null, or names a charge
 * that turned out to be nobody's. `reconciliation`: it was found in Stripe's own list, for it was lost
 * on its way or had not come yet.
 */
export const StripeEvent = v.object({
  id: v.string(),
  type: v.string(),
  objectId: v.nullable(v.string()),
  state: v.picklist(['waiting', 'applied', 'ignored']),
  via: v.picklist(['webhook', 'reconciliation']),
  receivedAtMs: AtMs,
});
export type StripeEvent = v.InferOutput<typeof StripeEvent>;

export const listStripeEvents = route({
  method: 'get',
  path,
  summary: 'Events of Stripe of the last 7 days that can change something here, newest first.',
  auth: managers,
  query: PageQuery,
  answer: pageOf('events', StripeEvent),
  errors: managementErrors,
});

export const retryStripeEvent = route({
  method: 'post',
  path: `${path}/:event/retry`,
  summary:
    'Look once more at what an event is about, and wait for it. An ignored one stays as it is.',
  auth: managers,
  answer: v.object({ event: StripeEvent }),
  errors: [
    ...managementErrors,
    ...IDEMPOTENCY_ERRORS,
    'stripe_event_not_found',
    'stripe_not_connected',
    'provider_refused',
    'provider_unavailable',
  ],
});
