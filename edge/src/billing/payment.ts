import type { Payment } from '@dream/contract/payments';
import type { WebhookEventType } from '@dream/contract/webhooks';

/** What webhooks are told of a charge. */
export type PaymentNews = Extract<WebhookEventType, `payment.${string}`>;

type Standing = Pick<Payment, 'status' | 'refundedMinor' | 'dispute'>;

/**
 * What is new of a charge, given what was known of it before; nothing when it is looked at again. A
 * refund is new each time more is given back, a failure and a dispute once.
 */
export function newsOf(known: Standing | undefined, now: Standing): PaymentNews[] {
  const news: PaymentNews[] = [];
  if (now.status === 'failed' && known?.status !== 'failed') news.push('payment.failed');
  if (now.refundedMinor > (known?.refundedMinor ?? 0)) news.push('payment.refunded');
  if (now.dispute !== null && (known?.dispute ?? null) === null) news.push('payment.disputed');
  return news;
}
