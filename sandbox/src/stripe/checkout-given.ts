import { countryOf } from './automatic-tax.ts';
import { faults } from './faults.ts';
import { flag, group, type Params, text } from './form.ts';
import type { Entity, Scope } from './scope.ts';

/** Who buys, as far as the seller knows, and whether it becomes a customer. */
export function givenCustomer(scope: Scope, params: Params, mode: string) {
  const customer = text(params, 'customer') ?? null;
  const email = text(params, 'customer_email') ?? null;
  const creation = text(params, 'customer_creation');
  if (customer !== null) {
    if (email !== null) throw faults.exclusive('customer', 'customer_email');
    if (creation !== undefined) throw faults.exclusive('customer', 'customer_creation');
    scope.must('customer', customer, 'customer');
  }
  if (email !== null && !/^[^\s@]+@[^\s@]+$/.test(email)) throw faults.invalidEmail(email);
  if (creation !== undefined && mode !== 'payment')
    throw faults.invalidParam(
      'customer_creation',
      '`customer_creation` can only be used in `payment` mode.',
    );
  const usual = mode === 'payment' ? 'if_required' : 'always';
  return {
    customer,
    customer_creation: customer === null ? (creation ?? usual) : null,
    customer_email: email,
  };
}

/** What of its customer a session may change: nothing unless told `auto`. */
export function givenUpdate(params: Params): Record<string, string> {
  const given = group(params, 'customer_update');
  if (given && text(params, 'customer') === undefined)
    throw faults.invalidParam(
      'customer_update',
      '`customer_update` can only be used with `customer`.',
    );
  return given
    ? Object.fromEntries(Object.entries(given).map(([key, to]) => [key, String(to)]))
    : {};
}

/** Whether taxes are computed. A known customer needs an address for it, or leave to get one. */
export function givenTax(scope: Scope, params: Params) {
  const enabled = flag(group(params, 'automatic_tax') ?? {}, 'enabled') === true;
  const customer = scope.get('customer', text(params, 'customer') ?? '');
  if (enabled && customer) refuseNowhere(customer, params);
  return {
    enabled,
    liability: enabled ? { type: 'self' } : null,
    provider: enabled ? 'stripe' : null,
    status: null,
  };
}

function refuseNowhere(customer: Entity, params: Params): void {
  const update = givenUpdate(params);
  if ('shipping_address_collection' in params && update.shipping !== 'auto')
    throw faults.wrongState(
      'Automatic tax calculation in Checkout requires `customer_update[shipping]` to be `auto` when a shipping address is collected for an existing customer.',
      { code: 'customer_tax_location_invalid' },
    );
  if (countryOf(customer) === null && update.address !== 'auto' && update.shipping !== 'auto')
    throw faults.wrongState(
      'Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to the Customer or set either `customer_update[address]` to `auto` or `customer_update[shipping]` to `auto` to save the address entered in Checkout to the Customer.',
      { code: 'customer_tax_location_invalid' },
    );
}
