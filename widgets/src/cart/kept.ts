/** A line of the cart. What else is known of it is as it was when it was last seen. */
export interface Line {
  priceId: string;
  quantity: number;
  variantId?: string | undefined;
  name?: string | undefined;
  price?: number | undefined;
}

/** The order a checkout was opened for, and what it was of. `token` shows that it is ours. */
export interface OpenOrder {
  id: string;
  token: string;
  lines: readonly { priceId: string; quantity: number }[];
}

/** What a page keeps of a cart. */
export interface Kept {
  lines: readonly Line[];
  currency: string | null;
  order: OpenOrder | null;
}

/** The most pieces of a line, and the most lines, that the API takes. */
const MOST_PIECES = 10_000;
const MOST_LINES = 100;

type Loose = Record<string, unknown>;

/**
 * The cart in a text of the storage, which anybody may have changed, or an older release may have
 * written: what can be read of it, with the quantities the API takes and each price once.
 */
export function keptIn(text: string | null): Kept {
  const { lines, currency, order } = looseOf(parsed(text));
  const { id, token, lines: ordered } = looseOf(order);
  return {
    lines: linesOf(lines),
    currency: /^[a-z]{3}$/.exec(String(currency))?.[0] ?? null,
    order:
      typeof id === 'string' && typeof token === 'string'
        ? { id, token, lines: linesOf(ordered) }
        : null,
  };
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

const looseOf = (value: unknown): Loose =>
  typeof value === 'object' && value !== null ? (value as Loose) : {};

const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

function linesOf(value: unknown): Line[] {
  const byPrice = new Map<string, Line>();
  for (const each of Array.isArray(value) ? value : []) {
    const { priceId, quantity, variantId, name, price } = looseOf(each);
    if (typeof priceId !== 'string' || typeof quantity !== 'number' || !(quantity >= 1)) continue;
    const more = byPrice.get(priceId)?.quantity ?? 0;
    byPrice.set(priceId, {
      priceId,
      quantity: Math.min(MOST_PIECES, Math.floor(quantity) + more),
      variantId: textIn(variantId),
      name: textIn(name),
      price: typeof price === 'number' ? price : undefined,
    });
  }
  return [...byPrice.values()].slice(0, MOST_LINES);
}
