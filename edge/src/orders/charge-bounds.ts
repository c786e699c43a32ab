/**
 * The smallest charges Stripe makes, in minor units.
 * Source: Stripe, "Supported currencies", on minimum and maximum charge amounts.
 */
const LEAST_MINOR: Readonly<Record<string, number>> = {
  usd: 50,
  aed: 200,
  aud: 50,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
};

/** The largest amount of eight digits, which is what Stripe takes at once. */
export const MOST_CHARGE_MINOR = 99_999_999;

/** The smallest charge Stripe makes in a currency; 1 where it says nothing of it. */
export const leastChargeMinor = (currency: string): number => LEAST_MINOR[currency] ?? 1;
