import { html, nothing, type TemplateResult } from 'lit';
import { COUNTRIES, countryName, EUROPEAN_UNION } from '../../countries.ts';
import {
  MAX_SHIPPING_OPTIONS,
  missingCurrencies,
  type ShippingDraft,
  type StoreDraft,
  type StoreFaults,
} from '../../store-draft.ts';
import { amountRows, nextAmount } from '../../ui/amount-rows.ts';
import { field } from '../../ui/field.ts';
import { icons } from '../../ui/icons.ts';

type Change = (part: Partial<StoreDraft>) => void;

/** Where a store sends to. */
export function countryRows({ shippingCountries }: StoreDraft, change: Change): TemplateResult {
  const set = (codes: readonly string[]) => change({ shippingCountries: [...new Set(codes)] });
  const rest = COUNTRIES.filter((code) => !shippingCountries.includes(code));
  const choose = (event: Event) => {
    const select = event.target as HTMLSelectElement;
    set([...shippingCountries, select.value]);
    select.value = '';
  };
  return html`<section class="card" aria-labelledby="countries-title">
    <div>
      <h2 id="countries-title">Where you send to</h2>
      <p class="muted">
        Stripe asks buyers for an address in one of these countries. Without any it asks for none:
        right for downloads and courses.
      </p>
    </div>
    ${
      shippingCountries.length === 0
        ? html`<p class="muted small">No country: no address is asked for.</p>`
        : html`<ul class="chips" aria-label="Countries">
            ${named(shippingCountries).map(
              ([code, name]) =>
                html`<li class="chip">
                  ${name}
                  <button
                    type="button"
                    aria-label="Remove ${name}"
                    @click=${() => set(shippingCountries.filter((each) => each !== code))}
                  >
                    ×
                  </button>
                </li>`,
            )}
          </ul>`
    }
    <div class="tools">
      <select aria-label="Add a country" @change=${choose}>
        <option value="">Add a country…</option>
        ${named(rest).map(([code, name]) => html`<option value=${code}>${name}</option>`)}
      </select>
      <button class="button" type="button" @click=${() => set([...shippingCountries, ...EUROPEAN_UNION])}>
        Add the European Union
      </button>
      <button class="button" type="button" @click=${() => set(COUNTRIES)}>Everywhere</button>
      ${
        shippingCountries.length > 0
          ? html`<button class="button quiet" type="button" @click=${() => set([])}>Remove all</button>`
          : nothing
      }
    </div>
  </section>`;
}

/** Codes with their names, by name. */
const named = (codes: readonly string[]): (readonly [string, string])[] =>
  codes
    .map((code) => [code, countryName(code)] as const)
    .toSorted(([, a], [, b]) => a.localeCompare(b));

/** How a store sends. */
export function shippingRows(
  draft: StoreDraft,
  faults: StoreFaults,
  change: Change,
): TemplateResult {
  const { shippingOptions, shippingCountries } = draft;
  const set = (index: number, part: Partial<ShippingDraft>) =>
    change({
      shippingOptions: shippingOptions.map((each, at) =>
        at === index ? { ...each, ...part } : each,
      ),
    });
  const missing = missingCurrencies(draft);
  return html`<section class="card" aria-labelledby="shipping-title">
    <div>
      <h2 id="shipping-title">How you send</h2>
      <p class="muted">
        Buyers choose one of these on Stripe’s page. Without any, sending costs nothing. Give each a
        price in every currency you sell in: a cart in another one cannot be ordered.
      </p>
    </div>
    ${
      shippingOptions.length > 0 && shippingCountries.length === 0
        ? html`<div class="alert amber"><p>Nothing is sent anywhere yet: add a country above.</p></div>`
        : nothing
    }
    ${
      missing.length > 0
        ? html`<div class="alert amber"><p>Not every way of sending has a price in ${missing.join(', ')}.</p></div>`
        : nothing
    }
    ${shippingOptions.map((option, index) => optionRow(option, index, faults, set, () => change({ shippingOptions: shippingOptions.toSpliced(index, 1) })))}
    <div class="buttons">
      <button
        class="button"
        type="button"
        aria-disabled=${String(shippingOptions.length >= MAX_SHIPPING_OPTIONS)}
        @click=${() =>
          shippingOptions.length < MAX_SHIPPING_OPTIONS &&
          change({ shippingOptions: [...shippingOptions, nextOption(shippingOptions)] })}
      >
        ${icons.plus} Add a way of sending
      </button>
      ${shippingOptions.length >= MAX_SHIPPING_OPTIONS ? html`<span class="muted small">Stripe shows five at most.</span>` : nothing}
    </div>
  </section>`;
}

function optionRow(
  option: ShippingDraft,
  index: number,
  faults: StoreFaults,
  set: (index: number, part: Partial<ShippingDraft>) => void,
  remove: () => void,
): TemplateResult {
  const at = `shippingOptions.${index}`;
  const text = (name: 'name' | 'minDays' | 'maxDays', label: string, placeholder: string) =>
    field({
      id: `${at}-${name}`,
      label,
      value: option[name],
      fault: faults[`${at}.${name}`],
      placeholder,
      onInput: (value) => set(index, { [name]: value }),
    });
  return html`<div class="variant" role="group" aria-label="Way of sending ${index + 1}">
    ${text('name', 'Name', 'Post')}
    <div class="columns">
      ${text('minDays', 'Working days, at least', 'not said')}
      ${text('maxDays', 'Working days, at most', 'not said')}
    </div>
    ${amountRows({
      id: `${at}-price`,
      amounts: option.prices,
      words: 'Price',
      least: 1,
      faultOf: (price) => faults[`${at}.prices.${price}`],
      change: (prices) => set(index, { prices }),
    })}
    <div class="buttons">
      <button
        class="button"
        type="button"
        @click=${() => set(index, { prices: [...option.prices, nextAmount(option.prices)] })}
      >
        ${icons.plus} Add a currency
      </button>
      <button class="button danger" type="button" @click=${remove}>
        Remove ${option.name || `way ${index + 1}`}
      </button>
    </div>
  </div>`;
}

const nextOption = (options: readonly ShippingDraft[]): ShippingDraft => ({
  name: '',
  minDays: '',
  maxDays: '',
  prices: options.at(-1)?.prices.map(({ currency }) => ({ amount: '', currency })) ?? [
    nextAmount([]),
  ],
});
