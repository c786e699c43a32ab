import type { OfferLine } from './checkout-offer.ts';
import type { TaxRate } from './billing/tax.ts';
import { faults } from './faults.ts';
import { group, integer, list, type Params, text } from './form.ts';
import { createPrice } from './routes/catalog.ts';
import type { Entity, Scope } from './scope.ts';
import { givenTaxRates } from './subscription-given.ts';

/** How many lines a session may have, by its mode. */
const MOST_LINES = { payment: 100, subscription: 20 };
const MOST_PIECES = 999_999;

/** The lines that parameters describe: each an active price of the mode, all in one currency. */
export function givenLines(
  scope: Scope,
  params: Params,
  mode: 'payment' | 'subscription',
): OfferLine[] {
  const given = list(params, 'line_items');
  if (given.length === 0) throw faults.required('line_items');
  if (given.length > MOST_LINES[mode])
    throw faults.invalidParam(
      'line_items',
      `A Checkout Session of the mode \`${mode}\` can have up to ${MOST_LINES[mode]} line items.`,
    );
  let currency = text(params, 'currency')?.toLowerCase();
  return given.map((line, index) => {
    const name = `line_items[${index}]`;
    const price = givenPrice(scope, line, name);
    refuseUnfit(price, { name, mode, currency });
    currency = String(price.currency);
    return {
      price,
      product: scope.must('product', String(price.product)),
      quantity: givenQuantity(price, line, name),
      taxRates: givenTaxRates(scope, line, 'tax_rates') as unknown as TaxRate[],
    };
  });
}

function givenPrice(scope: Scope, line: Params, name: string): Entity {
  const inline = group(line, 'price_data');
  return inline
    ? createPrice(scope, inline)
    : scope.must('price', text(line, 'price') ?? '', `${name}[price]`);
}

function refuseUnfit(
  price: Entity,
  of: { name: string; mode: string; currency: string | undefined },
): void {
  const refuse = (message: string) => faults.invalidParam(`${of.name}[price]`, message);
  if (price.active !== true)
    throw refuse('The price specified is inactive. This field only accepts active prices.');
  if ((price.type === 'recurring') !== (of.mode === 'subscription'))
    throw refuse(`You specified \`${of.mode}\` mode but passed a ${String(price.type)} price.`);
  if (of.currency !== undefined && price.currency !== of.currency)
    throw refuse(
      `The price specified only supports \`${String(price.currency)}\`. This doesn't match the expected currency: \`${of.currency}\`.`,
    );
}

function givenQuantity(price: Entity, line: Params, name: string): number | null {
  const quantity = integer(line, 'quantity');
  if ((price.recurring as { usage_type?: string } | null)?.usage_type === 'metered') {
    if (quantity === undefined) return null;
    throw faults.invalidParam(
      `${name}[quantity]`,
      'You cannot set the quantity for metered plans.',
    );
  }
  if (quantity === undefined) throw faults.required(`${name}[quantity]`);
  if (quantity < 1 || quantity > MOST_PIECES)
    throw faults.invalidParam(
      `${name}[quantity]`,
      `This value must be between 1 and ${MOST_PIECES}.`,
    );
  return quantity;
}
