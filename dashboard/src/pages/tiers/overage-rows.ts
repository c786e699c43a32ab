import { html, nothing, type TemplateResult } from 'lit';
import { newOverage, type OverageDraft } from '../../overage-draft.ts';
import type { TierDraft, TierFaults } from '../../tier-draft.ts';
import { amountRows, nextAmount } from '../../ui/amount-rows.ts';
import { choice, field } from '../../ui/field.ts';
import { icons } from '../../ui/icons.ts';

const ABOVE = [
  ['refuse', 'Refuse'],
  ['bill', 'Count on, and bill it'],
] as const;

/**
 * What happens above the limit of the feature at `index`, and what units there cost. Nothing where
 * nothing could be billed: without a limit, and in a tier without prices.
 */
export function overageRows(
  draft: TierDraft,
  index: number,
  faults: TierFaults,
  change: (overage: OverageDraft | null) => void,
): TemplateResult | typeof nothing {
  const feature = draft.features[index];
  if (feature?.kind !== 'metered') return nothing;
  const { overage, limit } = feature;
  const isSold = draft.prices.length > 0 && limit.trim() !== '';
  if (overage === null && !isSold) return nothing;
  return html`<div class="overage">
    ${choice({
      id: `feature-${index}-above`,
      label: 'Above the limit',
      value: overage === null ? 'refuse' : 'bill',
      choices: ABOVE,
      onInput: (above) => change(above === 'bill' ? newOverage(draft.prices) : null),
    })}
    ${overage === null ? nothing : rates(overage, index, faults, change)}
  </div>`;
}

function rates(
  overage: OverageDraft,
  index: number,
  faults: TierFaults,
  change: (overage: OverageDraft) => void,
): TemplateResult {
  const { perUnits, prices } = overage;
  const id = `feature-${index}-overage`;
  const faultOf = (part: string) => faults[`features.${index}.overage.${part}`];
  const fault = faultOf('prices');
  return html`${field({
    id: `${id}-units`,
    label: 'Units a price is for',
    value: perUnits,
    fault: faultOf('perUnits'),
    hint: 'Each lot that is begun is billed, at the end of the period.',
    onInput: (units) => change({ ...overage, perUnits: units }),
  })}
  ${amountRows({
    id,
    amounts: prices,
    words: 'Price above the limit',
    least: 1,
    faultOf: (at) => faultOf(`prices.${at}`),
    change: (amounts) => change({ ...overage, prices: amounts }),
  })}
  ${fault ? html`<div class="fault" role="status">${fault}</div>` : nothing}
  <div class="buttons">
    <button
      class="button"
      type="button"
      @click=${() => change({ ...overage, prices: [...prices, nextAmount(prices)] })}
    >
      ${icons.plus} Add a currency
    </button>
  </div>`;
}
