import type { WebhookEventType } from '@dream/contract';

/** What an endpoint can be told, and when it is. A test holds the names against the contract's. */
export const WEBHOOK_EVENTS = {
  'customer.created': 'Somebody signed up, or your server made a customer.',
  'customer.deleted': 'A customer was erased.',
  'plan.changed': 'A customer is on another tier.',
  'usage.threshold': 'A customer used 80 or 100 percent of a limit.',
  'usage.limit_reached': 'A call was refused for the limit, for the first time in a period.',
  'credits.low': 'A customer used 80 or 100 percent of its credits.',
  'credits.granted': 'A customer was given credits, or bought some.',
  'payment.failed': 'A bank refused a charge.',
  'payment.refunded': 'Money was given back.',
  'payment.disputed': 'A bank took a charge into dispute.',
  'order.processing': 'A buyer is done, and the money is on its way from the bank.',
  'order.paid': 'An order is paid: send it.',
  'order.failed': 'The bank of a buyer did not pay after all.',
  'order.expired': 'A buyer did not pay in time; the pieces are free again.',
  'order.refunded': 'Money of an order was given back.',
  'order.fulfilled': 'An order is on its way to its buyer.',
  'project.grace_started': 'Your plan ended; the API of the project works on for some days.',
  'project.blocked': 'Your plan ended, and the API of the project stopped.',
  'project.erasure_planned': 'The project is erased in a week, unless you choose a plan.',
} as const satisfies Record<WebhookEventType, string>;

/** Their names, in the order they are shown. */
export const WEBHOOK_EVENT_NAMES = Object.keys(WEBHOOK_EVENTS) as WebhookEventType[];
