/** Which object an event is about, by its type. Stripe lists events of 20 types at most at once. */
export const ABOUT = {
  'checkout.session.completed': 'itself',
  'checkout.session.expired': 'itself',
  'checkout.session.async_payment_succeeded': 'itself',
  'checkout.session.async_payment_failed': 'itself',
  'customer.subscription.created': 'itself',
  'customer.subscription.updated': 'itself',
  'customer.subscription.deleted': 'itself',
  'customer.subscription.paused': 'itself',
  'customer.subscription.resumed': 'itself',
  'invoice.paid': 'subscription',
  'invoice.payment_failed': 'subscription',
  'charge.succeeded': 'itself',
  'charge.failed': 'itself',
  'charge.refunded': 'itself',
  'charge.dispute.created': 'charge',
  'charge.dispute.updated': 'charge',
  'charge.dispute.closed': 'charge',
  'refund.updated': 'charge',
  'refund.failed': 'charge',
  'customer.deleted': 'itself',
} as const;

/** The types of events that say something of what was sold. */
export const SOLD_EVENTS = Object.keys(ABOUT) as (keyof typeof ABOUT)[];
