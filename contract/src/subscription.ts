import * as v from 'valibot';
import { providerErrors, userErrors } from './billing.ts';
import { Subscription } from './customers.ts';
import { IDEMPOTENCY_ERRORS } from './errors.ts';
import { AtMs, Name } from './primitives.ts';
import { route } from './respond.ts';
import { TaxBehavior } from './price.ts';

const target = {
  tier: Name,
  /** One of the tier's prices. Left out: the one in the currency and interval paid now. */
  priceId: v.optional(v.pipe(v.string(), v.maxLength(255))),
};

/**
 * What asking for a tier would mean. `checkout`: a first purchase; `upgrade`: at once, for what is
 * left of the period; `downgrade`: when the period that is paid ends, to a free tier too.
 */
export const PlanChangeKind = v.picklist(['checkout', 'upgrade', 'downgrade']);
export type PlanChangeKind = v.InferOutput<typeof PlanChangeKind>;

/**
 * A plan change before it is made. Amounts are in the currency's minor unit, taxes included, as
 * Stripe's own preview of the invoice states them; `creditMinor` is what stays as a credit for
 * coming invoices. `prorationAtMs`, given back with the change within the hour, makes the invoice
 * the same to the cent.
 */
export const PlanChangePreview = v.object({
  kind: PlanChangeKind,
  tier: Name,
  priceId: v.nullable(v.string()),
  currency: v.string(),
  dueNowMinor: v.number(),
  taxMinor: v.number(),
  /** Whether that tax is inside the amounts of `lines`; `unspecified` where there is none. */
  taxBehavior: TaxBehavior,
  creditMinor: v.number(),
  /** What a full period costs from then on; 0 for a free tier. */
  nextMinor: v.number(),
  /** When the new plan begins. */
  startsAtMs: AtMs,
  prorationAtMs: v.nullable(AtMs),
  lines: v.array(v.object({ description: v.string(), amountMinor: v.number() })),
});
export type PlanChangePreview = v.InferOutput<typeof PlanChangePreview>;

const changeErrors = [
  ...userErrors,
  ...providerErrors,
  'tier_not_found',
  'tier_not_for_sale',
  'price_not_found',
  'already_subscribed',
  'currency_fixed',
  'payment_past_due',
  ...IDEMPOTENCY_ERRORS,
] as const;

export const previewChange = route({
  method: 'post',
  path: '/api/subscription/preview',
  summary: 'What asking for a tier would cost and when it would begin. Changes nothing.',
  auth: ['user', 'session'],
  body: v.strictObject(target),
  answer: PlanChangePreview,
  errors: changeErrors,
});

const changed = v.object({ subscription: Subscription });

export const changeSubscription = route({
  method: 'post',
  path: '/api/subscription/change',
  summary:
    "Change a subscriber's tier: a dearer one at once, a cheaper one when the paid period ends.",
  auth: ['user', 'session'],
  body: v.strictObject({ ...target, prorationAtMs: v.optional(AtMs) }),
  answer: changed,
  errors: [
    ...changeErrors,
    'subscription_missing',
    'preview_expired',
    'payment_failed',
    'payment_action_required',
  ],
});

export const cancelSubscription = route({
  method: 'post',
  path: '/api/subscription/cancel',
  summary: 'Cancel at the end of the paid period; until then nothing changes.',
  auth: ['user', 'session'],
  answer: changed,
  errors: [...userErrors, ...providerErrors, 'subscription_missing', ...IDEMPOTENCY_ERRORS],
});

export const resumeSubscription = route({
  method: 'post',
  path: '/api/subscription/resume',
  summary: 'Take back a cancellation, or a downgrade that has not begun.',
  auth: ['user', 'session'],
  answer: changed,
  errors: [...userErrors, ...providerErrors, 'subscription_missing', ...IDEMPOTENCY_ERRORS],
});
