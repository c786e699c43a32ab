import * as v from 'valibot';
import { KEY_ERRORS } from './errors.ts';
import { AtMs, pageOf, PageQuery } from './primitives.ts';
import { route } from './respond.ts';

/**
 * A charge of a customer, as Stripe has it. Amounts are in the currency's minor unit. `failure` is
 * the bank's reason, `dispute` Stripe's word for where a dispute stands.
 */
export const Payment = v.object({
  id: v.string(),
  status: v.picklist(['succeeded', 'pending', 'failed']),
  amountMinor: v.number(),
  refundedMinor: v.number(),
  currency: v.string(),
  failure: v.nullable(v.string()),
  dispute: v.nullable(v.string()),
  createdAtMs: AtMs,
});
export type Payment = v.InferOutput<typeof Payment>;

export const listPayments = route({
  method: 'get',
  path: '/api/customers/:id/payments',
  summary: 'What a customer paid, newest first, with refunds and disputes.',
  auth: ['sk'],
  query: PageQuery,
  answer: pageOf('payments', Payment),
  errors: [...KEY_ERRORS, 'secret_key_required', 'customer_not_found'],
});
