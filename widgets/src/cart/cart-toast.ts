import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { DreamError } from '../internal/api.ts';
import { baseStyles } from '../internal/base.styles.ts';
import { DreamElement } from '../internal/dream-element.ts';
import { english } from './cart-toast.strings.ts';
import type { DreamCart } from './cart.ts';
import type { Added } from './shop.ts';

/** How long it is in sight. */
const SHOWN_MS = 7000;

const styles = css`
  .root {
    container-type: normal;
  }
  .toast {
    position: fixed;
    inset: auto;
    inset-block-end: 1rem;
    inset-inline-end: 1rem;
    max-inline-size: calc(100vi - 2rem);
    margin: 0;
    padding: 0.85em 1.25em;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_text);
    box-shadow: 0 0.75rem 2.5rem rgb(0 0 0 / 0.25);
    overflow-wrap: anywhere;
  }
  .toast:popover-open {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25em 1.25em;
    align-items: center;
  }
`;

/**
 * Says, at the edge of the window, what became of a `data-dream-add`. It is announced, takes no focus,
 * and stays while somebody is at it. Part of `<dream-cart>`, which loads it when it is wanted.
 */
export class DreamCartToast extends DreamElement {
  static override styles = [baseStyles, styles];
  static override properties: PropertyDeclarations = {
    ...DreamElement.properties,
    owner: { attribute: false },
    words: { state: true },
  };
  /** The element that opened it. */
  declare owner: DreamCart;
  declare private words: string;
  protected readonly english = english;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.words = '';
  }

  /** Puts something into the cart and says so; where the cart has no button, it is opened instead. */
  async open(id: string, quantity = '1'): Promise<void> {
    const { shop, layout } = this.owner;
    await shop.load();
    const added = shop.add(id, Math.max(1, Math.floor(Number(quantity)) || 1));
    if (added?.quantity && layout === 'drawer') return this.owner.open();
    // Said once more, it is announced once more.
    this.words = '';
    await this.updateComplete;
    this.words = added ? this.#sayAdded(added) : this.#sayUnknown(id);
    await this.updateComplete;
    this.#toast?.showPopover?.();
    this.#hideLater();
  }

  #sayAdded({ name, quantity, isSoldOut }: Added): string {
    return this.text(isSoldOut ? 'soldOut' : quantity > 0 ? 'added' : 'most', { name });
  }

  #sayUnknown(id: string): string {
    const { error: unreachable } = this.owner.shop;
    const error =
      unreachable ??
      new DreamError(0, {
        code: 'product_not_found',
        message: `data-dream-add="${id}" is no product, variant or price that is on sale.`,
      });
    if (!this.config) this.page.fail(error);
    return unreachable ? this.say(error) : this.text('unknown');
  }

  get #toast(): HTMLElement | null {
    return this.renderRoot.querySelector('.toast');
  }

  #hideLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#toast?.matches(':hover, :focus-within')) this.#hideLater();
      else this.#hide();
    }, SHOWN_MS);
  }

  #hide(): void {
    this.#toast?.hidePopover?.();
    this.words = '';
  }

  override render(): TemplateResult {
    const { words } = this;
    return html`<div class="root">
      <p class="quiet" role="status">${words}</p>
      <div class="toast" part="toast" popover="manual">
        ${
          words
            ? html`<span aria-hidden="true">${words}</span>
              <button type="button" class="link" part="button" @click=${() => this.#view()}>
                ${this.text('view')}
              </button>`
            : nothing
        }
      </div>
    </div>`;
  }

  #view(): void {
    this.#hide();
    void this.owner.open();
  }
}

if (!customElements.get('dream-cart-toast'))
  customElements.define('dream-cart-toast', DreamCartToast);

declare global {
  interface HTMLElementTagNameMap {
    'dream-cart-toast': DreamCartToast;
  }
}
