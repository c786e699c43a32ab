import { commonTexts } from '../internal/notice.ts';

/** English. What stands in braces is filled in. */
export const english = {
  ...commonTexts,
  added: '{name} is in your cart.',
  soldOut: '{name} is sold out.',
  most: 'Your cart has all of {name} that one order may have.',
  unknown: 'This is not for sale at present.',
  view: 'View cart',
} as const;
