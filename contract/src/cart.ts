import * as v from 'valibot';
import { providerErrors, userErrors } from './billing.ts';
import { IDEMPOTENCY_ERRORS, KEY_ERRORS } from './errors.ts';
import { OrderReceipt } from './orders.ts';
import { AtMs, Email, HttpUrl, whole } from './primitives.ts';
import { route } from './respond.ts';

/** Lines a cart may have, as many as Stripe Checkout takes. */
const MAX_LINES = 100;

/** What is other than the cart has it. Amounts are in the currency's minor unit. */
export interface CartProblem {
  priceId: string;
  problem: 'price_changed' | 'removed' | 'sold_out' | 'not_enough' | 'over_limit';
  name: string;
  quantity: number;
  currency: string;
  /** How many pieces there are to buy now. */
  available?: number;
  /** The most one order may have. */
  maxQuantity?: number;
  price?: number;
  /** The price that took its place, once it can be paid, and what it is. */
  newPriceId?: string;
  newPrice?: number;
}

export const cartCheckout = route({
  method: 'post',
  path: '/api/cart/checkout',
  summary:
    'Order what is in a cart; send the buyer to `url` to pay. The pieces are kept meanwhile.',
  auth: ['pk', 'sk', 'session', 'user'],
  body: v.strictObject({
    items: v.pipe(
      v.array(
        v.strictObject({
          priceId: v.pipe(
            v.string('Must be a text.'),
            v.minLength(1, 'Must not be empty.'),
            v.maxLength(255, 'Must have at most 255 characters.'),
          ),
          quantity: whole(1, 10_000),
        }),
      ),
      v.minLength(1, 'Must have an item.'),
      v.maxLength(MAX_LINES, `Must have at most ${MAX_LINES} items.`),
    ),
    /** Of a guest; Stripe asks for it when it is not there. */
    email: v.optional(Email),
    successUrl: v.optional(HttpUrl),
    cancelUrl: v.optional(HttpUrl),
    /** The order of this same cart that was begun before: it is closed first, or handed out again. */
    replaces: v.optional(
      v.strictObject({
        orderId: v.pipe(v.string(), v.maxLength(60)),
        orderToken: v.pipe(v.string(), v.maxLength(200)),
      }),
    ),
  }),
  answer: v.object({
    url: v.string(),
    orderId: v.string(),
    /** Says that an order was begun by this page, to replace it; of no other use. */
    orderToken: v.string(),
    expiresAtMs: AtMs,
  }),
  errors: [
    ...userErrors,
    ...providerErrors,
    ...IDEMPOTENCY_ERRORS,
    'price_not_found',
    'cart_changed',
    'cart_paid',
    'currencies_mixed',
    'below_minimum',
    'total_too_large',
    'shipping_not_priced',
    'redirect_url_not_allowed',
    'redirect_url_required',
    'too_many_attempts',
  ],
});

/** The success URL carries the checkout's id as this query parameter. */
export const ORDER_PARAM = 'dream_order';

export const confirmCart = route({
  method: 'post',
  path: '/api/cart/confirm',
  summary: 'On return from paying: what the order is now, without waiting for a webhook.',
  auth: ['pk', 'sk', 'session'],
  body: v.strictObject({
    /** Its bearer has just been there, so it is the proof: the answer says nothing of who bought. */
    checkoutId: v.pipe(
      v.string(),
      v.regex(/^cs_[\w]{1,200}$/, 'Must be a checkout session id, cs_….'),
    ),
  }),
  answer: v.object({ order: OrderReceipt }),
  errors: [
    ...KEY_ERRORS,
    'session_required',
    'session_expired',
    'session_ended',
    'token_invalid',
    'origin_not_allowed',
    'too_many_attempts',
    ...providerErrors,
    ...IDEMPOTENCY_ERRORS,
    'checkout_not_found',
  ],
});
