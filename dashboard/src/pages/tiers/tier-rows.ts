import type { Interval, TierFeature } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import type { TierDraft, TierFaults } from '../../tier-draft.ts';
import { choice, field } from '../../ui/field.ts';
import { icons } from '../../ui/icons.ts';
import { overageRows } from './overage-rows.ts';

type Change = (part: Partial<TierDraft>) => void;

const INTERVALS = [
  ['month', 'a month'],
  ['year', 'a year'],
] as const;
const KINDS = [
  ['metered', 'Counted'],
  ['boolean', 'Allowed'],
  ['credits', 'Costs credits'],
] as const;

/** The prices of a tier, one a row; `notice` stands above them. */
export function priceRows(
  draft: TierDraft,
  faults: TierFaults,
  change: Change,
  notice: unknown,
): TemplateResult {
  const set = (index: number, part: Partial<TierDraft['prices'][number]>) =>
    change({
      prices: draft.prices.map((price, at) => (at === index ? { ...price, ...part } : price)),
    });
  return html`<section class="card" aria-labelledby="prices-title">
      <div class="card-head">
        <h2 id="prices-title">Prices</h2>
        ${draft.prices.length === 0 ? html`<span class="badge">Free</span>` : nothing}
      </div>
      ${notice}
      ${draft.prices.map(
        (price, index) =>
          html`<div class="stack" role="group" aria-label="Price ${index + 1}">
            <div class="price-row">
              ${field({
                id: `price-${index}-amount`,
                label: 'Amount',
                value: price.amount,
                fault: faults[`prices.${index}`],
                placeholder: '19',
                onInput: (amount) => set(index, { amount }),
              })}
              ${field({
                id: `price-${index}-currency`,
                label: 'Currency',
                value: price.currency,
                onInput: (currency) => set(index, { currency: currency.trim() }),
              })}
              ${choice({
                id: `price-${index}-interval`,
                label: 'Every',
                value: price.interval,
                choices: INTERVALS,
                onInput: (interval) => set(index, { interval: interval as Interval }),
              })}
              ${remover(`Remove price ${index + 1}`, () =>
                change({ prices: draft.prices.filter((_, at) => at !== index) }),
              )}
            </div>
          </div>`,
      )}
      <div class="buttons">
        <button class="button" type="button" @click=${() => change({ prices: [...draft.prices, nextPrice(draft)] })}>
          ${icons.plus} Add a price
        </button>
      </div>
    </section>`;
}

/** The features of a tier, one a row. */
export function featureRows(draft: TierDraft, faults: TierFaults, change: Change): TemplateResult {
  const set = (index: number, part: Partial<TierDraft['features'][number]>) =>
    change({
      features: draft.features.map((each, at) => (at === index ? { ...each, ...part } : each)),
    });
  const added = { name: '', kind: 'metered', limit: '', weight: '1', overage: null } as const;
  return html`<section class="card" aria-labelledby="features-title">
      <div>
        <h2 id="features-title">What it allows</h2>
        <p class="muted">Calls that name no feature count against <code>requests</code>.</p>
      </div>
      ${draft.features.map(
        (feature, index) =>
          html`<div class="stack" role="group" aria-label="Feature ${index + 1}"><div class="feature-row">
            ${field({
              id: `feature-${index}-name`,
              label: 'Feature',
              value: feature.name,
              code: true,
              fault: faults[`features.${index}.name`],
              onInput: (name) => set(index, { name }),
            })}
            ${choice({
              id: `feature-${index}-kind`,
              label: 'Kind',
              value: feature.kind,
              choices: KINDS,
              onInput: (kind) => set(index, { kind: kind as TierFeature['kind'] }),
            })}
            ${
              feature.kind === 'credits'
                ? field({
                    id: `feature-${index}-weight`,
                    label: 'Credits a unit',
                    value: feature.weight,
                    fault: faults[`features.${index}.weight`],
                    onInput: (weight) => set(index, { weight }),
                  })
                : nothing
            }
            ${
              feature.kind === 'metered'
                ? field({
                    id: `feature-${index}-limit`,
                    label: feature.overage ? 'Included' : 'Limit',
                    value: feature.limit,
                    placeholder: 'no limit',
                    fault: faults[`features.${index}.limit`],
                    onInput: (limit) => set(index, { limit }),
                  })
                : nothing
            }
            ${remover(`Remove feature ${index + 1}`, () =>
              change({ features: draft.features.filter((_, at) => at !== index) }),
            )}
          </div>
          ${overageRows(draft, index, faults, (overage) => set(index, { overage }))}</div>`,
      )}
      <div class="buttons">
        <button class="button" type="button" @click=${() => change({ features: [...draft.features, added] })}>
          ${icons.plus} Add a feature
        </button>
      </div>
      ${creditFields(draft, faults, change)}
    </section>`;
}

/** The credits that come with a tier; nothing where no feature draws on them. */
function creditFields(draft: TierDraft, faults: TierFaults, change: Change): unknown {
  const isUsed = draft.features.some(({ kind }) => kind === 'credits');
  if (!isUsed && draft.allowance.trim() === '') return nothing;
  return html`<div class="part" role="group" aria-labelledby="credits-title">
    <h3 id="credits-title">Credits that come with it</h3>
    <div class="columns">
      ${field({
        id: 'credits-allowance',
        label: 'Credits each period',
        value: draft.allowance,
        placeholder: 'none',
        hint: 'One balance for every feature above that costs credits.',
        fault: faults.allowance,
        onInput: (allowance) => change({ allowance }),
      })}
      ${field({
        id: 'credits-roll-over',
        label: 'Roll over at most',
        value: draft.rollOverCap,
        hint: 'So many of what is left are good for one more period.',
        fault: faults.rollOverCap,
        onInput: (rollOverCap) => change({ rollOverCap }),
      })}
    </div>
  </div>`;
}

const remover = (label: string, onClick: () => void): TemplateResult =>
  html`<button class="button quiet icon remover" type="button" aria-label=${label} @click=${onClick}>
    ${icons.trash}
  </button>`;

const nextPrice = ({ prices }: TierDraft): TierDraft['prices'][number] => ({
  amount: '',
  currency: prices.at(-1)?.currency ?? 'usd',
  interval: prices.length === 1 && prices[0]?.interval === 'month' ? 'year' : 'month',
});
