import type { Tier } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { MOST } from '../../bounds.ts';
import { paths } from '../../paths.ts';
import { boundNear, boundTold } from '../../ui/bound.ts';
import { money } from '../../ui/format.ts';
import { icons } from '../../ui/icons.ts';
import { emptyState } from '../../ui/notice.ts';
import { tableCard } from '../../ui/table.ts';
import { Page } from '../page.ts';

interface Data {
  tiers: readonly Tier[];
  archivedTiers: readonly Tier[];
}

/** What an environment offers. */
class TiersPage extends Page<Data> {
  protected async load(signal: AbortSignal): Promise<Data> {
    const { tiers, archivedTiers } = await this.environment.tiers(signal);
    return { tiers: tiers.toSorted((a, b) => a.position - b.position), archivedTiers };
  }

  /** How many there are; archived ones count. */
  get #count(): number {
    return this.data === null ? 0 : this.data.tiers.length + this.data.archivedTiers.length;
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Tiers</h1>
        <p>What customers can be on: its price, what it allows, and what the price table says of it.</p>
      </div>
      ${
        this.#count < MOST.tiers
          ? html`<a class="button primary" href=${this.#newPath()}>${icons.plus} New tier</a>`
          : nothing
      }
    </div>`;
  }

  #newPath(): string {
    return paths.newTier(this.projectId, this.context.mode);
  }

  protected body({ tiers, archivedTiers }: Data): TemplateResult {
    if (tiers.length === 0)
      return emptyState(
        'What do you offer?',
        'Begin with a free tier, which everybody who signs up is on, and add one with a price.',
        html`<a class="button primary" href=${this.#newPath()}>Make the first tier</a>`,
      );
    return html`
      ${boundNear(this.#count, MOST.tiers, 'tiers', 'Archived ones count: open one of these to offer it anew.')}
      ${this.#table('Tiers', tiers)}
      ${
        archivedTiers.length === 0
          ? nothing
          : html`<details>
              <summary>${archivedTiers.length} archived</summary>
              ${this.#table('Archived tiers', archivedTiers)}
            </details>`
      }
      ${boundTold(this.#count, MOST.tiers, 'tiers')}
    `;
  }

  #table(label: string, tiers: readonly Tier[]): TemplateResult {
    return tableCard(
      label,
      ['Tier', 'Price', 'Allows', 'Marks'],
      tiers.map((tier) => this.#row(tier)),
    );
  }

  #row(tier: Tier): TemplateResult {
    const { name, displayName, prices, features, archived } = tier;
    // The prices of an archived tier are archived, too.
    const priceless = archived ? '–' : 'Free';
    return html`<tr>
      <td data-label="Tier">
        <div>
          <a href=${paths.tier(this.projectId, this.context.mode, name)}>${displayName}</a><br />
          <code class="muted">${name}</code>
        </div>
      </td>
      <td data-label="Price">
        <div>
          ${
            prices.length === 0
              ? priceless
              : prices.map(
                  ({ priceMinor, currency, interval }, index) =>
                    html`${index ? html`<br />` : nothing}${money(priceMinor, currency)} a ${interval}`,
                )
          }
        </div>
      </td>
      <td data-label="Allows">
        <div>
          ${features.map(
            (feature, index) => html`${index ? html`<br />` : nothing}${allowed(feature)}`,
          )}
        </div>
      </td>
      <td data-label="Marks"><div class="buttons">${marks(tier)}</div></td>
    </tr>`;
  }
}
customElements.define('page-tiers', TiersPage);

/** A feature in a few words, with what a plan allows of it. */
function allowed(feature: Tier['features'][number]): string {
  const { kind, name } = feature;
  if (kind === 'boolean') return name;
  if (kind === 'credits')
    return `${name} for ${feature.weight.toLocaleString()} ${feature.weight === 1 ? 'credit' : 'credits'}`;
  return `${feature.limitUnits === null ? 'unlimited' : feature.limitUnits.toLocaleString()} ${name}`;
}

const marks = ({ archived, isDefault, popular, listed, trialDays }: Tier): unknown[] => [
  archived ? html`<span class="badge">Archived</span>` : nothing,
  isDefault ? html`<span class="badge good">Default</span>` : nothing,
  popular ? html`<span class="badge accent">Popular</span>` : nothing,
  listed ? nothing : html`<span class="badge">Unlisted</span>`,
  trialDays > 0 ? html`<span class="badge">${trialDays} days of trial</span>` : nothing,
];
