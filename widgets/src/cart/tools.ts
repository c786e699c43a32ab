import { html, nothing, type TemplateResult } from 'lit';
import { categoriesOf, SORTS, type Wish } from './browse.ts';
import { select } from './select.ts';
import type { Shop } from './shop.ts';

/** From this many products on, one searches and sorts. */
const MANY = 7;

/** How one looks for products: by words and category, in an order, in a currency. */
export function tools(
  shop: Shop,
  wish: Wish,
  category: string | undefined,
  text: (name: string) => string,
  look: (part: Partial<Wish>) => void,
): TemplateResult {
  const { products, currencies, currency } = shop;
  const isMany = products.length >= MANY;
  const categories = category ? [] : categoriesOf(products);
  return html`${isMany ? search(text('search'), wish.search, look) : nothing}
    <div class="filters">
      ${select(text('category'), categories.length > 1 ? ['', ...categories] : [], wish.category, {
        name: (each) => each || text('all'),
        pick: (each) => look({ category: each }),
      })}
      ${select(text('sort'), isMany ? SORTS : [], wish.sort, {
        name: text,
        pick: (sort) => look({ sort }),
      })}
      ${select(text('currency'), currencies, currency, {
        name: (each) => each.toUpperCase(),
        pick: (each) => shop.setCurrency(each),
      })}
    </div>`;
}

const search = (label: string, words: string, look: (part: Partial<Wish>) => void) =>
  html`<input
    type="search"
    part="search"
    aria-label=${label}
    placeholder=${label}
    .value=${words}
    @input=${({ target }: Event) => look({ search: (target as HTMLInputElement).value })}
  />`;
