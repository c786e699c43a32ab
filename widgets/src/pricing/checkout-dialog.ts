import type { CheckoutPlace } from '@dream/contract';
import { loadStripe } from '@stripe/stripe-js/pure';
import { css, html, type TemplateResult } from 'lit';
import { baseStyles } from '../internal/base.styles.ts';
import { dialogStyles } from '../internal/dialog.styles.ts';
import { DreamElement } from '../internal/dream-element.ts';
import { english } from './checkout-dialog.strings.ts';

/** What Stripe.js needs for a checkout inside the page. */
type Embedded = NonNullable<CheckoutPlace['embedded']>;
type StripeJs = NonNullable<Awaited<ReturnType<typeof loadStripe>>>;

const STRIPE_JS = 'https://js.stripe.com/endive/stripe.js';

const styles = css`
  dialog {
    inline-size: min(62rem, calc(100vi - 2rem));
    background: #fff;
    color: #1a1c23;
    color-scheme: light;
  }
  .card {
    background: none;
  }
  .place {
    min-block-size: 20rem;
    /* What Stripe shows has margins of its own. */
    margin: 0 -1.5em -1.5em;
  }
`;

/**
 * Stripe's own page for paying, in a dialog over the site's. What Stripe shows stands in the site's own
 * tree, as a child in a slot. Its page is light whatever the site is, and so is the dialog.
 */
export class DreamCheckoutDialog extends DreamElement {
  static override styles = [baseStyles, dialogStyles, styles];
  protected readonly english = english;

  protected override joined(): void {}

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new Event('close'))}>
      <div class="root">
        <div class="card" part="dialog">
          <div class="top">
            <h2 id="title" tabindex="-1">${this.text('title')}</h2>
            <button
              type="button"
              class="close"
              aria-label=${this.text('close')}
              @click=${() => this.close()}
            >
              ✕
            </button>
          </div>
          <div class="place"><slot></slot></div>
        </div>
      </div>
    </dialog>`;
  }

  /** Opens the dialog, in which `place` is to be. */
  async open(place: HTMLElement): Promise<void> {
    this.append(place);
    await this.updateComplete;
    this.renderRoot.querySelector('dialog')?.showModal();
    this.renderRoot.querySelector('h2')?.focus();
  }

  close(): void {
    this.renderRoot.querySelector('dialog')?.close();
  }
}

if (!customElements.get('dream-checkout-dialog'))
  customElements.define('dream-checkout-dialog', DreamCheckoutDialog);

/**
 * Has a customer pay inside the page. Resolves, when the dialog is closed, to whether it was paid; to
 * null where Stripe.js cannot run, as a page's content security policy may have it.
 */
export async function payInPage(embedded: Embedded): Promise<boolean | null> {
  const stripe = await stripeJs(embedded);
  if (!stripe) return null;
  const dialog = document.createElement('dream-checkout-dialog');
  const place = document.createElement('div');
  let isPaid = false;
  const page = await stripe.createEmbeddedCheckoutPage({
    clientSecret: embedded.clientSecret,
    onComplete: () => {
      isPaid = true;
      dialog.close();
    },
  });
  const closed = new Promise((resolve) => dialog.addEventListener('close', resolve));
  document.body.append(dialog);
  try {
    await dialog.open(place);
    page.mount(place);
    await closed;
    return isPaid;
  } finally {
    page.destroy();
    dialog.remove();
  }
}

/** Stripe.js, from Stripe's own server; one the page loaded before is used as it is. */
async function stripeJs(embedded: Embedded): Promise<StripeJs | null> {
  const { stripePublishableKey, stripeAccountId } = embedded;
  try {
    allowScript();
    return await loadStripe(
      stripePublishableKey,
      stripeAccountId === null ? {} : { stripeAccount: stripeAccountId },
    );
  } catch {
    return null;
  }
}

/** Where a page has Trusted Types, it allows the policy `dream-stripe`: Stripe's loader has none. */
function allowScript(): void {
  if (!window.trustedTypes || window.Stripe || document.querySelector(`script[src="${STRIPE_JS}"]`))
    return;
  const rules = { createScriptURL: () => STRIPE_JS };
  const script = document.createElement('script');
  script.src = window.trustedTypes.createPolicy('dream-stripe', rules).createScriptURL(STRIPE_JS);
  document.head.append(script);
}

declare global {
  interface HTMLElementTagNameMap {
    'dream-checkout-dialog': DreamCheckoutDialog;
  }
}
