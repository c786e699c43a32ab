import { html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { icons } from './icons.ts';

const SHOWN_MS = 1_600;

/** `<copy-button .text=… label="the key">`: copies, and says that it did. */
export class CopyButton extends LitElement {
  static override properties: PropertyDeclarations = {
    text: { attribute: false },
    label: {},
    copied: { state: true },
  };
  declare text: string;
  /** What is copied, for those who do not see it. */
  declare label: string;
  declare copied: boolean;

  constructor() {
    super();
    this.text = '';
    this.label = '';
    this.copied = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    return html`<button
      class="button"
      type="button"
      aria-label=${`${this.copied ? 'Copied' : 'Copy'} ${this.label}`.trim()}
      @click=${() => void this.#copy()}
    >
      ${this.copied ? icons.check : icons.copy}<span aria-live="polite"
        >${this.copied ? 'Copied' : 'Copy'}</span
      >
    </button>`;
  }

  async #copy(): Promise<void> {
    await navigator.clipboard.writeText(this.text);
    this.copied = true;
    setTimeout(() => (this.copied = false), SHOWN_MS);
  }
}
customElements.define('copy-button', CopyButton);

/** Text to be copied, as it stands, under a line that says what it is or where it goes. */
export const codeBlock = (
  text: string,
  label: string,
  note: string = label,
): TemplateResult => html`
  <div class="code-block">
    <div class="code-bar">
      <span>${note}</span><copy-button .text=${text} label=${label}></copy-button>
    </div>
    <pre tabindex="0" role="region" aria-label=${label}><code>${text}</code></pre>
  </div>
`;

/** A secret that is shown this once. */
export const secretBlock = (secret: string, label: string): TemplateResult => html`
  <div class="secret">
    <code>${secret}</code>
    <copy-button .text=${secret} label=${label}></copy-button>
  </div>
`;
