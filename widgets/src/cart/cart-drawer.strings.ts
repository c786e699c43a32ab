import { commonTexts } from '../internal/notice.ts';

/** English. What stands in braces is filled in. */
export const english = {
  ...commonTexts,
  title: 'Your cart',
  close: 'Close',
  empty: 'Your cart is empty.',
  browse: 'Keep shopping',
  quantity: 'Quantity of {name}',
  less: 'One less',
  more: 'One more',
  each: '{price} each',
  remove: 'Remove',
  removeNamed: 'Remove {name}',
  removed: '{name} was removed.',
  undo: 'Put back',
  soldOut: 'Sold out',
  lowStock: 'Only {count} left',
  subtotal: 'Subtotal',
  later: 'Shipping, taxes and discounts come at checkout.',
  checkout: 'Check out',
  changed: 'Something changed since you put it in. Look it over, then check out again.',
  priceChanged: 'The price changed from {was} to {now}.',
  priceChangedTo: 'The price is {now} now.',
  notEnough: 'Only {count} left. You wanted {wanted}.',
  overLimit: 'One order may have {count} at most.',
  goneSoldOut: '{name} is sold out and left your cart.',
  goneRemoved: '{name} is not for sale any more and left your cart.',
  orders: 'Your orders',
  errorPaid: 'This cart was paid already. What you paid for has left it.',
  errorMinimum: 'An order comes to {amount} at least.',
  errorLarge: 'This is too much for one order. Split it in two.',
  errorCheckouts: 'There are too many open checkouts from here. Finish one, or wait half an hour.',
} as const;

/** Which text tells of an error, by its code. */
export const errorTexts: Readonly<Record<string, keyof typeof english>> = {
  cart_paid: 'errorPaid',
  total_too_large: 'errorLarge',
  too_many_attempts: 'errorCheckouts',
};
