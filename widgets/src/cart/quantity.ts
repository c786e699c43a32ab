import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { baseStyles } from '../internal/base.styles.ts';

const styles = css`
  :host {
    display: inline-block;
  }
  .root {
    display: inline-flex;
    container-type: normal;
    border: 1px solid light-dark(#8b90a0, #737a8c);
    border-radius: calc(var(--_radius) * 0.66);
    background: var(--_surface);
  }
  button,
  input {
    min-block-size: 2.25em;
    border: 0;
    border-radius: calc(var(--_radius) * 0.6);
    background: none;
    text-align: center;
  }
  button {
    inline-size: 2.25em;
    padding: 0;
    line-height: 1;
  }
  button[aria-disabled='true'] {
    opacity: 0.4;
  }
  input {
    inline-size: 2.75em;
    padding: 0;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    appearance: textfield;
  }
  ::-webkit-inner-spin-button {
    appearance: none;
  }
`;

/**
 * How many, from 1 to `max`: a number between two buttons, a control of the form it is in. Fires
 * `change` when somebody chose another number.
 */
export class DreamQuantity extends LitElement {
  static readonly formAssociated = true;
  static override shadowRootOptions: ShadowRootInit = {
    ...LitElement.shadowRootOptions,
    delegatesFocus: true,
  };
  static override styles = [baseStyles, styles];
  static override properties: PropertyDeclarations = {
    value: { type: Number },
    max: { type: Number },
    label: {},
    texts: { attribute: false },
  };
  declare value: number;
  declare max: number;
  /** What it is the number of. */
  declare label: string;
  declare texts: { less: string; more: string };
  readonly #internals = this.attachInternals();

  constructor() {
    super();
    this.value = 1;
    this.max = 10_000;
    this.label = '';
    this.texts = { less: '−', more: '+' };
  }

  protected override willUpdate(): void {
    this.#internals.setFormValue(String(this.value));
  }

  formResetCallback(): void {
    this.value = Number(this.getAttribute('value') ?? 1);
  }

  override render(): TemplateResult {
    const { value, max, label, texts } = this;
    return html`<div class="root" part="quantity">
      <button
        type="button"
        aria-label=${texts.less}
        aria-disabled=${value <= 1}
        @click=${() => this.#choose(value - 1)}
      >
        −
      </button>
      <input
        type="number"
        inputmode="numeric"
        aria-label=${label}
        min="1"
        max=${max}
        .value=${String(value)}
        @change=${(event: Event) => this.#typed(event)}
      />
      <button
        type="button"
        aria-label=${texts.more}
        aria-disabled=${value >= max}
        @click=${() => this.#choose(value + 1)}
      >
        +
      </button>
    </div>`;
  }

  #typed({ target }: Event): void {
    const input = target as HTMLInputElement;
    this.#choose(Math.floor(input.valueAsNumber) || this.value);
    input.value = String(this.value);
  }

  #choose(wanted: number): void {
    const value = Math.max(1, Math.min(wanted, this.max));
    if (value === this.value) return;
    this.value = value;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

if (!customElements.get('dream-quantity')) customElements.define('dream-quantity', DreamQuantity);

declare global {
  interface HTMLElementTagNameMap {
    'dream-quantity': DreamQuantity;
  }
}
