import type { PlanChangePreview, Subscription } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { type DreamError, toDreamError } from '../internal/api.ts';
import { baseStyles } from '../internal/base.styles.ts';
import { dialogStyles } from '../internal/dialog.styles.ts';
import { DreamElement } from '../internal/dream-element.ts';
import { money } from '../internal/money.ts';
import { notice } from '../internal/notice.ts';
import type { Offer } from './offer.ts';
import { english, errorTexts } from './plan-dialog.strings.ts';
import { planDialogStyles } from './plan-dialog.styles.ts';

/** What a subscriber asks for: a tier at one of its prices, or that the plan ends. */
export type Wanted = Offer & { isCancel?: boolean };

/** Errors that are mended where card and invoices are. */
const AT_THE_PORTAL = new Set(['payment_failed', 'payment_past_due']);

/**
 * Asks a subscriber once more before the plan is changed: what is to be paid now, exactly as Stripe's
 * preview of the invoice states it, what it costs from then on, and when it begins. Part of
 * `<dream-pricing>`, which loads it when it is first wanted.
 */
export class DreamPlanDialog extends DreamElement {
  static override styles = [baseStyles, dialogStyles, planDialogStyles];
  static override properties: PropertyDeclarations = {
    ...DreamElement.properties,
    wanted: { state: true },
    preview: { state: true },
    isStale: { state: true },
  };
  declare private wanted: Wanted | null;
  declare private preview: PlanChangePreview | null;
  /** The preview took the place of one that was too old. */
  declare private isStale: boolean;
  protected readonly english = english;
  #isChanged = false;
  #closed: (isChanged: boolean) => void = () => {};

  constructor() {
    super();
    this.wanted = null;
    this.preview = null;
    this.isStale = false;
  }

  /** Opens for a change; resolves, when it is closed, to whether the change was made. */
  async open(wanted: Wanted): Promise<boolean> {
    await this.updateComplete;
    this.wanted = wanted;
    this.preview = this.config?.planChange ?? null;
    this.failure = this.config ? this.view.error : null;
    this.isStale = false;
    this.#isChanged = false;
    await this.updateComplete;
    const closed = new Promise<boolean>((resolve) => (this.#closed = resolve));
    this.#dialog?.showModal();
    this.renderRoot.querySelector('h2')?.focus();
    if (!wanted.isCancel) void this.#look();
    return closed;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  /** The preview is part of what the page knows already, and of no network. */
  protected override joined(): void {}

  override render(): TemplateResult {
    const { wanted } = this;
    return html`<dialog
      aria-labelledby="title"
      @cancel=${(event: Event) => this.busy === 'confirm' && event.preventDefault()}
      @close=${() => this.#ended()}
    >
      <div class="root">
        <div class="card" part="dialog">
          <div class="top">
            <h2 id="title" tabindex="-1">${wanted ? this.#title(wanted) : nothing}</h2>
            <button
              type="button"
              class="close"
              aria-label=${this.text('close')}
              @click=${() => this.#close()}
            >
              ✕
            </button>
          </div>
          <div aria-live="polite">${wanted ? this.#content(wanted) : nothing}</div>
          ${this.#trouble()} ${wanted ? this.#actions(wanted) : nothing}
        </div>
      </div>
    </dialog>`;
  }

  #title({ tier, isCancel }: Wanted): string {
    const isSame = this.#subscription?.plan === tier.name;
    const name = isCancel ? 'titleCancel' : isSame ? 'titlePrice' : 'title';
    return this.text(name, { tier: tier.displayName });
  }

  get #subscription(): Subscription | null {
    return this.view.customer?.subscription ?? null;
  }

  /** The plan of now, as people call it. */
  get #plan(): string {
    const name = this.#subscription?.plan;
    const tier = this.view.bootstrap?.tiers.find((each) => each.name === name);
    return tier?.displayName ?? name ?? '';
  }

  #content(wanted: Wanted): TemplateResult {
    if (wanted.isCancel) return html`<p>${this.#cancelLead()}</p>`;
    const { preview } = this;
    if (!preview)
      return this.failure
        ? html``
        : html`<span class="bone" role="img" aria-label=${this.text('loading')}></span>`;
    return html`${this.isStale ? html`<p class="muted">${this.text('stale')}</p>` : nothing}
    ${preview.lines.length > 0 ? this.#bill(preview) : nothing}
    <p>${this.#consequence(wanted, preview)}</p>`;
  }

  #cancelLead(): string {
    const renewsAtMs = this.#subscription?.renewsAtMs;
    return renewsAtMs
      ? this.text('cancelLead', { plan: this.#plan, date: this.#date(renewsAtMs) })
      : this.text('cancelLeadNow');
  }

  /** The lines of the invoice; what they lack of what is due was paid by an earlier credit. */
  #bill({
    lines,
    taxMinor,
    taxBehavior,
    dueNowMinor,
    creditMinor,
    currency,
  }: PlanChangePreview): TemplateResult {
    const sum = lines.reduce((total, { amountMinor }) => total + amountMinor, 0);
    const isTaxWithin = taxBehavior === 'inclusive';
    const balance = dueNowMinor - creditMinor - sum - (isTaxWithin ? 0 : taxMinor);
    const row = (name: string, amountMinor: number, className: string | typeof nothing = nothing) =>
      html`<div class=${className}>
        <dt>${name}</dt>
        <dd>${this.#money(amountMinor, currency)}</dd>
      </div>`;
    return html`<dl class="lines" part="lines">
        ${lines.map(({ description, amountMinor }) => row(description, amountMinor))}
        ${taxMinor > 0 && !isTaxWithin ? row(this.text('tax'), taxMinor) : nothing}
        ${balance < 0 ? row(this.text('balance'), balance) : nothing}
        ${row(this.text('due'), dueNowMinor, 'total')}
      </dl>
      ${this.#amount('taxWithin', isTaxWithin ? taxMinor : 0, currency)}
      ${this.#amount('credit', creditMinor, currency)}`;
  }

  #amount(name: string, amountMinor: number, currency: string): TemplateResult | typeof nothing {
    if (amountMinor <= 0) return nothing;
    const amount = this.#money(amountMinor, currency);
    return html`<p class="muted">${this.text(name, { amount })}</p>`;
  }

  /** When the change begins, and what it costs from then on. */
  #consequence({ tier, price }: Wanted, preview: PlanChangePreview): string {
    const { kind, nextMinor, currency, startsAtMs, lines } = preview;
    const values = { tier: tier.displayName, plan: this.#plan, date: this.#date(startsAtMs) };
    if (nextMinor === 0) return this.text('laterFree', values);
    const per = this.text(price?.interval === 'year' ? 'perYear' : 'perMonth');
    const then = { ...values, price: `${this.#money(nextMinor, currency)} ${per}` };
    if (kind === 'downgrade') return this.text('later', then);
    const { renewsAtMs, price: paid } = this.#subscription ?? {};
    // Another interval begins a period of its own, of which the invoice knows the end, not we.
    if (!renewsAtMs || (lines.length > 0 && paid?.interval !== price?.interval))
      return this.text('atOnce', then);
    const date = this.#date(renewsAtMs);
    return this.text(lines.length > 0 ? 'atOnceNext' : 'inTrial', { ...then, date });
  }

  #trouble(): TemplateResult {
    const { failure } = this;
    if (!failure) return notice(null);
    const words = this.say(reasoned(failure), errorTexts);
    if (failure.code === 'payment_action_required')
      return notice(words, {
        label: this.text('confirmAtBank'),
        run: () => this.#askBank(failure),
      });
    if (AT_THE_PORTAL.has(failure.code))
      return notice(words, {
        label: this.text('portal'),
        run: () => void this.act('portal', () => this.#openPortal()),
      });
    const isLost = !this.preview && !this.wanted?.isCancel;
    return notice(
      words,
      isLost ? { label: this.text('retry'), run: () => void this.#look() } : undefined,
    );
  }

  #actions({ isCancel }: Wanted): TemplateResult {
    const { preview } = this;
    const isBusy = this.busy === 'confirm';
    const canConfirm = isCancel || preview;
    return html`<div class="actions">
      ${
        canConfirm
          ? html`<button
            type="button"
            part="button"
            class="${isCancel ? 'danger' : 'primary'} ${isBusy ? 'busy' : ''}"
            aria-disabled=${this.busy === null ? 'false' : 'true'}
            @click=${() => void this.act('confirm', () => this.#confirm())}
          >
            ${isCancel ? this.text('cancel') : preview && this.#verb(preview)}
          </button>`
          : nothing
      }
      <button type="button" part="button" @click=${() => this.#close()}>
        ${isCancel ? this.text('keep', { plan: this.#plan }) : this.text('notNow')}
      </button>
    </div>`;
  }

  #verb({ kind, dueNowMinor, currency }: PlanChangePreview): string {
    if (kind === 'downgrade') return this.text('confirm');
    return dueNowMinor > 0
      ? this.text('pay', { amount: this.#money(dueNowMinor, currency) })
      : this.text('switch');
  }

  /** Asks for the preview; one that comes when something else is wanted by then is dropped. */
  async #look(): Promise<void> {
    const { wanted } = this;
    if (this.config) return;
    this.failure = null;
    try {
      const preview = await this.#post<PlanChangePreview>('preview', this.#asked);
      if (this.wanted !== wanted) return;
      this.preview = preview;
      // The subscription is over by now: the table says what can be bought.
      if (preview.kind === 'checkout') await this.#done(() => this.page.renew());
    } catch (error) {
      if (this.wanted === wanted) this.failure = toDreamError(error);
    }
  }

  get #asked(): { tier?: string | undefined; priceId?: string | undefined } {
    return { tier: this.wanted?.tier.name, priceId: this.wanted?.price?.priceId };
  }

  async #confirm(): Promise<void> {
    const { wanted, preview } = this;
    const prorationAtMs = preview?.prorationAtMs ?? undefined;
    try {
      const { subscription } = wanted?.isCancel
        ? await this.#post<Changed>('cancel', {})
        : await this.#post<Changed>('change', { ...this.#asked, prorationAtMs });
      await this.#done(() => this.#know(subscription));
    } catch (error) {
      const { code } = toDreamError(error);
      // Changed before, and only the answer was lost.
      if (code === 'already_subscribed') return this.#done(() => this.page.renew());
      if (code !== 'preview_expired') throw error;
      this.preview = null;
      this.isStale = true;
      await this.#look();
    }
  }

  /** Another plan is in the session's tokens as well; what is to come is only shown. */
  async #know(subscription: Subscription): Promise<void> {
    const { customer } = this.view;
    if (!customer || subscription.plan !== customer.plan) return this.page.renew();
    this.page.customer = { ...customer, subscription };
  }

  /** Nothing more is to be asked, whatever becomes of showing it. */
  async #done(show: () => Promise<void>): Promise<void> {
    this.#isChanged = true;
    await show().catch((error: unknown) => this.page.fail(error));
    this.#dialog?.close();
  }

  /** Opens the page where the bank asks; whoever comes back from there goes on by itself. */
  #askBank({ details }: DreamError): void {
    if (this.config) return;
    window.open(String(details.url), '_blank', 'noopener');
    window.addEventListener('focus', this.#goOn, { once: true });
  }

  #goOn = (): void => {
    if (this.#dialog?.open) void this.act('confirm', () => this.#confirm());
  };

  async #openPortal(): Promise<void> {
    const { openPortal } = await import('../internal/checkout.ts');
    return openPortal(this.page);
  }

  #ended(): void {
    window.removeEventListener('focus', this.#goOn);
    this.#closed(this.#isChanged);
  }

  #close(): void {
    if (this.busy !== 'confirm') this.#dialog?.close();
  }

  #post<T>(verb: string, body: object): Promise<T> {
    return this.page.authed((token) => this.page.api.post<T>(`subscription/${verb}`, body, token));
  }

  #money(amountMinor: number, currency: string): string {
    return money(amountMinor, currency, this.language);
  }

  #date(atMs: number): string {
    return new Intl.DateTimeFormat(this.language, { dateStyle: 'long' }).format(atMs);
  }
}

type Changed = { subscription: Subscription };

/** The error by the bank's own reason, where there is one that we have words for. */
function reasoned(failure: DreamError): Pick<DreamError, 'code' | 'message'> {
  const reason = String(failure.details.reason);
  return failure.code === 'payment_failed' && reason in errorTexts
    ? { code: reason, message: failure.message }
    : failure;
}

if (!customElements.get('dream-plan-dialog'))
  customElements.define('dream-plan-dialog', DreamPlanDialog);

declare global {
  interface HTMLElementTagNameMap {
    'dream-plan-dialog': DreamPlanDialog;
  }
}
