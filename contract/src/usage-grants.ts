import * as v from 'valibot';
import { userErrors } from './billing.ts';
import { IDEMPOTENCY_ERRORS } from './errors.ts';
import { Name, whole } from './primitives.ts';
import { route } from './respond.ts';
import { MAX_AMOUNT_UNITS, Usage } from './usage.ts';

export const grantUsage = route({
  method: 'post',
  path: '/api/usage/grants',
  summary:
    "Raise what a customer may use in the running period by so many units above the plan's limit, once for an Idempotency-Key. Below 0 takes back what was granted, as far as there is any.",
  auth: ['user'],
  body: v.strictObject({
    feature: v.optional(Name),
    units: v.pipe(whole(-MAX_AMOUNT_UNITS, MAX_AMOUNT_UNITS), v.notValue(0, 'Must not be 0.')),
  }),
  answer: v.object({ success: v.literal(true), usage: Usage }),
  errors: [
    ...userErrors.filter((code) => code !== 'session_required' && code !== 'origin_not_allowed'),
    ...IDEMPOTENCY_ERRORS,
    'feature_not_found',
    'feature_not_included',
    'feature_not_metered',
    'feature_draws_on_credits',
    'tier_not_found',
  ],
});
