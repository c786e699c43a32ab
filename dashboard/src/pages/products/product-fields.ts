import type { TaxBehavior } from '@dream/contract';
import { html, type TemplateResult } from 'lit';
import type { ProductDraft, ProductFaults } from '../../product-draft.ts';
import { check, choice, field, type FieldOptions } from '../../ui/field.ts';

type Change = (part: Partial<ProductDraft>) => void;

const TAX: readonly (readonly [TaxBehavior, string])[] = [
  ['unspecified', 'As the Stripe account has it set'],
  ['inclusive', 'Inside the prices'],
  ['exclusive', 'On top of the prices'],
];

/** What a product is called and says of itself. */
export function basics(draft: ProductDraft, faults: ProductFaults, change: Change): TemplateResult {
  return html`<section class="card" aria-labelledby="basics-title">
    <h2 id="basics-title">What it is</h2>
    <div class="columns">
      ${field({
        id: 'name',
        label: 'Name',
        value: draft.name,
        fault: faults.name,
        placeholder: 'Goose quill',
        required: true,
        onInput: (name) => change({ name }),
      })}
      ${field({
        id: 'category',
        label: 'Category',
        value: draft.category,
        fault: faults.category,
        placeholder: 'none',
        hint: 'Visitors can choose one in the shop.',
        onInput: (category) => change({ category }),
      })}
    </div>
    ${field({
      id: 'description',
      label: 'Description',
      value: draft.description,
      fault: faults.description,
      lines: 3,
      hint: 'One paragraph, as plain text.',
      onInput: (description) => change({ description }),
    })}
    ${check(
      'Shown in the shop',
      draft.visible,
      (visible) => change({ visible }),
      'Hidden, it is neither shown nor sold, and stays as it is.',
    )}
  </section>`;
}

/** How a product is sold: bounds, shipping, tax. */
export function selling(
  draft: ProductDraft,
  faults: ProductFaults,
  change: Change,
): TemplateResult {
  const text = (
    id: 'maxPerOrder' | 'lowStock' | 'position' | 'taxCode',
    label: string,
    more: Partial<FieldOptions>,
  ) =>
    field({
      id,
      label,
      value: draft[id],
      fault: faults[id],
      onInput: (value) => change({ [id]: value }),
      ...more,
    });
  return html`<section class="card" aria-labelledby="selling-title">
    <h2 id="selling-title">How it is sold</h2>
    <div class="columns">
      ${text('maxPerOrder', 'Pieces in one order, at most', { type: 'number' })}
      ${text('lowStock', 'Few are left from', {
        type: 'number',
        hint: 'From so many pieces down, the shop says so.',
      })}
      ${text('position', 'Position', {
        type: 'number',
        hint: 'Lower stands first; the list of products moves them, too.',
      })}
    </div>
    ${check(
      'It is sent by post',
      draft.shippable,
      (shippable) => change({ shippable }),
      'If not, buyers are asked for no address: a download, a course.',
    )}
    <div class="columns">
      ${choice({
        id: 'taxBehavior',
        label: 'Tax',
        value: draft.taxBehavior,
        choices: TAX,
        onInput: (taxBehavior) => change({ taxBehavior: taxBehavior as TaxBehavior }),
      })}
      ${text('taxCode', 'Tax code', {
        placeholder: 'of the Stripe account',
        code: true,
        hint: 'Stripe’s name for the kind of goods, like “txcd_99999999”.',
      })}
    </div>
  </section>`;
}
