import type { UsageHistory, UsageStatus } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { unitsIn } from '../../customers.ts';
import { choice, field } from '../../ui/field.ts';
import { instant } from '../../ui/format.ts';

/** What is shown and typed in the card of a customer's usage, and what can be done there. */
export interface UsageCard {
  usage: readonly UsageStatus[];
  history: UsageHistory | null;
  /** The feature whose units are granted, or given back, and how many are typed. */
  giving: { feature: string; isGrant: boolean; typed: string; tried: boolean } | null;
  busy: string | null;
  give: (giving: UsageCard['giving']) => void;
  adjust: (feature: string, units: number | null) => void;
  grant: (feature: string, units: number) => void;
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
  const { feature, usageCount, limit, granted = 0, overageUnits, resetsAtMs } = one;
  const isLimited = typeof limit === 'number';
  const said = `${units(usageCount)}${limitWords(one)}`;
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
        ${
          // What draws on credits has no limit of its own that could be raised.
          isLimited && !one.credits
            ? opener(card, { feature, isGrant: true, words: 'Grant more' })
            : nothing
        }
        ${
          granted > 0
            ? html`<button
                class="button"
                type="button"
                aria-label="Take the grant back: ${feature}"
                aria-disabled=${String(card.busy !== null)}
                @click=${() => card.grant(feature, -granted)}
              >
                Take the grant back
              </button>`
            : nothing
        }
        ${opener(card, { feature, isGrant: false, words: 'Give units back' })}
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
    ${card.giving?.feature === feature ? giveForm(card, card.giving) : nothing}
  </div>`;
}

/** The limit beside a count: the plan's, and what was granted on top of it. */
function limitWords({ limit, granted = 0 }: UsageStatus): string {
  if (typeof limit !== 'number') return ', no limit';
  return granted > 0
    ? ` of ${units(limit - granted)} + ${units(granted)} granted`
    : ` of ${units(limit)}`;
}

/** A button that opens the form of units for a feature, and closes it again. */
function opener(
  card: UsageCard,
  { feature, isGrant, words }: { feature: string; isGrant: boolean; words: string },
): TemplateResult {
  const { giving } = card;
  const isOpen = giving?.feature === feature && giving.isGrant === isGrant;
  return html`<button
    class="button"
    type="button"
    aria-expanded=${String(isOpen)}
    aria-label="${words}: ${feature}"
    @click=${() => card.give(isOpen ? null : { feature, isGrant, typed: '', tried: false })}
  >
    ${words}
  </button>`;
}

function giveForm(card: UsageCard, giving: NonNullable<UsageCard['giving']>): TemplateResult {
  const { feature, isGrant, typed, tried } = giving;
  const given = unitsIn(typed);
  const submit = (event: Event) => {
    event.preventDefault();
    if (given === null) {
      card.give({ ...giving, tried: true });
      document.getElementById('give')?.focus();
    } else if (isGrant) card.grant(feature, given);
    else card.adjust(feature, -given);
  };
  return html`<form class="row give" @submit=${submit} novalidate>
    ${field({
      id: 'give',
      label: isGrant ? `More units of ${feature}` : `Units of ${feature} to give back`,
      value: typed,
      onInput: (value) => card.give({ ...giving, typed: value }),
      fault: tried && given === null ? 'Must be a whole number from 1 on.' : null,
    })}
    <button class="button primary" aria-disabled=${String(card.busy !== null)}>
      ${isGrant ? grantWords(card, feature) : card.busy === `give ${feature}` ? 'Giving…' : 'Give back'}
    </button>
    <p class="hint">
      ${
        isGrant
          ? 'The limit of this period is raised by so many. The next period has the plan’s again.'
          : 'The count goes down by so many, to 0 at most. What was billed stays billed.'
      }
    </p>
  </form>`;
}

const grantWords = ({ busy }: UsageCard, feature: string): string =>
  busy === `grant ${feature}` ? 'Granting…' : 'Grant';

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
