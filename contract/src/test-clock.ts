import * as v from 'valibot';
import { providerErrors } from './billing.ts';
import { Customer } from './customers.ts';
import { IDEMPOTENCY_ERRORS, KEY_ERRORS } from './errors.ts';
import { AtMs, Name } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';

/**
 * Where one test customer can be moved. `renewal` and `trial_end` lead to two hours after it, when the
 * payment was tried; `period_end` and `grace_end` to the very end; `limit` sets a count to its limit.
 */
export const CLOCK_TARGETS = ['renewal', 'trial_end', 'period_end', 'grace_end', 'limit'] as const;
const ClockTarget = v.picklist(CLOCK_TARGETS, `Must be one of ${CLOCK_TARGETS.join(', ')}.`);
export type ClockTarget = v.InferOutput<typeof ClockTarget>;

const body = v.strictObject({
  to: ClockTarget,
  /** For `limit`: which count. Left out: requests. */
  feature: v.optional(Name),
});
/** `atMs` is what the customer's clock says now; of a customer without one, what ours says. */
const answer = v.object({ customer: Customer, atMs: AtMs });
const errors = [
  'test_mode_only',
  'test_clock_missing',
  'nothing_ahead',
  'customer_not_found',
  'feature_not_found',
  'feature_not_included',
  ...providerErrors,
  ...IDEMPOTENCY_ERRORS,
] as const;

export const moveCustomer = route({
  method: 'post',
  path: '/api/customers/:id/clock',
  summary: 'In test mode: move one customer to its renewal, an end, or a limit.',
  auth: ['sk'],
  body,
  answer,
  errors: [...KEY_ERRORS, 'secret_key_required', ...errors],
});

export const moveManagedCustomer = route({
  method: 'post',
  path: '/api/projects/:project/:mode/customers/:id/clock',
  summary: 'The same, from the dashboard.',
  auth: managers,
  body,
  answer,
  errors: [...managementErrors, ...errors],
});
