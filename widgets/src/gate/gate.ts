import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { baseStyles } from '../internal/base.styles.ts';
import { DreamElement } from '../internal/dream-element.ts';
import { notice } from '../internal/notice.ts';
import { openSignup } from '../internal/open-signup.ts';
import { type Access, accessOf, cheapestOf, plansOf } from './access.ts';
import { english } from './gate.strings.ts';
import { gateStyles } from './gate.styles.ts';

/** What a gate shows at a time. */
type Shown = Access | 'loading' | 'failed';

/**
 * Shows its content to those whose plan includes it, and to others how to get it, live. The content
 * is in the page for whoever reads its source: what must stay secret is for the site's own server to
 * keep, which asks for the token and verifies it with the sdk.
 *
 * @tag dream-gate
 * @attr {string} plan - The plans that include the content, separated by spaces; left out, everybody
 *   who is signed in sees it.
 * @attr {boolean} hidden - Written in the HTML, nothing of the content is seen before the element is
 *   there; the element takes it away.
 * @attr {string} success-url - Where a customer comes back to after paying; this page by default.
 * @attr {'light'|'dark'} theme - Instead of the page's `color-scheme`.
 * @fires {CustomEvent<{tier: string, priceId: string | null}>} dream-plan-select - Before a checkout;
 *   `preventDefault()` leaves the rest to the page.
 * @fires {CustomEvent<{code: string, message: string}>} dream-error
 * @slot - The content.
 * @slot upgrade - Instead of the prompt for customers whose plan does not include it.
 * @slot signed-out - Instead of the prompt for visitors who are not signed in.
 * @slot loading - Until it is known who looks.
 * @csspart prompt, title, button, error - The parts of a prompt.
 */
export class DreamGate extends DreamElement {
  static override styles = [baseStyles, gateStyles];
  static override properties: PropertyDeclarations = {
    ...DreamElement.properties,
    plan: {},
    successUrl: { attribute: 'success-url' },
  };
  declare plan: string | undefined;
  declare successUrl: string | undefined;
  protected readonly english = english;
  /** What was shown last: who gets access while they wait is told. */
  #was: Shown = 'loading';

  get #shown(): Shown {
    const { status, error, customer } = this.view;
    if (error) return 'failed';
    return status === 'loading' ? 'loading' : accessOf(customer, plansOf(this.plan));
  }

  override render(): TemplateResult {
    const shown = this.#shown;
    const isNew = shown === 'granted' && (this.#was === 'upgrade' || this.#was === 'signed-out');
    this.#was = shown;
    // The content is the site's own, in its type and direction: it stands outside of what is ours.
    return html`<div ?hidden=${shown !== 'granted'} ?inert=${shown !== 'granted'}><slot></slot></div>
    <div class="root" part="root">
      ${shown === 'granted' ? nothing : this.#instead(shown)}
      <p class="quiet" role="status">${isNew ? this.text('granted') : nothing}</p>
    </div>`;
  }

  protected override firstUpdated(): void {
    this.hidden = false;
  }

  #instead(shown: Exclude<Shown, 'granted'>): TemplateResult {
    const { error } = this.view;
    if (error) return this.failed(error);
    if (shown === 'loading')
      return html`<slot name="loading"><div class="prompt">${this.bone()}</div></slot>`;
    return shown === 'signed-out'
      ? html`<slot name="signed-out">${this.#signedOut()}</slot>`
      : html`<slot name="upgrade">${this.#upgrade()}</slot>`;
  }

  #signedOut(): TemplateResult {
    return this.#prompt(
      this.text('signedOutTitle'),
      this.text('signedOut'),
      this.#button('sign-in', this.text('signIn'), openSignup),
    );
  }

  #upgrade(): TemplateResult {
    const { bootstrap } = this.view;
    const tier = cheapestOf(plansOf(this.plan), bootstrap?.tiers ?? []);
    if (!tier || !bootstrap?.sells)
      return this.#prompt(this.text('upgradeTitlePlain'), this.text('upgradeLead'), nothing);
    const { name, displayName, priceId } = tier;
    return this.#prompt(
      this.text('upgradeTitle', { tier: displayName }),
      this.text('upgradeLead'),
      this.#button('upgrade', this.text('upgrade', { tier: displayName }), async () => {
        if (!this.tell('dream-plan-select', { tier: name, priceId }, true)) return;
        const { upgradeTo } = await import('../internal/checkout.ts');
        await upgradeTo(this.page, { tier: name, successUrl: this.successUrl });
      }),
    );
  }

  #prompt(title: string, lead: string, button: unknown): TemplateResult {
    const { failure } = this;
    return html`<div class="prompt" part="prompt">
      <h2 part="title" aria-level=${this.headingLevel}>${title}</h2>
      <p class="muted">${lead}</p>
      ${button} ${notice(failure && this.say(failure))}
    </div>`;
  }

  #button(name: string, label: string, run: () => Promise<unknown>): TemplateResult {
    return html`<button
      type="button"
      part="button"
      class=${this.busy === name ? 'primary busy' : 'primary'}
      aria-disabled=${this.busy === null ? 'false' : 'true'}
      @click=${() => this.act(name, run)}
    >
      ${label}
    </button>`;
  }
}

if (!customElements.get('dream-gate')) customElements.define('dream-gate', DreamGate);

declare global {
  interface HTMLElementTagNameMap {
    'dream-gate': DreamGate;
  }
}
