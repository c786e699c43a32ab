/** The least that can be charged, in minor units, by currency; the most is the same for all. */
const LEAST_MINOR: Record<string, number> = {
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
  usd: 50,
};

const MOST_MINOR = 99_999_999;

/** Why an amount cannot be charged. */
export type ChargeFault = 'too_small' | 'too_large';

/** Why an amount cannot be charged; null when it can. Source: Stripe, "Minimum and maximum charge amounts". */
export function chargeFault(minor: number, currency: string): ChargeFault | null {
  if (minor > MOST_MINOR) return 'too_large';
  return minor < limitMinor(currency, 'too_small') ? 'too_small' : null;
}

/** The limit that an amount was beyond, in minor units of its currency. */
export const limitMinor = (currency: string, fault: ChargeFault | null): number =>
  fault === 'too_large' ? MOST_MINOR : (LEAST_MINOR[currency] ?? 1);
