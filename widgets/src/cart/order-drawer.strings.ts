import { commonTexts } from '../internal/notice.ts';

/** English. What stands in braces is filled in. */
export const english = {
  ...commonTexts,
  close: 'Close',
  orderTitle: 'Your order',
  paidTitle: 'Thank you!',
  paid: 'Your order is paid.',
  processingTitle: 'Almost there',
  processing: 'Your payment is on its way. Your bank may take some days; we tell you by e-mail.',
  unpaidTitle: 'Not paid',
  unpaid: 'The checkout is over and nothing was paid. Your cart is as you left it.',
  open: 'This checkout is not paid yet. Your cart is as you left it.',
  refunded: '{amount} was given back.',
  order: 'Order {number}',
  subtotal: 'Subtotal',
  discount: 'Discount',
  shipping: 'Shipping',
  tax: 'Tax',
  total: 'Total',
  receipt: 'Receipt',
  tracking: 'Track the parcel',
  sent: 'Sent',
  done: 'Done',
  back: 'Back to the cart',
  orders: 'Your orders',
  noOrders: 'You have no orders yet.',
  moreOrders: 'Show more',
  statusPending: 'Not paid yet',
  statusProcessing: 'Payment on its way',
  statusPaid: 'Paid',
  statusFailed: 'Payment failed',
  statusExpired: 'Not paid in time',
  statusCanceled: 'Canceled',
  statusPartlyRefunded: 'Partly refunded',
  statusRefunded: 'Refunded',
  errorGone: 'This order cannot be found.',
} as const;

/** Which text tells of an error, by its code. */
export const errorTexts: Readonly<Record<string, keyof typeof english>> = {
  order_not_found: 'errorGone',
  checkout_not_found: 'errorGone',
};
