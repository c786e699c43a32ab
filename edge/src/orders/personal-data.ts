import type { Order } from '@dream/contract/orders';

/** Of where an order went: the country alone, by which its tax was. Null where nothing was sent. */
export function countryOf(address: Order['shippingAddress']): Order['shippingAddress'] {
  return address && { ...NOWHERE, country: address.country };
}

const NOWHERE = { name: null, line1: null, line2: null, city: null, state: null, postalCode: null };

/** The order without who bought it: what it was of, what it cost and what became of it stays. */
export function withoutBuyer(order: Order): Order {
  return {
    ...order,
    customerId: null,
    email: null,
    name: null,
    phone: null,
    shippingAddress: countryOf(order.shippingAddress),
    fulfilled: order.fulfilled && { ...order.fulfilled, trackingUrl: null },
  };
}
