import type { Credits, CustomerDetail } from '@dream/contract';
import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { type ApiError, toApiError } from '../../api.ts';
import type { Context } from '../../context.ts';
import { type GivingDraft, givingIn, givingWords, NO_GIVING } from '../../credit-words.ts';
import { nameOf } from '../../customers.ts';
import { customersApi } from '../../customers-api.ts';
import { Intention } from '../../intention.ts';
import { paths } from '../../paths.ts';
import { confirm } from '../../ui/confirm.ts';
import { count } from '../../ui/format.ts';
import { skeleton, troubleNotice } from '../../ui/notice.ts';
import { toast } from '../../ui/toast.ts';
import { balanceWords, creditsTables, givingForm } from './credits-parts.ts';

/** How many lines of the ledger are there at first, and how many come with each click. */
const FEW = 10;
const MORE = 50;

/**
 * A customer's credits: the balance and what it is made of, the ledger, and a way to give some. It
 * loads by itself, so that a page without credits asks for nothing, and tells by `given` of what it did.
 */
class CustomerCredits extends LitElement {
  static override properties: PropertyDeclarations = {
    context: { attribute: false },
    detail: { attribute: false },
    credits: { state: true },
    failure: { state: true },
    draft: { state: true },
    tried: { state: true },
    busy: { state: true },
  };
  declare context: Context;
  declare detail: CustomerDetail;
  declare private credits: Credits | null;
  declare private failure: ApiError | null;
  /** What is typed; null while nothing is to be given. */
  declare private draft: GivingDraft | null;
  declare private tried: boolean;
  declare private busy: 'more' | 'give' | null;
  readonly #intention = new Intention();
  #seen: string | null = null;

  constructor() {
    super();
    this.credits = null;
    this.failure = null;
    this.draft = null;
    this.tried = false;
    this.busy = null;
  }

  override createRenderRoot(): this {
    return this;
  }

  /** What was used or given elsewhere shows in the usage, which the page looks at from time to time. */
  override updated(): void {
    const seen = `${this.#id} ${this.detail.usage.find(({ credits }) => credits)?.credits?.balanceUnits}`;
    if (seen === this.#seen) return;
    this.#seen = seen;
    void this.#load();
  }

  get #id(): string {
    return this.detail.customer.id;
  }

  get #nowMs(): number {
    return this.detail.clockMs ?? Date.now();
  }

  get #customers() {
    const { call, params, mode } = this.context;
    return customersApi(call, params.project ?? '', mode);
  }

  /** Does one thing at a time; what goes wrong is shown in its place. */
  async #do(name: NonNullable<typeof this.busy>, work: () => Promise<void>): Promise<void> {
    if (this.busy !== null) return;
    this.busy = name;
    this.failure = null;
    try {
      await work();
    } catch (error) {
      this.failure = toApiError(error);
    } finally {
      this.busy = null;
    }
  }

  /**
   * As many lines as are shown are there again, as far as they fit in one answer. What is shown stays
   * where that fails, or something else was shown meanwhile.
   */
  async #load(): Promise<void> {
    const before = this.credits;
    const lines = Math.min(100, Math.max(FEW, before?.entries.length ?? 0));
    if (before === null) this.failure = null;
    try {
      const found = await this.#customers.credits(this.#id, { limit: lines, cursor: null });
      if (this.credits === before) this.credits = found;
    } catch (error) {
      if (this.credits === null) this.failure = toApiError(error);
    }
  }

  #more(before: Credits, cursor: string): Promise<void> {
    return this.#do('more', async () => {
      const next = await this.#customers.credits(this.#id, { limit: MORE, cursor });
      this.credits = { ...next, entries: [...before.entries, ...next.entries] };
    });
  }

  async #open(draft: GivingDraft | null): Promise<void> {
    this.draft = draft;
    this.tried = false;
    this.failure = null;
    await this.updateComplete;
    this.querySelector<HTMLElement>(draft ? '#credit-units' : '#give-credits')?.focus();
  }

  async #give(draft: GivingDraft): Promise<void> {
    const { giving } = givingIn(draft);
    this.tried = true;
    await this.updateComplete;
    if (giving === null) return this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    await this.#do('give', async () => {
      const who = nameOf(this.detail.customer);
      const { balanceUnits } = await this.#customers.credits(this.#id, { limit: 1, cursor: null });
      const sure = await confirm({
        title: `Give ${count(giving.units)} credits to ${who}?`,
        text: givingWords(giving, balanceUnits, this.#nowMs),
        action: 'Give credits',
      });
      if (!sure) return;
      const key = this.#intention.keyOf({ id: this.#id, ...giving });
      const given = await this.#customers.giveCredits(this.#id, giving, key);
      this.credits = await this.#customers.credits(this.#id, { limit: FEW, cursor: null });
      toast(`Credits given: the balance is ${count(given.balanceUnits)}`);
      await this.#open(null);
      this.dispatchEvent(new CustomEvent('given'));
    });
    // Only of what was not answered is it unknown whether it happened.
    if (this.failure?.status !== 0) this.#intention.end();
  }

  override render(): TemplateResult {
    const { credits, failure, draft } = this;
    const heading = html`<h2 id="credits-title">Credits</h2>`;
    if (credits === null)
      return failure === null
        ? skeleton(3)
        : html`<section class="card" aria-labelledby="credits-title">
            ${heading} ${troubleNotice(failure, () => void this.#load())}
          </section>`;
    return html`<section class="card table-card" aria-labelledby="credits-title">
      <div class="card-head padded">
        <div>
          ${heading}
          <p>${balanceWords(credits)}</p>
        </div>
        <button
          id="give-credits"
          class="button"
          type="button"
          aria-expanded=${String(draft !== null)}
          @click=${() => void this.#open(draft ? null : NO_GIVING)}
        >
          Give credits
        </button>
      </div>
      ${draft === null ? nothing : this.#form(draft)}
      ${failure === null ? nothing : html`<div class="padded">${troubleNotice(failure)}</div>`}
      ${this.#shown(credits)}
    </section>`;
  }

  #form(draft: GivingDraft): TemplateResult {
    return givingForm({
      draft,
      faults: this.tried ? givingIn(draft).faults : {},
      nowMs: this.#nowMs,
      isBusy: this.busy === 'give',
      type: (typed) => (this.draft = typed),
      give: () => void this.#give(draft),
      stop: () => void this.#open(null),
    });
  }

  #shown(credits: Credits): TemplateResult {
    const { params, mode } = this.context;
    return creditsTables({
      credits,
      busy: this.busy,
      orderPath: (order) => paths.order(params.project ?? '', mode, order),
      more: (cursor) => void this.#more(credits, cursor),
    });
  }
}
customElements.define('customer-credits', CustomerCredits);
