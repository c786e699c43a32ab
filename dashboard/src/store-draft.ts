import type { StoreSettings } from '@dream/contract';
import { type AmountDraft, amountFaults, amountText, minorUnits } from './amount.ts';
import { textFault, wholeFault } from './validation.ts';

/** A way of sending, as it is typed. */
export interface ShippingDraft {
  name: string;
  minDays: string;
  maxDays: string;
  prices: readonly AmountDraft[];
}

/** How a store sells, as it is typed. */
export interface StoreDraft {
  shippingCountries: readonly string[];
  shippingOptions: readonly ShippingDraft[];
  automaticTax: boolean;
  promotionCodes: boolean;
  collectPhone: boolean;
  minimumOrder: readonly AmountDraft[];
  guestSharePercent: string;
  restockOnRefund: boolean;
}

/** What is wrong, by field: `shippingOptions.0.prices.1`, `minimumOrder.0`. */
export type StoreFaults = Readonly<Record<string, string>>;

/** The most ways of sending Stripe's page shows. */
export const MAX_SHIPPING_OPTIONS = 5;

/** Settings, ready to be typed in. */
export const storeToDraft = (store: StoreSettings): StoreDraft => ({
  ...store,
  shippingOptions: store.shippingOptions.map(({ name, minDays, maxDays, prices }) => ({
    name,
    minDays: String(minDays ?? ''),
    maxDays: String(maxDays ?? ''),
    prices: prices.map(typed),
  })),
  minimumOrder: store.minimumOrder.map(typed),
  guestSharePercent: String(store.guestSharePercent),
});

/** What was typed, as the API takes it. Only for a draft without faults. */
export const draftToStore = (draft: StoreDraft): StoreSettings => ({
  ...draft,
  shippingCountries: [...draft.shippingCountries],
  shippingOptions: draft.shippingOptions.map(({ name, minDays, maxDays, prices }) => ({
    name: name.trim(),
    minDays: orNull(minDays),
    maxDays: orNull(maxDays),
    prices: prices.map(read),
  })),
  minimumOrder: draft.minimumOrder.map(read),
  guestSharePercent: Number(draft.guestSharePercent),
});

const typed = ({
  priceMinor,
  currency,
}: {
  priceMinor: number;
  currency: string;
}): AmountDraft => ({
  amount: amountText(priceMinor, currency),
  currency,
});

const read = ({ amount, currency }: AmountDraft) => ({
  priceMinor: minorUnits(amount, currency) ?? 0,
  currency: currency.toLowerCase(),
});

const orNull = (text: string): number | null => (text.trim() === '' ? null : Number(text));

/** What must be put right before a draft can be saved. */
export function storeFaults(draft: StoreDraft): StoreFaults {
  const found: Record<string, string | null> = {
    guestSharePercent: wholeFault(draft.guestSharePercent, 1, 100),
    shippingOptions:
      draft.shippingOptions.length > MAX_SHIPPING_OPTIONS
        ? `Must have at most ${MAX_SHIPPING_OPTIONS} options.`
        : null,
    minimumOrder: draft.minimumOrder.length > 20 ? 'Must have at most 20 amounts.' : null,
  };
  for (const [index, fault] of amountFaults(draft.minimumOrder).entries())
    found[`minimumOrder.${index}`] = fault;
  for (const [index, option] of draft.shippingOptions.entries())
    for (const [field, fault] of Object.entries(optionFaults(option)))
      found[`shippingOptions.${index}.${field}`] = fault;
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function optionFaults({ name, minDays, maxDays, prices }: ShippingDraft) {
  const days = (text: string) => (text.trim() === '' ? null : wholeFault(text, 1, 365));
  const isTurned =
    minDays.trim() !== '' && maxDays.trim() !== '' && Number(minDays) > Number(maxDays);
  const found: Record<string, string | null> = {
    name: textFault(name, 60),
    minDays: days(minDays),
    maxDays: days(maxDays) ?? (isTurned ? 'Must not be fewer than at least.' : null),
    prices: pricesFault(prices),
  };
  for (const [index, fault] of amountFaults(prices, 0).entries()) found[`prices.${index}`] = fault;
  return found;
}

function pricesFault({ length }: readonly AmountDraft[]): string | null {
  if (length === 0) return 'Must have a price.';
  return length > 20 ? 'Must have at most 20 prices.' : null;
}

/** Currencies that are in one way of sending and not in another: carts in them are offered less. */
export function missingCurrencies({ shippingOptions }: StoreDraft): string[] {
  const of = (option: ShippingDraft) => option.prices.map((each) => each.currency.toUpperCase());
  const all = [...new Set(shippingOptions.flatMap(of))].filter((code) => code !== '');
  return all.filter((code) => shippingOptions.some((option) => !of(option).includes(code)));
}
