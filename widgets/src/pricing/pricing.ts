import type { Interval, PublicTier, Subscription } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { baseStyles } from '../internal/base.styles.ts';
import { chosenCurrency, currencyToShow } from '../internal/currency.ts';
import { DreamElement } from '../internal/dream-element.ts';
import { money } from '../internal/money.ts';
import { notice } from '../internal/notice.ts';
import { type Note, noteOf } from './note.ts';
import {
  currenciesOf,
  hasTrial,
  intervalsOf,
  type Offer,
  offerOf,
  type PlanAction,
  planAction,
  yearlySaving,
} from './offer.ts';
import { english } from './pricing.strings.ts';
import { pricingStyles } from './pricing.styles.ts';
import { type Picked, switches } from './switches.ts';

/**
 * The plans of the project, with a button that does the right thing for who looks at it: sign up,
 * buy, switch, manage, resume.
 *
 * @tag dream-pricing
 * @attr {'month'|'year'} interval - The interval shown first; a subscriber's own goes before it.
 * @attr {string} currency - The currency shown first, like `eur`; by the visitor's region otherwise.
 * @attr {string} success-url - Where a customer comes back to after paying; this page by default.
 * @attr {string} cancel-url - Where a customer comes back to without paying; this page by default.
 * @attr {'redirect'|'embedded'} checkout - Where one pays: on Stripe's page, or in a dialog here.
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
 * @csspart dialog, lines - The question before a plan is changed, and the lines of its bill.
 */
export class DreamPricing extends DreamElement {
  static override styles = [baseStyles, pricingStyles];
  static override properties: PropertyDeclarations = {
    ...DreamElement.properties,
    interval: {},
    currency: {},
    successUrl: { attribute: 'success-url' },
    cancelUrl: { attribute: 'cancel-url' },
    checkout: {},
    picked: { state: true },
    said: { state: true },
  };
  declare interval: Interval | undefined;
  declare currency: string | undefined;
  declare successUrl: string | undefined;
  declare cancelUrl: string | undefined;
  declare checkout: 'redirect' | 'embedded' | undefined;
  /** What the visitor chose here. */
  declare private picked: Picked;
  /** What the status line says. */
  declare private said: string;
  protected readonly english = english;

  constructor() {
    super();
    this.picked = {};
    this.said = '';
  }

  get #tiers(): readonly PublicTier[] {
    return this.view.bootstrap?.tiers ?? [];
  }

  get #subscription(): Subscription | null {
    return this.view.customer?.subscription ?? null;
  }

  get #shownCurrency(): string | undefined {
    return currencyToShow(
      currenciesOf(this.#tiers),
      this.currency,
      this.#subscription?.price?.currency,
      this.picked.currency,
    );
  }

  get #shownInterval(): Interval | undefined {
    const all = intervalsOf(this.#tiers);
    const wanted = [this.picked.interval, this.#subscription?.price?.interval, this.interval];
    return wanted.find((each) => each && all.includes(each)) ?? all[0];
  }

  override render(): TemplateResult {
    const { error, bootstrap } = this.view;
    // What is there already stays in sight while it is loaded anew.
    const body = error ? this.failed(error) : bootstrap ? this.#table() : this.#skeleton();
    return html`<div class="root" part="root">
      <slot name="header"></slot>
      ${body}
      <slot name="footer"></slot>
      <p class="quiet" role="status">${this.said}</p>
      <dream-plan-dialog
        class="quiet"
        .config=${this.config}
        .texts=${this.texts}
        exportparts="dialog, lines, button, error"
      ></dream-plan-dialog>
    </div>`;
  }

  #skeleton(): TemplateResult {
    return html`<div class="tiers" role="status" aria-label=${this.text('loading')}>
      ${Array(2).fill(
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
      ${notice(failure && this.say(failure))}
      <ul class="tiers" part="tiers" aria-label=${this.text('label')}>
        ${tiers.map((tier) => this.#tier(offerOf(tier, this.#shownInterval, this.#shownCurrency)))}
      </ul>`;
  }

  #switches(): TemplateResult | typeof nothing {
    const tiers = this.#tiers;
    return switches({
      text: (name, values) => this.text(name, values),
      intervals: intervalsOf(tiers),
      interval: this.#shownInterval,
      // A subscription stays in its currency.
      currencies: this.#subscription?.price ? [] : currenciesOf(tiers),
      currency: this.#shownCurrency,
      percent: yearlySaving(tiers, this.#shownCurrency),
      pick: (picked) => {
        this.picked = { ...this.picked, ...picked };
        chosenCurrency(picked.currency);
      },
    });
  }

  #tier(offer: Offer): TemplateResult {
    const { tier, price } = offer;
    const { customer } = this.view;
    const isCurrent = customer?.plan === tier.name;
    const action = this.#action(offer);
    return html`<li
      class=${tier.popular ? 'tier popular' : 'tier'}
      part="tier ${tier.popular ? 'tier-popular' : ''} ${isCurrent ? 'tier-current' : ''}"
    >
      <div class="head">
        <h3 part="name" tabindex="-1" aria-level=${this.headingLevel} data-of=${tier.name}>
          <bdi>${tier.displayName}</bdi>
        </h3>
        ${
          isCurrent
            ? html`<span class="badge plain" part="badge">${this.text('current')}</span>`
            : tier.popular
              ? html`<span class="badge" part="badge">${this.text('popular')}</span>`
              : nothing
        }
      </div>
      <p class="muted"><bdi>${tier.description}</bdi></p>
      <p class="price" part="price">
        <strong>${price ? this.#money(price) : this.text('free')}</strong>
        ${price ? html`<span class="muted">${this.#per(price.interval)}</span>` : nothing}
      </p>
      ${this.#note(noteOf(offer, customer, this.#tiers, this.#written))}
      ${this.#button(offer, action)}
      <ul class="features" part="features">
        ${[...tier.features, ...this.#overage(offer)].map(
          (line) => html`<li><bdi>${line}</bdi></li>`,
        )}
      </ul>
      <p class="links">${this.#links(offer, action)}</p>
    </li>`;
  }

  #action(offer: Offer): PlanAction {
    const { customer, bootstrap } = this.view;
    return planAction(offer, customer, bootstrap?.sells ?? false);
  }

  #hasTrial(offer: Offer): boolean {
    return hasTrial(offer, this.view.customer);
  }

  #money({ price, currency }: { price: number; currency: string }): string {
    return money(price, currency, this.language);
  }

  #per(interval: string): string {
    return this.text(interval === 'year' ? 'perYear' : 'perMonth');
  }

  /** How notes write dates and prices. */
  readonly #written = {
    date: (atMs: number) =>
      new Intl.DateTimeFormat(this.language, { dateStyle: 'medium' }).format(atMs),
    price: ({ priceMinor, ...price }: { priceMinor: number; currency: string; interval: string }) =>
      `${this.#money({ ...price, price: priceMinor })} ${this.#per(price.interval)}`,
  };

  #note(note: Note | null): TemplateResult {
    return html`<p class=${note?.isWarning ? 'note warning' : 'note muted'}>
      ${note && this.text(note.name, note.values)}
    </p>`;
  }

  /** What is charged above the limit, in the currency shown. */
  #overage({ tier, price }: Offer): string[] {
    return tier.overage
      .filter(({ currency }) => currency === price?.currency)
      .map(({ feature, perUnits, ...each }) =>
        this.text(perUnits === 1 ? 'overageOne' : 'overage', {
          feature,
          price: this.#money(each),
          units: new Intl.NumberFormat(this.language).format(perUnits),
        }),
      );
  }

  #button(offer: Offer, action: PlanAction): TemplateResult {
    const { tier } = offer;
    if (action === 'none' || action === 'current') return html`<span></span>`;
    const isPrimary = /resume|pay/.test(action) || (tier.popular && action !== 'manage');
    return html`<button
      type="button"
      part="button"
      class="${isPrimary ? 'primary' : ''} ${this.busy === tier.name ? 'busy' : ''}"
      aria-disabled=${this.busy === null ? 'false' : 'true'}
      data-tier=${tier.name}
      @click=${() => this.#select(offer, action)}
    >
      ${this.#label(offer, action)}
    </button>`;
  }

  #label(offer: Offer, action: PlanAction): string {
    const { tier, price } = offer;
    const isOwn = this.#subscription?.plan === tier.name;
    const names: Record<string, string> = {
      'sign-up': 'signUp',
      choose: this.#hasTrial(offer) ? 'trialStart' : 'choose',
      change: !isOwn ? 'change' : price?.interval === 'year' ? 'changeYear' : 'changeMonth',
    };
    return this.text(names[action] ?? action, { tier: tier.displayName });
  }

  /** What else can be done with the plan one pays for. */
  #links(offer: Offer, action: PlanAction): TemplateResult | typeof nothing {
    const subscription = this.#subscription;
    if (subscription?.plan !== offer.tier.name) return nothing;
    const link = (name: 'manage' | 'cancel') =>
      html`<button
        type="button"
        part="link"
        class="link"
        @click=${() => this.act(name, () => this.#follow(offer, name))}
      >
        ${this.text(name)}
      </button>`;
    return html`${action === 'manage' || action === 'pay' ? nothing : link('manage')}
    ${subscription.endsAtMs === null ? link('cancel') : nothing}`;
  }

  #select(offer: Offer, action: PlanAction): void {
    if (this.busy !== null) return;
    const { name } = offer.tier;
    const detail = { tier: name, priceId: offer.price?.priceId ?? null };
    if (!this.tell('dream-plan-select', detail, true)) return;
    void this.act(action === 'change' ? action : name, () => this.#follow(offer, action));
  }

  /** What a click sets off is code of its own, which most who look at prices never need. */
  async #follow(offer: Offer, action: PlanAction | 'cancel'): Promise<void> {
    const { follow } = await import('./follow.ts');
    const { page, successUrl, cancelUrl } = this;
    const plan = await follow({
      offer,
      action,
      page,
      successUrl,
      cancelUrl,
      isEmbedded: this.checkout === 'embedded',
      now: () => ({ action: this.#action(offer), hasTrial: this.#hasTrial(offer) }),
      trialUsed: this.text('trialUsed'),
      ask: async (wanted) => {
        await import('./plan-dialog.ts');
        return this.renderRoot.querySelector('dream-plan-dialog')?.open(wanted);
      },
    });
    if (plan) await this.#tellOf(plan);
  }

  /** Says how things stand with a plan now, and leads there: the button pressed may be gone. */
  async #tellOf(plan: string): Promise<void> {
    await this.updateComplete;
    const name = this.renderRoot.querySelector<HTMLElement>(`[data-of="${CSS.escape(plan)}"]`);
    name?.focus();
    this.said = name?.closest('li')?.querySelector('.note')?.textContent ?? '';
  }
}

if (!customElements.get('dream-pricing')) customElements.define('dream-pricing', DreamPricing);

declare global {
  interface HTMLElementTagNameMap {
    'dream-pricing': DreamPricing;
  }
}
