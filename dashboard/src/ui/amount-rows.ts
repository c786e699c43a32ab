import { html, nothing, type TemplateResult } from 'lit';
import type { AmountDraft } from '../amount.ts';
import { field } from './field.ts';
import { icons } from './icons.ts';

/** Amounts, each in a currency of its own, one a row. */
export function amountRows(options: {
  id: string;
  amounts: readonly AmountDraft[];
  /** What each is called, for those who do not see where it stands. */
  words: string;
  faultOf: (index: number) => string | undefined;
  change: (amounts: readonly AmountDraft[]) => void;
  /** How many there must be: a row is removed only above it. */
  least: number;
}): TemplateResult {
  const { id, amounts, words, faultOf, change, least } = options;
  const set = (index: number, part: Partial<AmountDraft>) =>
    change(amounts.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return html`${amounts.map(
    ({ amount, currency }, index) =>
      html`<div class="amount-row" role="group" aria-label="${words} ${index + 1}">
        ${field({
          id: `${id}-${index}-amount`,
          label: 'Amount',
          value: amount,
          fault: faultOf(index),
          placeholder: '19',
          onInput: (value) => set(index, { amount: value }),
        })}
        ${field({
          id: `${id}-${index}-currency`,
          label: 'Currency',
          value: currency,
          onInput: (value) => set(index, { currency: value.trim() }),
        })}
        ${
          amounts.length > least
            ? html`<button
                class="button quiet icon"
                type="button"
                aria-label="Remove ${words.toLowerCase()} ${index + 1}"
                @click=${() => change(amounts.toSpliced(index, 1))}
              >
                ${icons.trash}
              </button>`
            : nothing
        }
      </div>`,
  )}`;
}

/** The next amount: in a currency that is not there yet. */
export function nextAmount(amounts: readonly AmountDraft[]): AmountDraft {
  const used = new Set(amounts.map(({ currency }) => currency.toLowerCase()));
  return { amount: '', currency: ['usd', 'eur', 'gbp'].find((each) => !used.has(each)) ?? '' };
}
