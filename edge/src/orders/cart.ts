import type { VariantCredits } from '@dream/contract';
import type { CartProblem } from '@dream/contract/cart';
import type { ErrorCode } from '@dream/contract/errors';
import { leastChargeMinor, MOST_CHARGE_MINOR } from './charge-bounds.ts';

/** What is known of a price that a cart names, also of one that is sold no more. */
export interface CartPrice {
  priceId: string;
  priceMinor: number;
  currency: string;
  variantId: string;
  productId: string;
  /** The product's name, and the variant's where it has one. */
  name: string;
  isShippable: boolean;
  /** What a piece gives its buyer; null for none. */
  credits: VariantCredits | null;
  /** Whether the product and the variant can be bought at all. */
  isForSale: boolean;
  /**
   * What the variant costs now in this currency; null when it is not sold in it any more. A price that
   * Stripe does not have yet has no id: nobody can pay it.
   */
  current: { priceId: string | null; priceMinor: number } | null;
  /** Pieces nobody has taken or holds, besides what this buyer holds; null is a stock not counted. */
  freeUnits: number | null;
  /** Pieces that guests hold and did not pay yet, but for this buyer. */
  guestHeldUnits: number;
  /** The most one order may have. */
  maxPerOrder: number;
}

/** What a cart is decided by. */
export interface CartFacts {
  prices: readonly CartPrice[];
  /** How much of a variant guests may hold together; null for a buyer who is no guest. */
  guestSharePercent: number | null;
  /** Whether it is known which customer buys: nobody else can be given credits. */
  isCustomer: boolean;
  minimumOrder: readonly { priceMinor: number; currency: string }[];
}

/** A line of an order to be. */
export interface CartLine {
  priceId: string;
  variantId: string;
  productId: string;
  name: string;
  isShippable: boolean;
  credits: VariantCredits | null;
  quantity: number;
  priceMinor: number;
  totalMinor: number;
}

/** An order of the whole cart, or why there is none. Nothing in between. */
export type CartDecision =
  | { kind: 'order'; lines: CartLine[]; subtotalMinor: number; currency: string }
  | { kind: 'refused'; code: ErrorCode; details: Record<string, unknown> };

/** What a cart asks for. */
export interface CartItem {
  priceId: string;
  quantity: number;
}

const refused = (code: ErrorCode, details: Record<string, unknown>): CartDecision => ({
  kind: 'refused',
  code,
  details,
});

/**
 * What asking for this cart means: an order of all of it, at today's prices, or a refusal. What is
 * different from what the buyer saw is told line by line and all at once.
 */
export function decideCart(facts: CartFacts, asked: readonly CartItem[]): CartDecision {
  const items = addedUp(asked);
  const known = new Map(facts.prices.map((price) => [price.priceId, price]));
  const wanted = items.flatMap(({ priceId, quantity }) => {
    const price = known.get(priceId);
    return price ? [{ price, quantity }] : [];
  });
  if (wanted.length < items.length) {
    const priceIds = items.map(({ priceId }) => priceId).filter((id) => !known.has(id));
    return refused('price_not_found', { priceIds });
  }
  const currencies = [...new Set(wanted.map(({ price }) => price.currency))];
  const [currency] = currencies;
  if (currency === undefined || currencies.length > 1)
    return refused('currencies_mixed', { currencies });
  const lines = wanted.flatMap(({ price, quantity }) => problemOf(facts, price, quantity) ?? []);
  if (lines.length > 0) return refused('cart_changed', { lines });
  const forCustomers = wanted.filter(({ price }) => price.credits !== null);
  if (forCustomers.length > 0 && !facts.isCustomer)
    return refused(facts.guestSharePercent === null ? 'user_id_required' : 'session_required', {
      reason: 'Credits are given to a customer: sign in to buy them.',
      priceIds: forCustomers.map(({ price }) => price.priceId),
    });
  return decideTotal(facts, wanted.map(lineOf), currency);
}

function decideTotal(facts: CartFacts, lines: CartLine[], currency: string): CartDecision {
  const subtotalMinor = lines.reduce((sum, { totalMinor }) => sum + totalMinor, 0);
  const ofStore = facts.minimumOrder.find((minimum) => minimum.currency === currency);
  const minimumMinor = Math.max(ofStore?.priceMinor ?? 0, leastChargeMinor(currency));
  if (subtotalMinor < minimumMinor) return refused('below_minimum', { minimumMinor, currency });
  if (subtotalMinor > MOST_CHARGE_MINOR)
    return refused('total_too_large', { maximumMinor: MOST_CHARGE_MINOR, currency });
  return { kind: 'order', lines, subtotalMinor, currency };
}

/** The items, each price once, in the order in which they were first named. */
export function addedUp(items: readonly CartItem[]): CartItem[] {
  const quantities = new Map<string, number>();
  for (const { priceId, quantity } of items)
    quantities.set(priceId, (quantities.get(priceId) ?? 0) + quantity);
  return [...quantities].map(([priceId, quantity]) => ({ priceId, quantity }));
}

const lineOf = ({ price, quantity }: { price: CartPrice; quantity: number }): CartLine => {
  const { priceId, variantId, productId, name, isShippable, credits, priceMinor } = price;
  const totalMinor = priceMinor * quantity;
  const what = { priceId, variantId, productId, name, isShippable, credits };
  return { ...what, quantity, priceMinor, totalMinor };
};

/** What is different from what the buyer saw; null when nothing is. */
function problemOf(facts: CartFacts, price: CartPrice, quantity: number): CartProblem | null {
  const { priceId, name, currency, current, maxPerOrder } = price;
  const about = { priceId, name, quantity, currency, price: price.priceMinor };
  if (!price.isForSale || current === null) return { ...about, problem: 'removed' };
  const available = availableTo(facts, price);
  const stock = {
    ...(available !== null && { available }),
    maxQuantity: Math.min(maxPerOrder, available ?? maxPerOrder),
  };
  const now =
    current.priceId === priceId
      ? {}
      : {
          newPrice: current.priceMinor,
          ...(current.priceId !== null && { newPriceId: current.priceId }),
        };
  if (available === 0) return { ...about, ...now, ...stock, problem: 'sold_out' };
  if (current.priceId !== priceId) return { ...about, ...now, ...stock, problem: 'price_changed' };
  if (quantity > maxPerOrder) return { ...about, ...stock, problem: 'over_limit' };
  if (available !== null && quantity > available)
    return { ...about, ...stock, problem: 'not_enough' };
  return null;
}

/**
 * How many pieces this buyer could have. All guests together hold a share of what is free or held by
 * guests, so that a loop of checkouts that nobody pays does not take the last piece from the others;
 * at least one piece, or nothing that is down to one could be bought by a guest.
 */
function availableTo(
  { guestSharePercent }: CartFacts,
  { freeUnits, guestHeldUnits }: CartPrice,
): number | null {
  if (freeUnits === null) return null;
  const free = Math.max(0, freeUnits);
  if (guestSharePercent === null) return free;
  const most = Math.max(1, Math.floor(((free + guestHeldUnits) * guestSharePercent) / 100));
  return Math.max(0, Math.min(free, most - guestHeldUnits));
}
