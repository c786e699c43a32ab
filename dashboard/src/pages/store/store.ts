import type { StoreSettings } from '@dream/contract';
import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { shopApi } from '../../shop.ts';
import {
  draftToStore,
  type StoreDraft,
  storeFaults,
  type StoreFaults,
  storeToDraft,
} from '../../store-draft.ts';
import { amountRows, nextAmount } from '../../ui/amount-rows.ts';
import { check, field } from '../../ui/field.ts';
import { icons } from '../../ui/icons.ts';
import { saveBar } from '../../ui/save-bar.ts';
import { toast } from '../../ui/toast.ts';
import { guardUnsaved } from '../../ui/unsaved.ts';
import { Page } from '../page.ts';
import { countryRows, shippingRows } from './shipping-rows.ts';

/** How the store of an environment sells. */
class StorePage extends Page<StoreSettings> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    draft: { state: true },
  };
  declare private draft: StoreDraft | null;

  constructor() {
    super();
    this.draft = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    guardUnsaved(() => this.#isChanged());
  }

  protected async load(signal: AbortSignal): Promise<StoreSettings> {
    const { store } = await shopApi(this.context).store(signal);
    this.draft ??= storeToDraft(store);
    return store;
  }

  #isChanged(): boolean {
    const { data, draft } = this;
    return data !== null && JSON.stringify(draft) !== JSON.stringify(storeToDraft(data));
  }

  #change(part: Partial<StoreDraft>): void {
    if (this.draft) this.draft = { ...this.draft, ...part };
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Store settings</h1>
        <p>
          How your shop sells in ${this.context.mode} mode: where it sends to and what buyers are asked
          on Stripe’s page. What is changed counts from the next checkout on.
        </p>
      </div>
    </div>`;
  }

  protected body(store: StoreSettings): TemplateResult {
    const draft = this.draft ?? storeToDraft(store);
    const faults = storeFaults(draft);
    const change = (part: Partial<StoreDraft>) => this.#change(part);
    return html`<form class="page" @submit=${this.#save} novalidate>
      ${countryRows(draft, change)} ${shippingRows(draft, faults, change)}
      ${this.#checkout(draft)} ${this.#least(draft, faults)} ${this.#stock(draft, faults)}
      ${saveBar({
        isChanged: this.#isChanged(),
        faults: Object.keys(faults).length,
        busy: this.busy === 'save',
        onDiscard: () => (this.draft = storeToDraft(store)),
      })}
    </form>`;
  }

  #checkout({ automaticTax, promotionCodes, collectPhone }: StoreDraft): TemplateResult {
    return html`<section class="card" aria-labelledby="checkout-title">
      <h2 id="checkout-title">On Stripe’s page</h2>
      <div class="stack">
        ${check(
          'Taxes are computed',
          automaticTax,
          (on) => this.#change({ automaticTax: on }),
          'By Stripe Tax. Register for it in your Stripe account first: until then no order can be paid.',
        )}
        ${check(
          'Promotion codes can be entered',
          promotionCodes,
          (on) => this.#change({ promotionCodes: on }),
          'Those you make in your Stripe account.',
        )}
        ${check(
          'A phone number is asked for',
          collectPhone,
          (on) => this.#change({ collectPhone: on }),
          'Some carriers want one.',
        )}
      </div>
    </section>`;
  }

  #least({ minimumOrder }: StoreDraft, faults: StoreFaults): TemplateResult {
    return html`<section class="card" aria-labelledby="least-title">
      <div>
        <h2 id="least-title">The least an order may come to</h2>
        <p class="muted">Without shipping and tax. A currency without an amount has no least.</p>
      </div>
      ${amountRows({
        id: 'minimumOrder',
        amounts: minimumOrder,
        words: 'Least amount',
        least: 0,
        faultOf: (index) => faults[`minimumOrder.${index}`],
        change: (amounts) => this.#change({ minimumOrder: amounts }),
      })}
      <div class="buttons">
        <button
          class="button"
          type="button"
          @click=${() => this.#change({ minimumOrder: [...minimumOrder, nextAmount(minimumOrder)] })}
        >
          ${icons.plus} Add an amount
        </button>
      </div>
    </section>`;
  }

  #stock({ guestSharePercent, restockOnRefund }: StoreDraft, faults: StoreFaults): TemplateResult {
    return html`<section class="card" aria-labelledby="stock-title">
      <h2 id="stock-title">Stock</h2>
      ${field({
        id: 'guestSharePercent',
        label: 'What guests who have not paid yet may hold, in percent',
        type: 'number',
        value: guestSharePercent,
        fault: faults.guestSharePercent,
        hint: 'Of what is free of a product, all of them together and one piece at least: so nobody empties your shop with a script.',
        onInput: (value) => this.#change({ guestSharePercent: value }),
      })}
      ${check(
        'A full refund puts the pieces back in stock',
        restockOnRefund,
        (on) => this.#change({ restockOnRefund: on }),
        'Each refund can say otherwise.',
      )}
    </section>`;
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { draft } = this;
    if (draft === null) return;
    if (Object.keys(storeFaults(draft)).length > 0) {
      this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    await this.act('save', async () => {
      const { store } = await shopApi(this.context).putStore(draftToStore(draft));
      this.data = store;
      this.draft = storeToDraft(store);
      toast('Store settings saved');
    });
  };
}
customElements.define('page-store', StorePage);
