import { html, nothing, type TemplateResult } from 'lit';
import {
  newVariant,
  type ProductDraft,
  type ProductFaults,
  type VariantDraft,
} from '../../product-draft.ts';
import { amountRows, nextAmount } from '../../ui/amount-rows.ts';
import { choice, field } from '../../ui/field.ts';
import { icons } from '../../ui/icons.ts';

type Change = (part: Partial<ProductDraft>) => void;

/** The variants of a product with their prices. One without choices is a variant without a name. */
export function variantRows(
  draft: ProductDraft,
  faults: ProductFaults,
  change: Change,
): TemplateResult {
  const { variants } = draft;
  const isOne = variants.length === 1;
  const set = (index: number, part: Partial<VariantDraft>) =>
    change({ variants: variants.map((each, at) => (at === index ? { ...each, ...part } : each)) });
  return html`<section class="card" aria-labelledby="variants-title">
    <div>
      <h2 id="variants-title">${isOne ? 'Price' : 'Variants and prices'}</h2>
      <p class="muted">
        ${isOne ? 'One price for each currency you sell in.' : 'What buyers choose from: sizes, colours. Each has its prices and its stock.'}
      </p>
    </div>
    ${variants.map((variant, index) => variantRow({ draft, variant, index, faults, set, change }))}
    <div class="buttons">
      <button
        class="button"
        type="button"
        @click=${() => change({ variants: [...variants, newVariant(variants.at(-1))] })}
      >
        ${icons.plus} Add a variant
      </button>
    </div>
    ${faults.variants ? html`<p class="fault">${faults.variants}</p>` : nothing}
  </section>`;
}

interface Row {
  draft: ProductDraft;
  variant: VariantDraft;
  index: number;
  faults: ProductFaults;
  set: (index: number, part: Partial<VariantDraft>) => void;
  change: Change;
}

function variantRow(row: Row): TemplateResult {
  const { draft, variant, index, faults, set, change } = row;
  const at = `variants.${index}`;
  const isOne = draft.variants.length === 1;
  const remove = () => change({ variants: draft.variants.toSpliced(index, 1) });
  return html`<div class="variant" role="group" aria-label=${isOne ? 'Price' : `Variant ${index + 1}`}>
    ${isOne && variant.name === '' ? nothing : named(row)}
    ${amountRows({
      id: `${at}-price`,
      amounts: variant.prices,
      words: 'Price',
      least: 1,
      faultOf: (price) => faults[`${at}.prices.${price}`],
      change: (prices) => set(index, { prices }),
    })}
    ${faults[`${at}.prices`] ? html`<p class="fault">${faults[`${at}.prices`]}</p>` : nothing}
    <div class="columns">
      ${
        variant.id === null
          ? field({
              id: `${at}-stock`,
              label: 'Pieces in stock',
              value: variant.stock,
              fault: faults[`${at}.stock`],
              placeholder: 'not counted',
              hint: 'Left empty, it never runs out.',
              onInput: (stock) => set(index, { stock }),
            })
          : nothing
      }
      ${field({
        id: `${at}-sku`,
        label: 'SKU',
        value: variant.sku,
        fault: faults[`${at}.sku`],
        hint: 'Your own number for it, if you have one.',
        onInput: (sku) => set(index, { sku }),
      })}
      ${isOne ? nothing : pictureOf(row)}
    </div>
    ${creditFields(row)}
    <div class="buttons">
      <button class="button" type="button" @click=${() => set(index, { prices: [...variant.prices, nextAmount(variant.prices)] })}>
        ${icons.plus} Add a currency
      </button>
      ${
        isOne
          ? nothing
          : html`<button class="button danger" type="button" @click=${remove}>
              Remove ${variant.name || `variant ${index + 1}`}
            </button>`
      }
    </div>
  </div>`;
}

const named = ({ variant, index, faults, set }: Row): TemplateResult =>
  field({
    id: `variants.${index}-name`,
    label: 'Name of the variant',
    value: variant.name,
    fault: faults[`variants.${index}.name`],
    placeholder: 'Blue / M',
    onInput: (name) => set(index, { name }),
  });

/** What a piece gives besides itself, and until when. */
const creditFields = ({ variant, index, faults, set }: Row): TemplateResult =>
  html`<div class="columns">
    ${field({
      id: `variants.${index}-credits`,
      label: 'Credits with each piece',
      value: variant.credits,
      fault: faults[`variants.${index}.credits`],
      placeholder: 'none',
      hint: 'For features that cost credits. Only who is signed in can buy it.',
      onInput: (credits) => set(index, { credits }),
    })}
    ${
      variant.credits.trim() === ''
        ? nothing
        : field({
            id: `variants.${index}-credit-days`,
            label: 'Days they are good for',
            value: variant.creditDays,
            fault: faults[`variants.${index}.creditDays`],
            placeholder: 'for ever',
            onInput: (creditDays) => set(index, { creditDays }),
          })
    }
  </div>`;

const pictureOf = ({ draft, variant, index, set }: Row): TemplateResult | typeof nothing =>
  draft.images.length === 0
    ? nothing
    : choice({
        id: `variants.${index}-image`,
        label: 'Its picture',
        value: variant.image,
        choices: [
          ['', 'The first one'],
          ...draft.images.map(({ id, alt }, at) => [id, alt || `Picture ${at + 1}`] as const),
        ],
        onInput: (image) => set(index, { image }),
      });
