import type { UsageStatus } from '@dream/contract';
import { html, nothing, svg, type TemplateResult } from 'lit';
import { baseStyles } from '../internal/base.styles.ts';
import { DreamElement } from '../internal/dream-element.ts';
import { notice } from '../internal/notice.ts';
import { openSignup } from '../internal/open-signup.ts';
import { levelOf, shareOf, upgradeFrom } from './level.ts';
import { english } from './usage-meter.strings.ts';
import { usageMeterStyles } from './usage-meter.styles.ts';

/**
 * How much of the plan the signed-in customer used, live.
 *
 * @tag dream-usage-meter
 * @attr {string} feature - The metered features shown, separated by spaces; the default one is `requests`.
 * @attr {string} label - What is counted, like `Poems`.
 * @attr {'bar'|'ring'} shape - A bar by default.
 * @attr {string} success-url - Where a customer comes back to after an upgrade; this page by default.
 * @attr {'light'|'dark'} theme - Instead of the page's `color-scheme`.
 * @fires {CustomEvent<{tier: string, priceId: string | null}>} dream-plan-select - Before an upgrade;
 *   `preventDefault()` leaves the rest to the page.
 * @fires {CustomEvent<{code: string, message: string}>} dream-error
 * @csspart meters - The box.
 * @csspart meter, label, bar, ring, button, error - Its parts.
 */
export class DreamUsageMeter extends DreamElement {
  static override styles = [baseStyles, usageMeterStyles];
  static override properties = {
    ...DreamElement.properties,
    feature: {},
    label: {},
    shape: { reflect: true },
    successUrl: { attribute: 'success-url' },
  };
  declare feature: string | undefined;
  declare label: string | undefined;
  declare shape: 'bar' | 'ring' | undefined;
  declare successUrl: string | undefined;
  protected readonly english = english;

  get #features(): string[] {
    return (this.feature ?? 'requests').split(/\s+/).filter(Boolean);
  }

  protected override joined(): void {
    super.joined();
    for (const feature of this.#features) if (feature !== 'requests') this.page.need(feature);
  }

  override render(): TemplateResult {
    return html`<div class="root" part="root">
      <div class="meters" part="meters">${this.#body()}</div>
    </div>`;
  }

  #body(): TemplateResult {
    const { status, error, customer, usage } = this.view;
    if (error) return this.failed(error);
    if (status === 'loading' && !customer) return this.bone();
    if (!customer) return this.#signedOut();
    const { failure } = this;
    return html`${this.#features.map((feature) => {
      const of = usage[feature];
      return of ? this.#meter(of) : this.bone();
    })}
    ${failure ? notice(this.say(failure)) : nothing}`;
  }

  #signedOut(): TemplateResult {
    return html`<div class="line out">
      <span class="muted">${this.text('signedOut')}</span>
      <button type="button" part="button" @click=${() => this.act('sign-in', openSignup)}>
        ${this.text('signIn')}
      </button>
    </div>`;
  }

  #meter(usage: UsageStatus): TemplateResult {
    const level = levelOf(usage);
    const words = this.#words(usage);
    const isRing = this.shape === 'ring' && level !== 'unlimited';
    return html`<div class=${`meter ${level} ${isRing ? 'ringed' : ''}`} part="meter">
      ${isRing ? this.#ring(usage, words) : nothing}
      <div class="line">
        <strong part="label">${this.#name(usage.feature)}</strong>
        <span class="figures">${words}</span>
      </div>
      ${isRing || level === 'unlimited' ? nothing : this.#bar(usage, words)}
      <div class="line low">
        <span class="words">
          <span class="state" role="status">${this.#state(level)}</span>
          <span class="muted">${this.text('resets', { date: this.#date(usage.resetsAtMs) })}</span>
        </span>
        ${level === 'near' || level === 'reached' ? this.#upgrade(usage) : nothing}
      </div>
    </div>`;
  }

  #state(level: string): string {
    return level === 'near' || level === 'reached' ? this.text(level) : '';
  }

  #name(feature: string): string {
    return this.#features.length > 1 ? feature : (this.label ?? this.text('label'));
  }

  #words({ usageCount, limit }: UsageStatus): string {
    const number = new Intl.NumberFormat(this.language);
    const used = number.format(usageCount);
    if (limit === 'unlimited') return this.text('usedUnlimited', { used });
    return limit === 0
      ? this.text('empty')
      : this.text('used', { used, limit: number.format(limit) });
  }

  #date(atMs: number): string {
    return new Intl.DateTimeFormat(this.language, {
      dateStyle: 'medium',
      timeZone: 'UTC',
    }).format(atMs);
  }

  #bar(usage: UsageStatus, words: string): TemplateResult {
    return html`<div
      class="bar"
      part="bar"
      role="meter"
      aria-label=${this.#name(usage.feature)}
      aria-valuemin="0"
      aria-valuemax=${usage.limit}
      aria-valuenow=${usage.usageCount}
      aria-valuetext=${words}
    >
      <i .style=${`--_share:${shareOf(usage)}`}></i>
    </div>`;
  }

  #ring(usage: UsageStatus, words: string): TemplateResult {
    return html`<svg
      class="ring"
      part="ring"
      viewBox="0 0 42 42"
      role="meter"
      aria-label=${this.#name(usage.feature)}
      aria-valuemin="0"
      aria-valuemax=${usage.limit}
      aria-valuenow=${usage.usageCount}
      aria-valuetext=${words}
    >
      ${svg`<circle cx="21" cy="21" r="16" pathLength="100"></circle>
      <circle cx="21" cy="21" r="16" pathLength="100" .style=${`--_share:${shareOf(usage)}`}></circle>`}
    </svg>`;
  }

  #upgrade(usage: UsageStatus): TemplateResult | typeof nothing {
    const { bootstrap } = this.view;
    const tier = bootstrap?.sells ? upgradeFrom(usage, bootstrap.tiers) : null;
    if (!tier || usage.feature !== 'requests') return nothing;
    const isBusy = this.busy === 'upgrade';
    return html`<button
      type="button"
      part="button"
      class=${isBusy ? 'primary busy' : 'primary'}
      aria-disabled=${this.busy === null ? 'false' : 'true'}
      @click=${() => this.#choose(tier.name, tier.priceId)}
    >
      ${this.text('upgrade', { tier: tier.displayName })}
    </button>`;
  }

  #choose(tier: string, priceId: string | null): void {
    if (this.busy !== null || !this.tell('dream-plan-select', { tier, priceId }, true)) return;
    const { successUrl } = this;
    void this.act('upgrade', async () => {
      const { upgradeTo } = await import('../internal/checkout.ts');
      return upgradeTo(this.page, { tier, successUrl });
    });
  }
}

if (!customElements.get('dream-usage-meter'))
  customElements.define('dream-usage-meter', DreamUsageMeter);

declare global {
  interface HTMLElementTagNameMap {
    'dream-usage-meter': DreamUsageMeter;
  }
}
