import { faults } from './faults.ts';
import { group, integer, list, type Params, text } from './form.ts';

/** What a price asks for a quantity, as the wire has it. Whole amounts are given as decimals, too. */
export function givenRate(params: Params): Record<string, unknown> {
  const transform = group(params, 'transform_quantity');
  const isTiered = text(params, 'billing_scheme') === 'tiered';
  const [whole, decimal] = isTiered ? [null, null] : amounts(params, 'unit_amount');
  if (!isTiered && decimal === null) throw faults.required('unit_amount');
  return {
    billing_scheme: isTiered ? 'tiered' : 'per_unit',
    ...(isTiered && { tiers: tiers(params) }),
    tiers_mode: isTiered ? (text(params, 'tiers_mode') ?? 'graduated') : null,
    transform_quantity: transform
      ? { divide_by: integer(transform, 'divide_by') ?? 1, round: text(transform, 'round') ?? 'up' }
      : null,
    unit_amount: whole,
    unit_amount_decimal: decimal,
  };
}

function tiers(params: Params): object[] {
  const given = list(params, 'tiers');
  if (given.length === 0) throw faults.required('tiers');
  return given.map((tier, index) => {
    const [unit, unitDecimal] = amounts(tier, 'unit_amount');
    const [flat, flatDecimal] = amounts(tier, 'flat_amount');
    const upTo = text(tier, 'up_to') === 'inf' ? null : (integer(tier, 'up_to') ?? null);
    if (upTo === null && index < given.length - 1) throw faults.required(`tiers[${index}][up_to]`);
    return {
      flat_amount: flat,
      flat_amount_decimal: flatDecimal,
      unit_amount: unit,
      unit_amount_decimal: unitDecimal,
      up_to: upTo,
    };
  });
}

/** An amount in minor units, whole and as a decimal; it is whole in one way only. */
function amounts(params: Params, name: string): [whole: number | null, decimal: string | null] {
  const whole = integer(params, name);
  if (whole !== undefined) {
    if (whole < 0) throw faults.invalidInteger(name, String(whole));
    return [whole, String(whole)];
  }
  const decimal = text(params, `${name}_decimal`);
  if (decimal === undefined) return [null, null];
  if (!/^\d{1,15}(\.\d{1,12})?$/.test(decimal))
    throw faults.invalidParam(`${name}_decimal`, `Invalid decimal: ${decimal}`);
  const isWhole = /^\d+(\.0+)?$/.test(decimal);
  return [isWhole ? Number(decimal) : null, decimal];
}
