import type { Product, Variant } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { stockOf } from '../../product-preview.ts';
import { field } from '../../ui/field.ts';

/** A change of stock, made at once and whatever is sold meanwhile. */
export type StockChange = { stockUnits: number | null } | { addUnits: number };

/** What there is of each saved variant; its changes are no part of what is saved with the product. */
export function stockRows(options: {
  product: Product;
  /** What is typed to be added or taken, by variant. */
  typed: Readonly<Record<string, string>>;
  busy: boolean;
  type: (variant: string, units: string) => void;
  change: (variant: Variant, change: StockChange) => void;
}): TemplateResult {
  return html`<section class="card" aria-labelledby="stock-title">
    <div>
      <h2 id="stock-title">Stock</h2>
      <p class="muted">Changes here count at once, apart from what you save above.</p>
    </div>
    ${options.product.variants.map((variant) => stockRow(variant, options))}
  </section>`;
}

type Options = Parameters<typeof stockRows>[0];

function stockRow(
  variant: Variant,
  { product, typed, busy, type, change }: Options,
): TemplateResult {
  const title = variant.name || product.name;
  const units = typed[variant.id] ?? '1';
  const count = /^\d{1,9}$/.test(units.trim()) ? Number(units) : null;
  const press = (words: string, label: string, by: StockChange | null) =>
    html`<button
      class="button"
      type="button"
      aria-label=${label}
      aria-disabled=${String(busy || by === null)}
      @click=${() => by !== null && change(variant, by)}
    >
      ${words}
    </button>`;
  const { stockUnits } = variant;
  return html`<div class="stock-row" role="group" aria-label="Stock of ${title}">
    <div>
      ${product.variants.length > 1 ? html`<strong>${title}</strong><br />` : nothing}
      <span role="status">${wordsOf(variant)}</span>
    </div>
    ${
      stockUnits === null
        ? html`<div class="buttons">
            ${press('Count it', `Count it: ${title}, from nothing`, { stockUnits: 0 })}
          </div>`
        : html`<div class="buttons">
            ${field({
              id: `stock-${variant.id}`,
              label: `Pieces of ${title} to add or take`,
              hideLabel: true,
              value: units,
              fault: count === null ? 'A whole number.' : null,
              onInput: (value) => type(variant.id, value),
            })}
            ${press('− Take', `Take pieces of ${title} away`, count && count <= stockUnits ? { addUnits: -count } : null)}
            ${press('+ Add', `Add pieces of ${title}`, count ? { addUnits: count } : null)}
            ${press('Stop counting', `Stop counting ${title}`, { stockUnits: null })}
          </div>`
    }
  </div>`;
}

function wordsOf(variant: Variant): string {
  const free = stockOf(variant);
  const { reservedUnits } = variant;
  const held = reservedUnits > 0 ? `, ${reservedUnits.toLocaleString()} in open orders` : '';
  if (free === 'unlimited') return `Not counted: it never runs out${held}`;
  return free === 0 ? `Sold out${held}` : `${free.toLocaleString()} to sell${held}`;
}
