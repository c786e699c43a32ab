/** Ranges that end today. */
export const RANGES = [
  { id: '7d', words: '7 days' },
  { id: '30d', words: '30 days' },
  { id: '90d', words: '90 days' },
  { id: '12m', words: '12 months' },
] as const;

/** What a page shows: a range that ends today, or days that were chosen. */
export type Range = { id: string } | { from: string; to: string };

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The range of a page's address; 30 days where it says none, or nothing that makes sense. */
export function rangeIn(search: string): Range {
  const query = new URLSearchParams(search);
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
  if (DAY.test(from) && DAY.test(to) && from <= to) return { from, to };
  const id = query.get('range');
  return { id: RANGES.some((range) => range.id === id) ? (id ?? '30d') : '30d' };
}

/** A range as the edge and the page's address take it, with its question mark. */
export function rangeQuery(range: Range): string {
  const query = new URLSearchParams('id' in range ? { range: range.id } : { ...range });
  return `?${query.toString()}`;
}

/** By how much a number changed, as a part of what it was; null where there was nothing. */
export function change(now: number, before: number): number | null {
  return before === 0 ? null : (now - before) / Math.abs(before);
}
