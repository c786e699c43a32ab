import type { CartProblem } from '@dream/contract';
import type { Line, OpenOrder } from './kept.ts';
import type { Shop } from './shop.ts';

/** A cart brought to what is sold, and what is to be said of it. */
export interface Correction {
  lines: readonly Line[];
  /** Of lines that stay, by their price as it is now. */
  notes: ReadonlyMap<string, CartProblem>;
  /** Of lines that had to go. */
  gone: readonly CartProblem[];
}

/** Brings the lines to what the edge found different of them. */
export function correct(lines: readonly Line[], problems: readonly CartProblem[]): Correction {
  const notes = new Map<string, CartProblem>();
  const gone: CartProblem[] = [];
  const left = lines.flatMap((line) => {
    const of = problems.filter(({ priceId }) => priceId === line.priceId);
    const now = of.reduce(corrected, line);
    const said = of.at(-1);
    if (!said) return [line];
    if (now.quantity < 1) gone.push({ ...said, name: said.name || (line.name ?? '') });
    else notes.set(now.priceId, said);
    return now.quantity < 1 ? [] : [now];
  });
  return { lines: left, notes, gone };
}

/** A line as one problem leaves it; without pieces when it has to go. */
function corrected(line: Line, said: CartProblem): Line {
  const { problem, newPriceId, newPrice, available = Infinity, maxQuantity = Infinity } = said;
  // Stripe may not have the new price yet: the line waits for it.
  if (problem === 'price_changed')
    return newPriceId ? { ...line, priceId: newPriceId, price: newPrice } : line;
  const most = /not_enough|over_limit/.test(problem) ? Math.min(available, maxQuantity) : 0;
  return { ...line, quantity: Math.min(line.quantity, most === Infinity ? 0 : most) };
}

/** Lines of which the shop, as it is loaded now, has another price or none. */
export function outdated(shop: Shop): CartProblem[] {
  const { currency = '' } = shop;
  return shop.lines.flatMap(({ priceId, variantId, quantity, name = '', price }): CartProblem[] => {
    const now = (shop.offer(priceId) ?? shop.offer(variantId))?.price;
    if (now?.priceId === priceId) return [];
    const was = { priceId, quantity, name, currency, ...(price !== undefined && { price }) };
    return [
      now
        ? { ...was, problem: 'price_changed', newPriceId: now.priceId, newPrice: now.price }
        : { ...was, problem: 'removed' },
    ];
  });
}

/** The lines without what an order was of: what came into the cart after it stays. */
export function withoutOrder(lines: readonly Line[], order: OpenOrder): Line[] {
  const ordered = new Map(order.lines.map(({ priceId, quantity }) => [priceId, quantity]));
  return lines
    .map((line) => ({ ...line, quantity: line.quantity - (ordered.get(line.priceId) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}

/** An order is paid, or will be: what it was of leaves the cart, once. */
export const takeOut = (shop: Shop, orderId: string): void =>
  shop.edit(({ lines, order }) =>
    order?.id === orderId ? { lines: withoutOrder(lines, order), order: null } : {},
  );
