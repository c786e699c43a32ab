import * as v from 'valibot';
import { IDEMPOTENCY_ERRORS, KEY_ERRORS } from './errors.ts';
import { Customer } from './customers.ts';
import { HttpUrl, Name } from './primitives.ts';
import { route } from './respond.ts';

/** What every route that acts for one customer can answer. */
export const userErrors = [
  ...KEY_ERRORS,
  'secret_key_required',
  'session_required',
  'user_id_required',
  'user_id_invalid',
  'test_customers_reached',
  'user_mismatch',
  'customer_not_found',
  'token_invalid',
  'session_expired',
  'session_ended',
  'origin_not_allowed',
] as const;

/** What every route that asks Stripe can answer. */
export const providerErrors = [
  'stripe_not_connected',
  'stripe_account_incomplete',
  'provider_unavailable',
  'provider_refused',
] as const;

/**
 * Where a checkout is paid: `url` is the page to send the customer to. For one inside the page
 * `embedded` is what Stripe.js needs, and `url` where it ends; a plan change has nothing to pay.
 */
export const CheckoutPlace = v.object({
  url: v.string(),
  embedded: v.optional(
    v.object({
      clientSecret: v.string(),
      stripePublishableKey: v.string(),
      stripeAccountId: v.nullable(v.string()),
    }),
  ),
});
export type CheckoutPlace = v.InferOutput<typeof CheckoutPlace>;

export const createCheckout = route({
  method: 'post',
  path: '/api/create-checkout',
  summary:
    "Start buying a tier; send the customer to `url`. A subscriber's other tier is a plan change.",
  auth: ['user', 'session'],
  body: v.strictObject({
    tier: Name,
    priceId: v.optional(v.pipe(v.string(), v.maxLength(255))),
    successUrl: v.optional(HttpUrl),
    cancelUrl: v.optional(HttpUrl),
    /** Pay inside the page, with Stripe.js, rather than on Stripe's own page. */
    embedded: v.optional(v.boolean(), false),
  }),
  answer: CheckoutPlace,
  errors: [
    ...userErrors,
    ...providerErrors,
    'tier_not_found',
    'tier_not_for_sale',
    'price_not_found',
    'already_subscribed',
    'redirect_url_not_allowed',
    'redirect_url_required',
    'too_many_attempts',
    ...IDEMPOTENCY_ERRORS,
  ],
});

/** The success URL carries the session's id as this query parameter. */
export const CHECKOUT_PARAM = 'dream_checkout';

export const confirmCheckout = route({
  method: 'post',
  path: '/api/checkout/confirm',
  summary: 'On return from checkout: fetch its state now, without waiting for a webhook.',
  auth: ['user', 'session'],
  body: v.strictObject({
    checkoutId: v.pipe(
      v.string(),
      v.regex(/^cs_[\w]{1,200}$/, 'Must be a checkout session id, cs_….'),
    ),
  }),
  answer: v.object({ status: v.picklist(['open', 'complete', 'expired']), customer: Customer }),
  errors: [...userErrors, ...providerErrors, ...IDEMPOTENCY_ERRORS, 'checkout_not_found'],
});

export const createPortal = route({
  method: 'post',
  path: '/api/customer-portal',
  summary: "Open Stripe's page where the customer changes card, cancels or resumes.",
  auth: ['user', 'session'],
  body: v.strictObject({ returnUrl: v.optional(HttpUrl) }),
  answer: v.object({ url: v.string() }),
  errors: [
    ...userErrors,
    ...providerErrors,
    ...IDEMPOTENCY_ERRORS,
    'billing_account_missing',
    'redirect_url_not_allowed',
    'redirect_url_required',
  ],
});

export const stripeWebhook = route({
  method: 'post',
  path: '/webhook/stripe',
  summary: "Stripe's events. An event is a hint: the state is fetched from Stripe.",
  auth: ['none'],
  answer: v.object({ received: v.literal(true) }),
  errors: ['signature_invalid'],
});

export const clerkWebhook = route({
  method: 'post',
  path: '/webhook/clerk',
  summary:
    "Clerk's events of the platform's own app, and of the shared ones, which change nothing.",
  auth: ['none'],
  answer: v.object({ received: v.literal(true) }),
  errors: ['signature_invalid'],
});
