import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { baseStyles } from '../internal/base.styles.ts';
import { dialogStyles } from '../internal/dialog.styles.ts';
import { DreamElement } from '../internal/dream-element.ts';
import { drawerStyles } from './drawer.styles.ts';
import type { DreamCart } from './cart.ts';
import type { Shop } from './shop.ts';

/** How texts and numbers are told in a place. */
export interface Spoken {
  text: (name: string, values?: Record<string, string | number>) => string;
  language: string;
}

/** A dialog at the end of the window, over the page: heading, content, and what stands below it. */
export abstract class DrawerElement extends DreamElement {
  static override styles = [baseStyles, dialogStyles, drawerStyles];
  static override properties: PropertyDeclarations = {
    ...DreamElement.properties,
    owner: { attribute: false },
  };
  /** The element that opened it. */
  declare owner: DreamCart;
  #unsubscribe: (() => void) | undefined;

  protected get shop(): Shop {
    return this.owner.shop;
  }

  protected get spoken(): Spoken {
    const { language } = this;
    return { text: (name, values) => this.text(name, values), language };
  }

  protected get dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  /** Opens with the focus on the heading; it goes back where it was when the drawer is closed. */
  protected async show(): Promise<void> {
    await this.updateComplete;
    if (this.dialog?.open) return;
    this.#unsubscribe = this.shop.subscribe(() => this.changed());
    this.dialog?.showModal();
    this.focusTitle();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.close();
    this.#unsubscribe?.();
  }

  /** The products or the cart are others now. */
  protected changed(): void {
    this.requestUpdate();
  }

  protected focusTitle(): void {
    this.renderRoot.querySelector('h2')?.focus();
  }

  protected close(): void {
    this.dialog?.close();
  }

  protected abstract heading(): string;
  protected abstract content(): TemplateResult;

  override render(): TemplateResult {
    return html`<dialog
      aria-labelledby="title"
      @click=${({ target, currentTarget }: Event) => target === currentTarget && this.close()}
      @close=${() => this.#unsubscribe?.()}
    >
      <div class="root">
        <div class="card" part="drawer">
          <div class="top">
            <h2 id="title" tabindex="-1">${this.heading()}</h2>
            <button
              type="button"
              class="close"
              aria-label=${this.text('close')}
              @click=${() => this.close()}
            >
              ✕
            </button>
          </div>
          ${this.content()}
        </div>
      </div>
    </dialog>`;
  }

  protected link(name: string, run: () => unknown): TemplateResult {
    return html`<button type="button" class="link" @click=${run}>${this.text(name)}</button>`;
  }
}
