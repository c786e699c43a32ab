import type { CartProblem } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { money } from '../internal/money.ts';
import type { Spoken } from './drawer-element.ts';
import './quantity.ts';
import type { Offer } from './browse.ts';
import type { Item } from './shop.ts';

/** How a line is shown, and whom it tells. */
interface Shown extends Spoken {
  currency: string | undefined;
  /** What is different of it than it was. */
  note: CartProblem | undefined;
  /** Whether an open checkout holds its pieces. */
  isHeld: boolean;
  /** Takes so many of it. */
  take: (quantity: number) => void;
}

/** One line of the cart. */
export function cartLine(item: Item, shown: Shown): TemplateResult {
  const { text, language, currency, take } = shown;
  const { name, quantity, price, offer } = item;
  const amount = (minor: number) => (currency ? money(minor, currency, language) : '');
  const texts = { less: text('less'), more: text('more') };
  return html`<li class="line" part="line">
    <span class="picture">${offer ? thumbnail(offer) : nothing}</span>
    <div class="what">
      <strong><bdi>${name}</bdi></strong>
      <span class="sum">${amount(price * quantity)}</span>
      ${
        quantity > 1
          ? html`<span class="muted">${text('each', { price: amount(price) })}</span>`
          : nothing
      }
      ${hint(item, shown)}
    </div>
    <div class="change">
      <dream-quantity
        exportparts="quantity"
        .value=${quantity}
        .max=${Math.max(quantity, offer?.variant.maxQuantity ?? 0)}
        .label=${text('quantity', { name })}
        .texts=${texts}
        @change=${({ target }: Event) =>
          take((target as HTMLElementTagNameMap['dream-quantity']).value)}
      ></dream-quantity>
      <button
        type="button"
        class="link"
        aria-label=${text('removeNamed', { name })}
        @click=${() => take(0)}
      >
        ${text('remove')}
      </button>
    </div>
  </li>`;
}

/** A small picture, mute as its name stands beside it. */
function thumbnail({ product, variant }: Offer): TemplateResult {
  const image = product.images[variant.image ?? 0] ?? product.images[0];
  return image
    ? html`<img src=${image.smallUrl} width=${image.width} height=${image.height} alt="" />`
    : html`<span class="letter" aria-hidden="true">${/./u.exec(product.name)}</span>`;
}

/** What is different of the line; else, that there are few. */
function hint({ offer, quantity }: Item, shown: Shown): TemplateResult | typeof nothing {
  const { note, isHeld, text } = shown;
  if (note) return html`<span class="note">${sayProblem(note, shown)}</span>`;
  if (!offer || isHeld) return nothing;
  const { inventory, lowStock, soldOut } = offer.variant;
  if (soldOut) return html`<span class="note">${text('soldOut')}</span>`;
  return inventory !== 'unlimited' && (lowStock || inventory < quantity)
    ? html`<span class="muted">${text('lowStock', { count: inventory })}</span>`
    : nothing;
}

/** What became different of a line, in words. */
export function sayProblem(said: CartProblem, { text, language }: Spoken): string {
  const { problem, name, quantity, available, maxQuantity, price, newPrice, currency } = said;
  const count = available ?? maxQuantity ?? 0;
  if (problem === 'price_changed' && newPrice !== undefined) {
    const now = money(newPrice, currency, language);
    return price === undefined
      ? text('priceChangedTo', { now })
      : text('priceChanged', { was: money(price, currency, language), now });
  }
  if (count > 0)
    return text(problem === 'over_limit' ? 'overLimit' : 'notEnough', { count, wanted: quantity });
  return text(
    problem === 'removed' || problem === 'price_changed' ? 'goneRemoved' : 'goneSoldOut',
    {
      name,
    },
  );
}
