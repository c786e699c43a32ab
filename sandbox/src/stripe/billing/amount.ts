/** What of a price says how much is due. Decimals are texts, in minor units. */
export interface Rate {
  currency: string;
  unit_amount_decimal: string | null;
  transform_quantity: { divide_by: number; round: string } | null;
  tiers_mode: string | null;
  tiers?: Tier[];
}

/** One tier of a price; `up_to` is null for the last. */
export interface Tier {
  up_to: number | null;
  unit_amount_decimal: string | null;
  flat_amount_decimal: string | null;
}

/** Decimals of a price: as many as Stripe allows. */
const PLACES = 12;
const ONE = 10n ** BigInt(PLACES);

/** Currencies with three decimals, charged in tens of their smallest unit. */
const THREE_DECIMALS = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);
/** Currencies without decimals that are written with two, which are zeros. */
const TWO_ZEROS = new Set(['isk', 'ugx']);

/** The smallest step of an amount that is charged in a currency, in its minor units. */
export function stepMinor(currency: string): number {
  if (THREE_DECIMALS.has(currency)) return 10;
  return TWO_ZEROS.has(currency) ? 100 : 1;
}

/** What a quantity costs at a price, in whole minor units; halves are rounded up. */
export function amountMinor(rate: Rate, quantity: number): number {
  const counted = transformed(rate, quantity);
  if (rate.tiers_mode !== null) return whole(tiered(rate, counted));
  return whole(decimal(rate.unit_amount_decimal) * BigInt(counted));
}

/** A part of an amount, by the second, in steps of the currency; halves are rounded away from 0. */
export function shareMinor(
  minor: number,
  part: { seconds: number; ofSeconds: number },
  currency: string,
): number {
  if (part.ofSeconds <= 0) return 0;
  const step = BigInt(stepMinor(currency));
  const exact = BigInt(minor) * BigInt(Math.max(0, part.seconds));
  return Number(rounded(exact, BigInt(part.ofSeconds) * step) * step);
}

/** A percentage of an amount; halves are rounded away from 0. `percentage` has up to 4 decimals. */
export function percentMinor(minor: number, percentage: number, of: 'net' | 'gross'): number {
  const rate = BigInt(Math.round(percentage * 10_000));
  const hundred = 1_000_000n;
  return Number(rounded(BigInt(minor) * rate, of === 'net' ? hundred : hundred + rate));
}

function transformed({ transform_quantity: rule }: Rate, quantity: number): number {
  if (rule === null) return quantity;
  const packs = quantity / rule.divide_by;
  return rule.round === 'up' ? Math.ceil(packs) : Math.floor(packs);
}

function tiered({ tiers = [], tiers_mode }: Rate, quantity: number): bigint {
  const isWithin = (tier: Tier) => tier.up_to === null || quantity <= tier.up_to;
  if (tiers_mode === 'volume') {
    const tier = tiers.find(isWithin);
    return tier ? costOf(tier, quantity) : 0n;
  }
  let sum = 0n;
  let from = 0;
  for (const tier of tiers) {
    const inTier = Math.min(quantity, tier.up_to ?? quantity) - from;
    // The first tier's flat amount is due for nothing used, too.
    if (inTier > 0 || from === 0) sum += costOf(tier, Math.max(0, inTier));
    if (isWithin(tier)) break;
    from = tier.up_to ?? quantity;
  }
  return sum;
}

const costOf = (tier: Tier, quantity: number): bigint =>
  decimal(tier.unit_amount_decimal) * BigInt(quantity) + decimal(tier.flat_amount_decimal);

/** A decimal text in units of 10⁻¹². */
function decimal(text: string | null): bigint {
  if (text === null) return 0n;
  const [units = '0', fraction = ''] = text.split('.');
  return BigInt(units) * ONE + BigInt(fraction.padEnd(PLACES, '0').slice(0, PLACES));
}

const whole = (scaled: bigint): number => Number(rounded(scaled, ONE));

/** Divides; a half goes away from 0. `by` is positive. */
function rounded(value: bigint, by: bigint): bigint {
  const size = value < 0n ? -value : value;
  const result = (2n * size + by) / (2n * by);
  return value < 0n ? -result : result;
}
