import { Stripe } from 'stripe';
import { idOf } from './state.ts';

type Account = { stripeAccount?: string };

/** A checkout of a cart, whole and ready to be sent, so that sending it again is the same request. */
export interface NewOrderCheckout {
  orderId: string;
  currency: string;
  lines: readonly { priceId: string; quantity: number }[];
  /** A signed-in buyer; a guest has an e-mail at most. */
  stripeCustomerId: string | null;
  email: string | null;
  /** May hold `{CHECKOUT_SESSION_ID}`, which Stripe fills in. */
  successUrl: string;
  cancelUrl: string | null;
  expiresAtMs: number;
  /** Where it may be sent, and how; null when nothing is to be sent. */
  shipping: { countries: readonly string[]; options: readonly ShippingChoice[] } | null;
  automaticTax: boolean;
  promotionCodes: boolean;
  collectPhone: boolean;
}

/** A way of sending an order, and what it costs. */
export interface ShippingChoice {
  name: string;
  minDays: number | null;
  maxDays: number | null;
  priceMinor: number;
}

/** A refund of a payment. `refundId` is ours; it makes the refund once. */
export interface NewRefund {
  refundId: string;
  paymentIntentId: string;
  amountMinor: number;
  reason: 'duplicate' | 'fraudulent' | 'requested_by_customer' | null;
}

/** The parameters of the session. `hint` says for which project it is, where accounts are shared. */
export function orderParams(
  order: NewOrderCheckout,
  hint: Stripe.MetadataParam,
): Stripe.Checkout.SessionCreateParams {
  const metadata = { dream_order: order.orderId, ...hint };
  return {
    mode: 'payment',
    client_reference_id: order.orderId,
    line_items: order.lines.map(({ priceId, quantity }) => ({ price: priceId, quantity })),
    expires_at: Math.floor(order.expiresAtMs / 1000),
    success_url: order.successUrl,
    ...(order.cancelUrl !== null && { cancel_url: order.cancelUrl }),
    ...buyerParams(order),
    ...(order.shipping && shippingParams(order.shipping, order.currency)),
    ...(order.automaticTax && { automatic_tax: { enabled: true } }),
    ...(order.promotionCodes && { allow_promotion_codes: true }),
    ...(order.collectPhone && { phone_number_collection: { enabled: true } }),
    metadata,
    payment_intent_data: { metadata },
  };
}

function buyerParams({
  stripeCustomerId,
  email,
  automaticTax,
  shipping,
}: NewOrderCheckout): Stripe.Checkout.SessionCreateParams {
  if (stripeCustomerId === null) return email === null ? {} : { customer_email: email };
  // Tax is of a place: what the buyer enters must be kept with a customer who has none yet.
  const place = shipping ? { shipping: 'auto' as const } : { address: 'auto' as const };
  return { customer: stripeCustomerId, ...(automaticTax && { customer_update: place }) };
}

function shippingParams(
  { countries, options }: NonNullable<NewOrderCheckout['shipping']>,
  currency: string,
): Stripe.Checkout.SessionCreateParams {
  type Countries =
    Stripe.Checkout.SessionCreateParams.ShippingAddressCollection['allowed_countries'];
  return {
    // Stripe says itself which of them it does not know.
    shipping_address_collection: { allowed_countries: [...countries] as Countries },
    ...(options.length > 0 && {
      shipping_options: options.map(({ name, priceMinor, minDays, maxDays }) => ({
        shipping_rate_data: {
          type: 'fixed_amount' as const,
          display_name: name,
          fixed_amount: { amount: priceMinor, currency },
          ...((minDays !== null || maxDays !== null) && {
            delivery_estimate: {
              ...(minDays !== null && { minimum: days(minDays) }),
              ...(maxDays !== null && { maximum: days(maxDays) }),
            },
          }),
        },
      })),
    }),
  };
}

const days = (value: number) => ({ unit: 'business_day' as const, value });

/** Gives a part of a payment back. Safe to repeat within a day; after that ask `hasRefund` first. */
export async function refundPayment(
  stripe: Stripe,
  account: Account,
  { refundId, paymentIntentId, amountMinor, reason }: NewRefund,
): Promise<void> {
  await stripe.refunds.create(
    {
      payment_intent: paymentIntentId,
      amount: amountMinor,
      ...(reason !== null && { reason }),
      metadata: { dream_refund: refundId },
    },
    { ...account, idempotencyKey: refundId },
  );
}

/** Whether a refund of ours was made. */
export async function hasRefund(
  stripe: Stripe,
  account: Account,
  { refundId, paymentIntentId }: Pick<NewRefund, 'refundId' | 'paymentIntentId'>,
): Promise<boolean> {
  const made = await stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 }, account);
  return made.data.some(({ metadata }) => metadata?.dream_refund === refundId);
}

/** What a session of a cart says of its order: amounts in minor units, and who bought what where to. */
export interface BoughtState {
  expiresAtMs: number;
  /** Whether all that was to be paid is; also when nothing was. */
  isPaid: boolean;
  /** Whether the payment it waits for is known not to come. */
  isPaymentFailed: boolean;
  subtotalMinor: number;
  discountMinor: number;
  shippingMinor: number;
  taxMinor: number;
  totalMinor: number;
  email: string | null;
  name: string | null;
  phone: string | null;
  address: BoughtAddress | null;
  paymentIntentId: string | null;
  chargeId: string | null;
}

/** Where to send what was bought. */
export interface BoughtAddress {
  name: string | null;
  line1: string | null;
  line2: string | null;
  city: string | null;
  state: string | null;
  postalCode: string | null;
  country: string | null;
}

/** A payment in these does not come by itself any more. */
const NOT_COMING = new Set(['requires_payment_method', 'canceled']);

/** Reads what a session that was fetched with its payment says of an order; null of another kind. */
export function boughtState(session: Stripe.Checkout.Session): BoughtState | null {
  if (session.mode !== 'payment') return null;
  const { total_details: totals, customer_details: buyer, payment_intent: intent } = session;
  const payment = intent === null || typeof intent === 'string' ? null : intent;
  const charge = payment?.latest_charge ?? null;
  return {
    expiresAtMs: session.expires_at * 1000,
    isPaid: session.payment_status !== 'unpaid',
    isPaymentFailed: payment !== null && NOT_COMING.has(payment.status),
    subtotalMinor: session.amount_subtotal ?? 0,
    discountMinor: totals?.amount_discount ?? 0,
    shippingMinor: totals?.amount_shipping ?? 0,
    taxMinor: totals?.amount_tax ?? 0,
    totalMinor: session.amount_total ?? 0,
    email: buyer?.email ?? session.customer_email ?? null,
    name: buyer?.name ?? null,
    phone: buyer?.phone ?? null,
    address: addressOf(session.collected_information?.shipping_details ?? null),
    paymentIntentId: intent === null ? null : idOf(intent),
    chargeId: charge === null ? null : idOf(charge),
  };
}

function addressOf(
  shipping: Stripe.Checkout.Session.CollectedInformation.ShippingDetails | null,
): BoughtAddress | null {
  if (shipping === null) return null;
  const { name, address } = shipping;
  const { line1, line2, city, state, postal_code: postalCode, country } = address;
  return { name, line1, line2, city, state, postalCode, country };
}
