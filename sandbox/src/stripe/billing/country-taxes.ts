/** A tax as a country has it. */
export interface CountryTax {
  name: string;
  type: 'vat' | 'gst' | 'sales_tax' | 'jct';
  percentage: number;
}

const vat = (percentage: number): CountryTax => ({ name: 'VAT', type: 'vat', percentage });
const gst = (percentage: number): CountryTax => ({ name: 'GST', type: 'gst', percentage });

/**
 * One rate for each country, so that taxes can be seen. The real ones depend on the state, the product
 * and where the seller is registered: Stripe Tax knows them.
 */
const TAXES: Readonly<Record<string, CountryTax>> = {
  AT: vat(20),
  AU: gst(10),
  BE: vat(21),
  CA: gst(5),
  CH: vat(8.1),
  DE: vat(19),
  DK: vat(25),
  ES: vat(21),
  FI: vat(25.5),
  FR: vat(20),
  GB: vat(20),
  IE: vat(23),
  IN: gst(18),
  IT: vat(22),
  JP: { name: 'JCT', type: 'jct', percentage: 10 },
  NL: vat(21),
  NO: vat(25),
  NZ: gst(15),
  PL: vat(23),
  PT: vat(23),
  SE: vat(25),
  SG: gst(9),
  US: { name: 'Sales tax', type: 'sales_tax', percentage: 8 },
};

/** The tax of a country, by its code; undefined for one without any here. */
export const taxOfCountry = (country: string): CountryTax | undefined => TAXES[country];

/** The countries whose tax is known here, by their codes. */
export const TAXED_COUNTRIES: readonly string[] = Object.keys(TAXES);
