/** A limit: a whole number of units, or no limit. */
export type Limit = number | 'unlimited';

/** The balance a feature draws on, and what one unit of it takes. */
export interface UsageCredits {
  balanceUnits: number;
  weight: number;
  /** When the first of it is over; left out when nothing of it ever is. */
  nextExpiryAtMs?: number;
}

/**
 * Usage of one feature in the running period. Days are YYYY-MM-DD; `resetsAtMs` is exact.
 * `overageUnits` is there when a feature with overage is above its limit: by how much.
 */
export interface Usage {
  count: number;
  limit: Limit;
  remaining: Limit;
  /** Units granted for this period on top of the plan's; `limit` has them in it. */
  granted?: number;
  overageUnits?: number;
  /** Units in holds: neither counted nor remaining. Left out when there are none. */
  held?: number;
  /** Why the call would have been refused, in an environment that only observes. */
  wouldRefuse?: 'limit_reached' | 'rate_limited' | 'feature_not_included';
  /** Of a feature that draws on credits: `remaining` is what they are enough for. */
  credits?: UsageCredits;
  plan: string;
  feature: string;
  periodStart: string;
  periodEnd: string;
  resetsAtMs: number;
}

/** Units set aside for a customer; from the grant on they last `lastsMs`, then all count as used. */
export interface Hold {
  id: string;
  feature: string;
  units: number;
  expiresAtMs: number;
  lastsMs: number;
}

/** Usage as it is read, with the customer it is of. */
export interface UsageStatus {
  userId: string;
  plan: string;
  feature: string;
  usageCount: number;
  limit: Limit;
  remaining: Limit;
  /** Units granted for this period on top of the plan's; `limit` has them in it. */
  granted?: number;
  overageUnits?: number;
  /** Units in holds: neither counted nor remaining. Left out when there are none. */
  held?: number;
  /** Why the call would have been refused, in an environment that only observes. */
  wouldRefuse?: 'limit_reached' | 'rate_limited' | 'feature_not_included';
  /** Of a feature that draws on credits: `remaining` is what they are enough for. */
  credits?: UsageCredits;
  periodStart: string;
  periodEnd: string;
  resetsAtMs: number;
}

/** Credits with one end. Those of the plan end with the period; `expiresAtMs` null never. */
export interface CreditGrant {
  id: string;
  source: 'allowance' | 'roll_over' | 'purchase' | 'grant';
  units: number;
  leftUnits: number;
  startsAtMs: number;
  expiresAtMs: number | null;
  note: string | null;
}

/**
 * A change of a balance; all of a customer's add up to it. `use` is what one feature took on one
 * `day`: one entry, which grows. `opening` is what all older ones add up to.
 */
export interface CreditEntry {
  seq: number;
  kind: 'allowance' | 'roll_over' | 'purchase' | 'grant' | 'use' | 'expire' | 'revoke' | 'opening';
  units: number;
  atMs: number;
  feature: string | null;
  day: string | null;
  grantId: string | null;
  /** What was said with the grant. */
  note: string | null;
}

/** A customer's credits: what is left, of what, in the order it is drawn, and how it came to be. */
export interface Credits {
  userId: string;
  balanceUnits: number;
  /** Of these, what is set aside in holds. */
  heldUnits: number;
  grants: CreditGrant[];
  /** A page of the ledger, newest first. */
  entries: CreditEntry[];
  nextCursor: string | null;
}

/** What a customer used of a feature on each day of a range, days being those of the time zone. */
export interface UsageHistory {
  userId: string;
  feature: string;
  timeZone: string;
  days: { day: string; units: number }[];
}

/**
 * A live subscription. `endsAtMs` is set when it is to end, `next` when another tier is to follow,
 * `graceEndsAtMs` while a payment is missing: the plan lasts until then.
 */
export interface Subscription {
  status: 'active' | 'trialing' | 'past_due' | 'unpaid' | 'paused' | 'incomplete' | 'canceled';
  plan: string;
  price: {
    priceId: string;
    priceMinor: number;
    currency: string;
    interval: 'month' | 'year';
  } | null;
  renewsAtMs: number | null;
  endsAtMs: number | null;
  trialEndsAtMs: number | null;
  graceEndsAtMs: number | null;
  next: { plan: string; priceId: string; atMs: number } | null;
}

/**
 * A charge of a customer, as Stripe has it. Amounts are in the currency's minor unit. `failure` is
 * the bank's reason, `dispute` Stripe's word for where a dispute stands.
 */
export interface Payment {
  id: string;
  status: 'succeeded' | 'pending' | 'failed';
  amountMinor: number;
  refundedMinor: number;
  currency: string;
  failure: string | null;
  dispute: string | null;
  createdAtMs: number;
}

/**
 * A plan change before it is made: `upgrade` begins at once, `downgrade` when what is paid ends,
 * `checkout` is a first purchase. Amounts are in the currency's minor unit, taxes included.
 */
export interface PlanChangePreview {
  kind: 'checkout' | 'upgrade' | 'downgrade';
  tier: string;
  priceId: string | null;
  currency: string;
  dueNowMinor: number;
  taxMinor: number;
  /** Whether that tax is inside the amounts of `lines`; `unspecified` where there is none. */
  taxBehavior: 'inclusive' | 'exclusive' | 'unspecified';
  creditMinor: number;
  nextMinor: number;
  startsAtMs: number;
  prorationAtMs: number | null;
  lines: { description: string; amountMinor: number }[];
}

/**
 * Where a checkout is paid: send the customer to `url`. For one inside the page `embedded` is what
 * Stripe.js needs, and `url` where it ends.
 */
export interface CheckoutPlace {
  url: string;
  embedded?: { clientSecret: string; stripePublishableKey: string; stripeAccountId: string | null };
}

/** An end user of your project. */
export interface Customer {
  id: string;
  email: string | null;
  emailVerified: boolean;
  firstName: string | null;
  lastName: string | null;
  externalId: string | null;
  plan: string;
  planSource: 'subscription' | 'set' | 'header' | 'default';
  subscription: Subscription | null;
  /** A trial is given once, with the first subscription; this customer gets none any more. */
  hadTrial: boolean;
  hasPassword: boolean;
  banned: boolean;
  createdAtMs: number;
}

/** A session of a customer; `device` is a label like "Chrome on macOS". */
export interface CustomerSession {
  id: string;
  createdAtMs: number;
  lastUsedAtMs: number;
  expiresAtMs: number;
  device: string | null;
}

/** What a signed-in page holds; hand it to the widgets. */
export interface Session {
  accessToken: string;
  accessTokenExpiresAtMs: number;
  refreshToken: string;
  customer: Customer;
  usage: UsageStatus | null;
}

/**
 * A plan as pages show it; `price` is in minor units. `overage` says what each begun `perUnits` of a
 * feature above its limit cost.
 */
export interface Tier {
  name: string;
  displayName: string;
  description: string;
  price: number;
  currency: string | null;
  interval: 'month' | 'year' | null;
  limit: Limit;
  features: string[];
  popular: boolean;
  priceId: string | null;
  prices: { priceId: string; price: number; currency: string; interval: 'month' | 'year' }[];
  trialDays: number;
  overage: { feature: string; perUnits: number; price: number; currency: string }[];
}

/**
 * What is free to buy now, how much of it one order may have, and whether pages say that few are left.
 */
interface Stock {
  inventory: Limit;
  soldOut: boolean;
  lowStock: boolean;
  maxQuantity: number;
}

/** A choice of a product; `image` is an index in the product's images. */
export interface ProductVariant extends Stock {
  id: string;
  name: string;
  image: number | null;
  prices: { priceId: string; price: number; currency: string }[];
}

/**
 * A product you sell. `price`, in minor units, `currency` and `priceId` are of the first variant that is
 * not sold out; `inventory` of all variants together.
 */
export interface Product extends Stock {
  id: string;
  name: string;
  description: string;
  category: string | null;
  price: number;
  currency: string;
  priceId: string;
  imageUrl: string | null;
  images: { url: string; smallUrl: string; width: number; height: number; alt: string }[];
  variants: ProductVariant[];
}

/** What every webhook says; `data` is told by `type`. */
interface WebhookBase<Type extends string, Data> {
  /** The same in every try: what you have seen before is a repeat. */
  id: string;
  type: Type;
  /** When it happened, ISO 8601. */
  timestamp: string;
  project: string;
  mode: 'test' | 'live';
  data: Data;
}

interface WebhookCustomer {
  id: string;
  externalId: string | null;
}

interface WebhookUsage {
  customer: WebhookCustomer;
  feature: string;
  plan: string;
  usedUnits: number;
  limitUnits: number;
  resetsAtMs: number;
}

/**
 * Where an order stands. `processing`: the money is on its way, and may still fail. `failed`,
 * `expired` and `canceled`: nobody paid.
 */
export type OrderStatus =
  | 'pending'
  | 'processing'
  | 'paid'
  | 'partially_refunded'
  | 'refunded'
  | 'failed'
  | 'expired'
  | 'canceled';

/**
 * An order as whoever bought it may see it. Amounts are in the currency's minor unit; once it is paid
 * they are what Stripe charged.
 */
export interface OrderReceipt {
  id: string;
  number: number;
  status: OrderStatus;
  currency: string;
  subtotalMinor: number;
  discountMinor: number;
  shippingMinor: number;
  taxMinor: number;
  totalMinor: number;
  refundedMinor: number;
  lines: {
    productId: string;
    variantId: string;
    name: string;
    quantity: number;
    priceMinor: number;
    totalMinor: number;
    /** How many were refunded as pieces; what was refunded as an amount is in no line. */
    refundedQuantity: number;
  }[];
  receiptUrl: string | null;
  fulfilled: { atMs: number; carrier: string | null; trackingUrl: string | null } | null;
  createdAtMs: number;
  paidAtMs: number | null;
}

/** An order as its seller sees it. `customerId` is null for a guest, and for somebody erased. */
export interface Order extends OrderReceipt {
  customerId: string | null;
  email: string | null;
  name: string | null;
  phone: string | null;
  shippingAddress: {
    name: string | null;
    line1: string | null;
    line2: string | null;
    city: string | null;
    state: string | null;
    postalCode: string | null;
    country: string | null;
  } | null;
  dispute: string | null;
  restocked: boolean;
  checkoutId: string | null;
  paymentIntentId: string | null;
  chargeId: string | null;
}

/** Something that happened to an order, and who did it. */
export interface OrderEvent {
  type:
    | 'created'
    | 'processing'
    | 'paid'
    | 'failed'
    | 'expired'
    | 'canceled'
    | 'refund_asked'
    | 'refund_refused'
    | 'refunded'
    | 'restocked'
    | 'disputed'
    | 'fulfilled'
    | 'unfulfilled'
    | 'erased';
  atMs: number;
  by: string;
  details: Record<string, string | number> | null;
}

/** An order that waits to be paid at `url`. */
export interface StartedOrder {
  url: string;
  orderId: string;
  /** Says that an order was begun here, to replace it. */
  orderToken: string;
  expiresAtMs: number;
}

interface WebhookPayment {
  customer: WebhookCustomer;
  payment: Payment;
}

interface WebhookOrder {
  /** Null for a guest's. */
  customer: { id: string; externalId: string | null } | null;
  order: Order;
}

/** When your plan of the platform ended, and what comes of it unless you choose another one. */
interface WebhookLapse {
  lapsedAtMs: number;
  blocksAtMs: number;
  erasesAtMs: number;
}

interface WebhookThreshold extends WebhookUsage {
  percent: 80 | 100;
}

interface WebhookCreditsLow {
  customer: WebhookCustomer;
  plan: string;
  balanceUnits: number;
  /** What the balance came to when it last rose. */
  fullUnits: number;
  /** How much of that is used or over. */
  percent: 80 | 100;
}

/** Something your project tells your server. `webhook.test` is what you send yourself to try it. */
export type WebhookEvent =
  | WebhookBase<'customer.created', { customer: Customer }>
  | WebhookBase<'customer.deleted', { customer: WebhookCustomer }>
  | WebhookBase<
      'plan.changed',
      {
        customer: WebhookCustomer;
        from: string;
        to: string;
        why: Customer['planSource'];
        subscription: Subscription | null;
      }
    >
  | WebhookBase<'usage.threshold', WebhookThreshold>
  | WebhookBase<'usage.limit_reached', WebhookUsage>
  | WebhookBase<'credits.low', WebhookCreditsLow>
  | WebhookBase<
      'credits.granted',
      { customer: WebhookCustomer; grant: CreditGrant; balanceUnits: number }
    >
  | WebhookBase<'payment.failed', WebhookPayment>
  | WebhookBase<'payment.refunded', WebhookPayment>
  | WebhookBase<'payment.disputed', WebhookPayment>
  | WebhookBase<'order.processing', WebhookOrder>
  | WebhookBase<'order.paid', WebhookOrder>
  | WebhookBase<'order.failed', WebhookOrder>
  | WebhookBase<'order.expired', WebhookOrder>
  | WebhookBase<'order.refunded', WebhookOrder>
  | WebhookBase<'order.fulfilled', WebhookOrder>
  | WebhookBase<'project.grace_started', WebhookLapse>
  | WebhookBase<'project.blocked', WebhookLapse>
  | WebhookBase<'project.erasure_planned', WebhookLapse>
  | WebhookBase<'webhook.test', { message: string }>;
