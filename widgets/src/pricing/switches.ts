import type { Interval } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import type { Values } from '../internal/texts.ts';

/** What a visitor chose. */
export interface Picked {
  interval?: Interval;
  currency?: string;
}

/** What the switches show, and whom they tell. */
interface Shown {
  text: (name: string, values?: Values) => string;
  intervals: readonly Interval[];
  interval: Interval | undefined;
  currencies: readonly string[];
  currency: string | undefined;
  /** What is saved by the year, in whole per cent. */
  percent: number;
  pick: (picked: Picked) => void;
}

/** The choice of interval and currency, as far as there is one. */
export function switches(shown: Shown): TemplateResult | typeof nothing {
  const parts = [
    shown.intervals.length > 1 && segments(shown),
    shown.currencies.length > 1 && currency(shown),
  ].filter((part) => part !== false);
  return parts.length > 0 ? html`<div class="switches">${parts}</div>` : nothing;
}

const segments = ({ text, intervals, interval, percent, pick }: Shown) =>
  html`<div class="segments" role="radiogroup" aria-label=${text('interval')}>
    ${intervals.map(
      (each) =>
        html`<label>
          <input
            type="radio"
            name="interval"
            .checked=${each === interval}
            @change=${() => pick({ interval: each })}
          />
          ${text(each)}
          ${
            each === 'year' && percent > 0
              ? html`<span class="muted">${text('save', { percent })}</span>`
              : nothing
          }
        </label>`,
    )}
  </div>`;

const currency = ({ text, currencies, currency: chosen, pick }: Shown) =>
  html`<div class="currency">
    <select
      aria-label=${text('currency')}
      @change=${(event: Event) => pick({ currency: (event.target as HTMLSelectElement).value })}
    >
      ${currencies.map(
        (each) =>
          html`<option value=${each} ?selected=${each === chosen}>${each.toUpperCase()}</option>`,
      )}
    </select>
  </div>`;
