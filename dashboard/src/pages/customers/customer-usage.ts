import type { UsageHistory, UsageStatus } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { unitsIn } from '../../customers.ts';
import { choice, field } from '../../ui/field.ts';
import { instant } from '../../ui/format.ts';

/** What is shown and typed in the card of a customer's usage, and what can be done there. */
export interface UsageCard {
  usage: readonly UsageStatus[];
  history: UsageHistory | null;
  /** The feature whose units are given back, and how many are typed. */
  giving: { feature: string; typed: string; tried: boolean } | null;
  busy: string | null;
  give: (giving: UsageCard['giving']) => void;
  adjust: (feature: string, units: number | null) => void;
  showHistory: (feature: string) => void;
}

/** A customer's usage of every metered feature now, and of one of them day by day. */
export function usageCard(card: UsageCard): TemplateResult {
  const { usage } = card;
  return html`<section class="card" aria-labelledby="usage-title">
    <h2 id="usage-title">Usage in this period</h2>
    ${
      usage.length === 0
        ? html`<p class="muted">Nothing is counted in this plan.</p>`
        : usage.map((one) => featureRow(card, one))
    }
    ${card.history === null || usage.length === 0 ? nothing : historyOf(card, card.history)}
  </section>`;
}

function featureRow(card: UsageCard, one: UsageStatus): TemplateResult {
  const { feature, usageCount, limit, overageUnits, resetsAtMs } = one;
  const isLimited = typeof limit === 'number';
  const said = isLimited
    ? `${units(usageCount)} of ${units(limit)}`
    : `${units(usageCount)}, no limit`;
  const isGiving = card.giving?.feature === feature;
  return html`<div class="usage-row">
    <div class="card-head">
      <h3>${feature}</h3>
      <span class="small">${said}${overageUnits ? html` · <strong>${units(overageUnits)} above</strong>` : nothing}</span>
    </div>
    ${
      isLimited
        ? html`<progress
            class="progress ${usageCount >= limit ? 'full' : ''}"
            max=${Math.max(1, limit)}
            value=${Math.min(usageCount, Math.max(1, limit))}
            aria-label="${feature}: ${said}"
          ></progress>`
        : nothing
    }
    <div class="card-head">
      <span class="muted small">Starts anew ${instant(resetsAtMs)}</span>
      <div class="buttons">
        <button
          class="button"
          type="button"
          aria-expanded=${String(isGiving)}
          aria-label="Give units back: ${feature}"
          @click=${() => card.give(isGiving ? null : { feature, typed: '', tried: false })}
        >
          Give units back
        </button>
        <button
          class="button"
          type="button"
          aria-label="Reset ${feature}"
          aria-disabled=${String(card.busy !== null || usageCount === 0)}
          @click=${() => (usageCount === 0 ? undefined : card.adjust(feature, null))}
        >
          ${card.busy === `reset ${feature}` ? 'Resetting…' : 'Reset'}
        </button>
      </div>
    </div>
    ${isGiving && card.giving ? giveForm(card, card.giving) : nothing}
  </div>`;
}

function giveForm(card: UsageCard, giving: NonNullable<UsageCard['giving']>): TemplateResult {
  const { feature, typed, tried } = giving;
  const given = unitsIn(typed);
  const submit = (event: Event) => {
    event.preventDefault();
    if (given === null) {
      card.give({ ...giving, tried: true });
      document.getElementById('give')?.focus();
    } else card.adjust(feature, -given);
  };
  return html`<form class="row give" @submit=${submit} novalidate>
    ${field({
      id: 'give',
      label: `Units of ${feature} to give back`,
      value: typed,
      onInput: (value) => card.give({ ...giving, typed: value }),
      fault: tried && given === null ? 'Must be a whole number from 1 on.' : null,
    })}
    <button class="button primary" aria-disabled=${String(card.busy !== null)}>
      ${card.busy === `give ${feature}` ? 'Giving…' : 'Give back'}
    </button>
    <p class="hint">The count goes down by so many, to 0 at most. What was billed stays billed.</p>
  </form>`;
}

/** The last days, newest first, with a bar for the eye; a plot goes above the table. */
function historyOf(card: UsageCard, { feature, days, timeZone }: UsageHistory): TemplateResult {
  const most = Math.max(0, ...days.map((day) => day.units));
  const isUsed = most > 0;
  return html`<details class="history">
    <summary>Day by day: ${feature}</summary>
    <div class="stack">
      ${
        card.usage.length > 1
          ? choice({
              id: 'history-feature',
              label: 'Feature',
              value: feature,
              choices: card.usage.map((one) => [one.feature, one.feature] as const),
              onInput: card.showHistory,
            })
          : nothing
      }
      ${
        isUsed
          ? html`<table>
              <caption class="visually-hidden">Units of ${feature} a day, ${timeZone}</caption>
              <thead>
                <tr>
                  <th scope="col">Day</th>
                  <th scope="col">Units</th>
                  <th scope="col"><span class="visually-hidden">Share of the busiest day</span></th>
                </tr>
              </thead>
              <tbody>
                ${days.toReversed().map(
                  (one) =>
                    html`<tr>
                      <td data-label="Day" class="nowrap">${one.day}</td>
                      <td data-label="Units" class="number">${units(one.units)}</td>
                      <td data-label="" class="bar">
                        <progress
                          class="progress"
                          max=${most}
                          value=${one.units}
                          aria-hidden="true"
                        ></progress>
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>`
          : html`<p class="muted small">Nothing was counted in the last ${days.length} days.</p>`
      }
      <p class="muted small">Days of ${timeZone}, up to a minute behind.</p>
    </div>
  </details>`;
}

const units = (count: number): string => count.toLocaleString();
