import { commonTexts } from '../internal/notice.ts';

/** English. */
export const english = {
  ...commonTexts,
  title: 'Checkout',
  close: 'Close',
} as const;
