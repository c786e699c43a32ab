import type { Interval, PublicTier } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { baseStyles } from '../internal/base.styles.ts';
import { checkOut, openPortal } from '../internal/checkout.ts';
import { DreamElement } from '../internal/dream-element.ts';
import { money } from '../internal/money.ts';
import { notice, sayError } from '../internal/notice.ts';
import { openSignup } from '../internal/open-signup.ts';
import {
  currenciesOf,
  intervalsOf,
  type Offer,
  offerOf,
  type PlanAction,
  planAction,
  yearlySaving,
} from './offer.ts';
import { english } from './pricing.strings.ts';
import { pricingStyles } from './pricing.styles.ts';

/**
 * The plans of the project, with a button that does the right thing for who looks at it: sign up,
 * buy, switch, manage, resume.
 *
 * @tag dream-pricing
 * @attr {'month'|'year'} interval - The interval shown first.
 * @attr {string} currency - The currency shown first, like `eur`.
 * @attr {string} success-url - Where a customer comes back to after paying; this page by default.
 * @attr {string} cancel-url - Where a customer comes back to without paying; this page by default.
 * @attr {'light'|'dark'} theme - Instead of the page's `color-scheme`.
 * @fires {CustomEvent<{tier: string, priceId: string | null}>} dream-plan-select - Before anything
 *   happens; `preventDefault()` leaves the rest to the page.
 * @fires {CustomEvent<{code: string, message: string}>} dream-error
 * @slot header - Above the plans.
 * @slot footer - Below the plans.
 * @slot empty - Instead of the plans when there are none.
 * @csspart tiers - The grid of plans.
 * @csspart tier - One plan; `tier-popular` and `tier-current` mark those two.
 * @csspart name, price, button, features, badge, error - The parts of a plan.
 */
export class DreamPricing extends DreamElement {
  static override styles = [baseStyles, pricingStyles];
  static override properties = {
    ...DreamElement.properties,
    interval: {},
    currency: {},
    successUrl: { attribute: 'success-url' },
    cancelUrl: { attribute: 'cancel-url' },
    confirming: { state: true },
  };
  declare interval: Interval | undefined;
  declare currency: string | undefined;
  declare successUrl: string | undefined;
  declare cancelUrl: string | undefined;
  /** The tier whose change waits for a yes. */
  declare private confirming: string | null;
  protected readonly english = english;

  get #tiers(): readonly PublicTier[] {
    return this.view.bootstrap?.tiers ?? [];
  }

  get #shownCurrency(): string | undefined {
    const all = currenciesOf(this.#tiers);
    const wanted = this.currency?.toLowerCase();
    return wanted && all.includes(wanted) ? wanted : all[0];
  }

  get #shownInterval(): Interval | undefined {
    const all = intervalsOf(this.#tiers);
    return this.interval && all.includes(this.interval) ? this.interval : all[0];
  }

  override render(): TemplateResult {
    const { status, error, bootstrap } = this.view;
    // What is there already stays in sight while it is loaded anew.
    const body =
      bootstrap && status !== 'failed'
        ? this.#table()
        : status === 'failed'
          ? notice(error ? sayError(error, (name) => this.text(name)) : this.text('errorOther'), {
              label: this.text('retry'),
              run: () => this.retry(),
            })
          : this.#skeleton();
    return html`<div class="root" part="root">
      <slot name="header"></slot>
      ${body}
      <slot name="footer"></slot>
    </div>`;
  }

  #skeleton(): TemplateResult {
    return html`<div class="tiers" role="status" aria-label=${this.text('loading')}>
      ${[0, 1].map(
        () =>
          html`<div class="tier" aria-hidden="true">
            <span class="bone name"></span>
            <span class="bone amount"></span>
            <span class="bone action"></span>
            <span class="bone lines"></span>
          </div>`,
      )}
    </div>`;
  }

  #table(): TemplateResult {
    const tiers = this.#tiers;
    if (tiers.length === 0)
      return html`<slot name="empty"><p class="muted">${this.text('empty')}</p></slot>`;
    const failure = this.failure;
    return html`${this.#switches()}
      ${notice(failure ? sayError(failure, (name) => this.text(name)) : null)}
      <ul class="tiers" part="tiers" aria-label=${this.text('label')}>
        ${tiers.map((tier) => this.#tier(offerOf(tier, this.#shownInterval, this.#shownCurrency)))}
      </ul>`;
  }

  #switches(): TemplateResult | typeof nothing {
    const intervals = intervalsOf(this.#tiers);
    const currencies = currenciesOf(this.#tiers);
    if (intervals.length < 2 && currencies.length < 2) return nothing;
    return html`<div class="switches">
      ${
        intervals.length < 2
          ? nothing
          : html`<div class="segments" role="radiogroup" aria-label=${this.text('interval')}>
            ${intervals.map((interval) => this.#segment(interval))}
          </div>`
      }
      ${
        currencies.length < 2
          ? nothing
          : html`<div class="currency">
            <select
              aria-label=${this.text('currency')}
              @change=${(event: Event) => {
                this.currency = (event.target as HTMLSelectElement).value;
              }}
            >
              ${currencies.map(
                (currency) =>
                  html`<option value=${currency} ?selected=${currency === this.#shownCurrency}>
                    ${currency.toUpperCase()}
                  </option>`,
              )}
            </select>
          </div>`
      }
    </div>`;
  }

  #segment(interval: Interval): TemplateResult {
    const percent = interval === 'year' ? yearlySaving(this.#tiers, this.#shownCurrency) : 0;
    return html`<label>
      <input
        type="radio"
        name="interval"
        .checked=${interval === this.#shownInterval}
        @change=${() => {
          this.interval = interval;
        }}
      />
      ${this.text(interval)}
      ${percent > 0 ? html`<span class="muted">${this.text('save', { percent })}</span>` : nothing}
    </label>`;
  }

  #tier(offer: Offer): TemplateResult {
    const { tier, price } = offer;
    const { customer, bootstrap } = this.view;
    const isCurrent = customer?.plan === tier.name;
    const parts = ['tier', tier.popular && 'tier-popular', isCurrent && 'tier-current'];
    return html`<li
      class=${tier.popular ? 'tier popular' : 'tier'}
      part=${parts.filter(Boolean).join(' ')}
    >
      <div class="head">
        <h3 part="name">${tier.displayName}</h3>
        ${
          isCurrent
            ? html`<span class="badge plain" part="badge">${this.text('current')}</span>`
            : tier.popular
              ? html`<span class="badge" part="badge">${this.text('popular')}</span>`
              : nothing
        }
      </div>
      ${tier.description ? html`<p class="muted">${tier.description}</p>` : nothing}
      <p class="price" part="price">
        <strong>${price ? this.#money(price) : this.text('free')}</strong>
        ${
          price
            ? html`<span class="muted"
              >${this.text(price.interval === 'year' ? 'perYear' : 'perMonth')}</span
            >`
            : nothing
        }
      </p>
      <p class="muted note">${this.#note(offer)}</p>
      ${this.#button(offer, planAction(offer, customer, bootstrap?.sells ?? false))}
      <ul class="features" part="features">
        ${tier.features.map((line) => html`<li><span>${line}</span></li>`)}
      </ul>
    </li>`;
  }

  #money({ price, currency }: { price: number; currency: string }): string {
    return money(price, currency, this.language);
  }

  #note({ tier, price }: Offer): string | typeof nothing {
    const subscription = this.view.customer?.subscription;
    if (subscription && subscription.plan === tier.name) {
      if (subscription.status === 'past_due') return this.text('pastDue');
      if (subscription.endsAtMs !== null)
        return this.text('ends', { date: this.#date(subscription.endsAtMs) });
      if (subscription.renewsAtMs !== null)
        return this.text('renews', { date: this.#date(subscription.renewsAtMs) });
    }
    if (tier.trialDays === 0 || !price || subscription) return nothing;
    const amount = `${this.#money(price)} ${this.text(price.interval === 'year' ? 'perYear' : 'perMonth')}`;
    return this.text('trial', { days: tier.trialDays, price: amount });
  }

  #date(atMs: number): string {
    return new Intl.DateTimeFormat(this.language, { dateStyle: 'medium' }).format(atMs);
  }

  #button(offer: Offer, action: PlanAction): TemplateResult {
    const { tier } = offer;
    // The lines below stay level with those of the other plans.
    if (action === 'none' || action === 'current') return html`<span class="level"></span>`;
    if (this.confirming === tier.name) return this.#confirmation(offer);
    const label = this.#label(offer, action);
    const isBusy = this.busy === tier.name;
    const isPrimary = action === 'resume' || (tier.popular && action !== 'manage');
    return html`<button
      type="button"
      part="button"
      class=${`${isPrimary ? 'primary' : ''} ${isBusy ? 'busy' : ''}`}
      aria-disabled=${this.busy === null ? 'false' : 'true'}
      data-tier=${tier.name}
      @click=${() => this.#select(offer, action)}
    >
      ${label}
    </button>`;
  }

  #label({ tier, price }: Offer, action: PlanAction): string {
    const names: Record<PlanAction, string> = {
      'sign-up': 'signUp',
      choose: tier.trialDays > 0 && price ? 'trialStart' : 'choose',
      change: 'change',
      manage: 'manage',
      downgrade: 'downgrade',
      resume: 'resume',
      current: 'current',
      none: 'current',
    };
    return this.text(names[action], { tier: tier.displayName });
  }

  #confirmation(offer: Offer): TemplateResult {
    return html`<div class="confirm" role="group" aria-label=${this.text('change', { tier: offer.tier.displayName })}>
      <p>${this.text('changeConfirm')}</p>
      <div class="pair">
        <button type="button" class="primary" @click=${() => this.#buy(offer)}>
          ${this.text('changeYes')}
        </button>
        <button
          type="button"
          @click=${() => {
            this.confirming = null;
          }}
        >
          ${this.text('cancel')}
        </button>
      </div>
    </div>`;
  }

  #select(offer: Offer, action: PlanAction): void {
    if (this.busy !== null) return;
    const detail = { tier: offer.tier.name, priceId: offer.price?.priceId ?? null };
    if (!this.tell('dream-plan-select', detail, true)) return;
    if (action === 'change') {
      this.confirming = offer.tier.name;
      return;
    }
    void this.act(offer.tier.name, () => this.#follow(offer, action));
  }

  async #follow(offer: Offer, action: PlanAction): Promise<void> {
    if (action === 'sign-up' || (action === 'choose' && !this.view.customer)) {
      if (!(await openSignup()) || action === 'sign-up') return;
      // Who signed in may have this plan already, or another one.
      const now = planAction(offer, this.view.customer, this.view.bootstrap?.sells ?? false);
      if (now === 'change') this.confirming = offer.tier.name;
      if (now !== 'choose') return;
    }
    if (action !== 'choose') return openPortal(this.page);
    const { successUrl, cancelUrl } = this;
    const tier = offer.tier.name;
    return checkOut(this.page, { tier, priceId: offer.price?.priceId, successUrl, cancelUrl });
  }

  #buy(offer: Offer): void {
    this.confirming = null;
    const { successUrl, cancelUrl } = this;
    const { name: tier } = offer.tier;
    void this.act(tier, () =>
      checkOut(this.page, { tier, priceId: offer.price?.priceId, successUrl, cancelUrl }),
    );
  }
}

if (!customElements.get('dream-pricing')) customElements.define('dream-pricing', DreamPricing);

declare global {
  interface HTMLElementTagNameMap {
    'dream-pricing': DreamPricing;
  }
}
