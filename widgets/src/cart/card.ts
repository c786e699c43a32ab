import type { PublicVariant } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { money } from '../internal/money.ts';
import { type Offer, priceIn } from './browse.ts';
import { select } from './select.ts';

/** How a card speaks, and whom it tells. */
export interface Shown {
  text: (name: string, values?: Record<string, string | number>) => string;
  language: string;
  headingLevel: number;
  choose: (variant: PublicVariant) => void;
  add: () => void;
}

/** More variants than this, or longer names, are a list to open and not buttons side by side. */
const MOST_BUTTONS = 4;
const MOST_LETTERS = 24;

/** Longer descriptions are cut, with a button to read on. */
const LONG = 110;

/** A product: picture, name, words, what there is to choose, price and button. */
export function card(offer: Offer, shown: Shown): TemplateResult {
  const { product, variant, price } = offer;
  const { text, language, headingLevel, add } = shown;
  const { soldOut } = variant;
  return html`
    <div class="picture" part="picture">${picture(offer)}${badge(offer, shown)}</div>
    <h3 part="name" aria-level=${headingLevel}><bdi>${product.name}</bdi></h3>
    ${product.description ? description(product.description, shown) : nothing}
    <div class="foot">
      ${options(offer, shown)}
      <div class="buy">
        <strong class="price" part="price">${money(price.price, price.currency, language)}</strong>
        <button
          type="button"
          part="button"
          class=${soldOut ? '' : 'primary'}
          aria-disabled=${soldOut}
          aria-label=${soldOut ? nothing : text('addNamed', { name: product.name })}
          @click=${() => soldOut || add()}
        >
          ${text(soldOut ? 'soldOut' : 'add')}
        </button>
      </div>
    </div>
  `;
}

/** A product's picture, never loaded sooner than it is near. */
function picture({ product, variant }: Offer): TemplateResult {
  const image = product.images[variant.image ?? 0] ?? product.images[0];
  if (!image)
    return html`<span class="letter" aria-hidden="true">${/./u.exec(product.name)}</span>`;
  const { smallUrl, url, width, height, alt } = image;
  return html`<img
    loading="lazy"
    decoding="async"
    srcset="${smallUrl}, ${url} 2x"
    src=${smallUrl}
    width=${width}
    height=${height}
    alt=${alt}
  />`;
}

function badge({ variant }: Offer, { text }: Shown): TemplateResult | typeof nothing {
  const { soldOut, lowStock, inventory } = variant;
  if (!soldOut && !lowStock) return nothing;
  const words = soldOut ? text('soldOut') : text('lowStock', { count: inventory });
  return html`<span class="badge" part="badge">${words}</span>`;
}

function description(words: string, { text }: Shown): TemplateResult {
  return html`<p class="muted about"><bdi>${words}</bdi></p>
    ${
      words.length > LONG
        ? html`<button type="button" class="link" aria-expanded="false" @click=${readOn}>
          ${text('more')}
        </button>`
        : nothing
    }`;
}

function readOn({ currentTarget }: Event): void {
  const button = currentTarget as HTMLElement;
  const isWhole = button.previousElementSibling?.classList.toggle('whole');
  button.ariaExpanded = String(isWhole);
}

/** The variants side by side where they are few and short, else in a list to open. */
function options(offer: Offer, shown: Shown): TemplateResult | typeof nothing {
  const { product, variant, price } = offer;
  const { text, choose } = shown;
  const variants = product.variants.filter((each) => priceIn(each, price.currency));
  const label = text('options', { name: product.name });
  const name = (each: PublicVariant) =>
    each.soldOut ? text('optionSoldOut', { name: each.name }) : each.name;
  const letters = variants.reduce((sum, each) => sum + each.name.length, 0);
  if (variants.length < 2 || variants.length > MOST_BUTTONS || letters > MOST_LETTERS)
    return select(label, variants, variant, { name, pick: choose });
  return html`<div class="options" part="options" role="radiogroup" aria-label=${label}>
    ${variants.map(
      (each) => html`<label class=${each.soldOut ? 'gone' : ''}>
        <input
          type="radio"
          name=${product.id}
          .checked=${each === variant}
          aria-label=${name(each)}
          @change=${() => choose(each)}
        />${each.name}
      </label>`,
    )}
  </div>`;
}
