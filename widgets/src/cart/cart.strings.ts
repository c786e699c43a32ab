import { commonTexts } from '../internal/notice.ts';

/** English. What stands in braces is filled in. */
export const english = {
  ...commonTexts,
  label: 'Products',
  cart: 'Cart',
  search: 'Search products',
  category: 'Category',
  all: 'All categories',
  sort: 'Sort by',
  featured: 'Featured',
  cheap: 'Price, low to high',
  dear: 'Price, high to low',
  name: 'Name',
  currency: 'Currency',
  found: 'Products found: {count}',
  nothing: 'Nothing fits “{search}”.',
  reset: 'Show everything',
  empty: 'There is nothing for sale yet.',
  options: 'Options of {name}',
  soldOut: 'Sold out',
  optionSoldOut: '{name} (sold out)',
  lowStock: 'Only {count} left',
  more: 'Read more',
  add: 'Add to cart',
  addNamed: 'Add to cart: {name}',
} as const;
