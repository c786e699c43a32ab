import * as v from 'valibot';
import { IDEMPOTENCY_ERRORS, KEY_ERRORS } from './errors.ts';
import { managed } from './managed.ts';
import { AtMs, HttpUrl, pageOf, PageQuery, text, whole } from './primitives.ts';
import { type Route, route } from './respond.ts';
import { providerErrors } from './billing.ts';

/**
 * Where an order stands. `pending`: its checkout is open. `processing`: the buyer is done, and the
 * money, of a bank transfer say, is on its way. `failed`: it did not come. `expired` and `canceled`:
 * nobody paid.
 */
export const ORDER_STATUSES = [
  'pending',
  'processing',
  'paid',
  'partially_refunded',
  'refunded',
  'failed',
  'expired',
  'canceled',
] as const;
export const OrderStatus = v.picklist(
  ORDER_STATUSES,
  `Must be one of ${ORDER_STATUSES.join(', ')}.`,
);
export type OrderStatus = v.InferOutput<typeof OrderStatus>;

const units = v.pipe(v.number(), v.integer());

/** So many pieces of one variant, at the price they were sold at, in the currency's minor unit. */
export const OrderLine = v.object({
  productId: v.string(),
  variantId: v.string(),
  name: v.string(),
  quantity: units,
  priceMinor: units,
  totalMinor: units,
  /** How many of them were refunded as pieces; what was refunded as an amount is in no line. */
  refundedQuantity: units,
});
export type OrderLine = v.InferOutput<typeof OrderLine>;

/**
 * An order as whoever bought it may see it: nothing in it says who that is. Amounts are in the
 * currency's minor unit; once it is paid they are what Stripe charged.
 */
export const OrderReceipt = v.object({
  id: v.string(),
  /** What people call it; counts from 1001 in each environment. */
  number: units,
  status: OrderStatus,
  currency: v.string(),
  subtotalMinor: units,
  discountMinor: units,
  shippingMinor: units,
  taxMinor: units,
  totalMinor: units,
  refundedMinor: units,
  lines: v.array(OrderLine),
  /** Stripe's receipt, once it is paid. */
  receiptUrl: v.nullable(v.string()),
  fulfilled: v.nullable(
    v.object({ atMs: AtMs, carrier: v.nullable(v.string()), trackingUrl: v.nullable(v.string()) }),
  ),
  createdAtMs: AtMs,
  paidAtMs: v.nullable(AtMs),
});
export type OrderReceipt = v.InferOutput<typeof OrderReceipt>;

/** Where an order goes, as the buyer told Stripe. */
export const ShippingAddress = v.object({
  name: v.nullable(v.string()),
  line1: v.nullable(v.string()),
  line2: v.nullable(v.string()),
  city: v.nullable(v.string()),
  state: v.nullable(v.string()),
  postalCode: v.nullable(v.string()),
  country: v.nullable(v.string()),
});
export type ShippingAddress = v.InferOutput<typeof ShippingAddress>;

/**
 * An order as its seller sees it. `customerId` is null for a guest, and where who bought was erased: then
 * e-mail, name and phone are, too, and of the address nothing but the country is left. `dispute` is Stripe's word for where a dispute stands.
 */
export const Order = v.object({
  ...OrderReceipt.entries,
  customerId: v.nullable(v.string()),
  email: v.nullable(v.string()),
  name: v.nullable(v.string()),
  phone: v.nullable(v.string()),
  shippingAddress: v.nullable(ShippingAddress),
  dispute: v.nullable(v.string()),
  /** Whether a full refund gave the pieces back to the stock. */
  restocked: v.boolean(),
  /** Its objects at Stripe. */
  checkoutId: v.nullable(v.string()),
  paymentIntentId: v.nullable(v.string()),
  chargeId: v.nullable(v.string()),
});
export type Order = v.InferOutput<typeof Order>;

/** Something that happened to an order: `by` is who did it, `details` what about it is worth knowing. */
export const OrderEvent = v.object({
  type: v.picklist([
    'created',
    'processing',
    'paid',
    'failed',
    'expired',
    'canceled',
    'refund_asked',
    'refund_refused',
    'refunded',
    'restocked',
    'disputed',
    'fulfilled',
    'unfulfilled',
    'erased',
  ]),
  atMs: AtMs,
  by: v.string(),
  details: v.nullable(v.record(v.string(), v.union([v.string(), v.number()]))),
});
export type OrderEvent = v.InferOutput<typeof OrderEvent>;

/** A page of orders goes on behind a number. */
const OrderPageQuery = v.object({
  limit: PageQuery.entries.limit,
  cursor: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'Must be the nextCursor of a page before.')),
  ),
});

const errorsBySecretKey = [...KEY_ERRORS, 'secret_key_required'] as const;

/** A row for servers, and the same one for those who manage the project. */
const twice = <R extends Route>(row: R): { byKey: R; managed: R } => ({
  byKey: row,
  managed: managed(row),
});

/** Which orders: of a status, of a customer, or with `q` in number, e-mail, name or products. */
const OrderFilter = v.object({
  status: v.optional(OrderStatus),
  customer: v.optional(v.pipe(v.string(), v.maxLength(128))),
  q: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(120))),
});

const answer = v.object({ order: Order });

const lists = twice(
  route({
    method: 'get',
    path: '/api/orders',
    summary: 'Orders, newest first.',
    auth: ['sk'],
    query: v.object({ ...OrderPageQuery.entries, ...OrderFilter.entries }),
    answer: pageOf('orders', Order),
    errors: errorsBySecretKey,
  }),
);
export const listOrders = lists.byKey;
export const listManagedOrders = lists.managed;

const exports = twice(
  route({
    method: 'get',
    path: '/api/orders.csv',
    summary: 'Orders as a table for spreadsheets, newest first, one row each.',
    auth: ['sk'],
    query: OrderFilter,
    errors: errorsBySecretKey,
  }),
);
export const exportOrders = exports.byKey;
export const exportManagedOrders = exports.managed;

const reads = twice(
  route({
    method: 'get',
    path: '/api/orders/:order',
    summary: 'An order, and what happened to it.',
    auth: ['sk'],
    answer: v.object({ order: Order, events: v.array(OrderEvent) }),
    errors: [...errorsBySecretKey, 'order_not_found'],
  }),
);
export const getOrder = reads.byKey;
export const getManagedOrder = reads.managed;

const Refunding = v.strictObject({
  /** Left out: what the lines come to, and without lines all that is left. */
  amountMinor: v.optional(whole(1, 99_999_999)),
  /** Pieces that come back, and whether they are for sale again: as the store is set, unless told. */
  lines: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          variantId: text(64),
          quantity: whole(1, 1_000_000),
          restock: v.optional(v.boolean()),
        }),
        'Must be a list of lines.',
      ),
      v.minLength(1, 'Must have at least one line.'),
      v.maxLength(100, 'Must have at most 100 lines.'),
    ),
  ),
  /** Whether all pieces are for sale again; only with all that is left, and without lines. */
  restock: v.optional(v.boolean()),
});

const refundErrors = [
  'order_not_found',
  'order_not_refundable',
  'order_line_not_found',
  'order_line_refunded',
  'refund_too_large',
  'restock_not_possible',
] as const;

const refunds = twice(
  route({
    method: 'post',
    path: '/api/orders/:order/refund',
    summary: 'Give back what is left of an order, pieces of its lines, or an amount.',
    auth: ['sk'],
    body: v.strictObject({
      ...Refunding.entries,
      reason: v.optional(
        v.picklist(
          ['duplicate', 'fraudulent', 'requested_by_customer'],
          'Must be "duplicate", "fraudulent" or "requested_by_customer".',
        ),
      ),
    }),
    answer,
    errors: [...errorsBySecretKey, ...IDEMPOTENCY_ERRORS, ...providerErrors, ...refundErrors],
  }),
);
export const refundOrder = refunds.byKey;
export const refundManagedOrder = refunds.managed;

const refundPreviews = twice(
  route({
    method: 'post',
    path: '/api/orders/:order/refund/preview',
    summary: 'What a refund would come to. Gives nothing back.',
    auth: ['sk'],
    body: Refunding,
    answer: v.object({ amountMinor: units, leftMinor: units, currency: v.string() }),
    errors: [...errorsBySecretKey, ...IDEMPOTENCY_ERRORS, ...refundErrors],
  }),
);
export const previewRefund = refundPreviews.byKey;
export const previewManagedRefund = refundPreviews.managed;

const fulfilments = twice(
  route({
    method: 'post',
    path: '/api/orders/:order/fulfil',
    summary: 'Note that an order is on its way. Once more: with another tracking link, say.',
    auth: ['sk'],
    body: v.strictObject({
      carrier: v.optional(v.nullable(text(60)), null),
      trackingUrl: v.optional(v.nullable(HttpUrl), null),
    }),
    answer,
    errors: [
      ...errorsBySecretKey,
      ...IDEMPOTENCY_ERRORS,
      'order_not_found',
      'order_not_fulfillable',
    ],
  }),
);
export const fulfilOrder = fulfilments.byKey;
export const fulfilManagedOrder = fulfilments.managed;

const undone = twice(
  route({
    method: 'delete',
    path: '/api/orders/:order/fulfil',
    summary: 'Take back that an order is on its way.',
    auth: ['sk'],
    answer,
    errors: [...errorsBySecretKey, 'order_not_found'],
  }),
);
export const unfulfilOrder = undone.byKey;
export const unfulfilManagedOrder = undone.managed;

const cancels = twice(
  route({
    method: 'post',
    path: '/api/orders/:order/cancel',
    summary: 'Close an order that nobody paid or that cost nothing, and free its pieces.',
    auth: ['sk'],
    answer,
    errors: [
      ...errorsBySecretKey,
      ...IDEMPOTENCY_ERRORS,
      ...providerErrors,
      'order_not_found',
      'order_not_cancelable',
    ],
  }),
);
export const cancelOrder = cancels.byKey;
export const cancelManagedOrder = cancels.managed;

const erasures = twice(
  route({
    method: 'delete',
    path: '/api/orders/:order/personal-data',
    summary:
      'Forget who bought: e-mail, name, phone and address. Sums, lines and the country stay.',
    auth: ['sk'],
    answer,
    errors: [...errorsBySecretKey, 'order_not_found', 'order_not_erasable'],
  }),
);
export const eraseOrderBuyer = erasures.byKey;
export const eraseManagedOrderBuyer = erasures.managed;

export const listMyOrders = route({
  method: 'get',
  path: '/api/me/orders',
  summary: 'What the signed-in customer ordered, newest first.',
  auth: ['session'],
  query: OrderPageQuery,
  answer: pageOf('orders', OrderReceipt),
  errors: [
    ...KEY_ERRORS,
    'session_required',
    'token_invalid',
    'session_expired',
    'session_ended',
    'origin_not_allowed',
  ],
});
