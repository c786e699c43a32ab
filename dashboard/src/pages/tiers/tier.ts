import type { Connection, Tier } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { paths } from '../../paths.ts';
import { go } from '../../router.ts';
import {
  draftToInput,
  newDraft,
  previewBootstrap,
  previewOf,
  stripeChanges,
  type TierDraft,
  tierFaults,
  type TierFaults,
  tierToDraft,
} from '../../tier-draft.ts';
import { confirm } from '../../ui/confirm.ts';
import { check, choice, field } from '../../ui/field.ts';
import { emptyState } from '../../ui/notice.ts';
import { saveBar } from '../../ui/save-bar.ts';
import { toast } from '../../ui/toast.ts';
import { guardUnsaved, releaseUnsaved } from '../../ui/unsaved.ts';
import { Page } from '../page.ts';
import { basics } from './tier-basics.ts';
import { featureRows, priceRows } from './tier-rows.ts';

interface Data {
  tiers: readonly Tier[];
  /** Those that are taken, by archived tiers too. */
  names: readonly string[];
  /** The tier that is changed; null for a new one, undefined when there is none of that name. */
  tier: Tier | null | undefined;
  connection: Connection;
}

const TAX: readonly (readonly [TierDraft['taxBehavior'], string])[] = [
  ['unspecified', 'As the Stripe account has it set'],
  ['inclusive', 'Inside the prices'],
  ['exclusive', 'On top of the prices'],
];

/** A tier and, beside it, the price table as it will be. */
class TierPage extends Page<Data> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    draft: { state: true },
    tried: { state: true },
  };
  declare private draft: TierDraft | null;
  declare private tried: boolean;
  #start = '';

  constructor() {
    super();
    this.draft = null;
    this.tried = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    guardUnsaved(() => this.#isChanged());
  }

  protected async load(signal: AbortSignal): Promise<Data> {
    const [{ tiers, archivedTiers }, { connection }] = await Promise.all([
      this.environment.tiers(signal),
      this.environment.connection(signal),
    ]);
    const { tier: name } = this.context.params;
    const all = [...tiers, ...archivedTiers];
    const tier = name === undefined ? null : all.find((each) => each.name === name);
    if (tier !== undefined && this.draft === null) {
      this.draft = tier ? tierToDraft(tier) : newDraft(tiers.length);
      this.#start = JSON.stringify(this.draft);
    }
    return { tiers, names: all.map((each) => each.name), tier, connection };
  }

  #isChanged(): boolean {
    return this.draft !== null && JSON.stringify(this.draft) !== this.#start;
  }

  protected head(): TemplateResult {
    const { tier } = this.context.params;
    return html`<div class="page-head">
      <div>
        <h1>${tier === undefined ? 'New tier' : (this.data?.tier?.displayName ?? tier)}</h1>
        <p>
          <a href=${paths.tiers(this.projectId, this.context.mode)}>All tiers</a>
        </p>
      </div>
    </div>`;
  }

  protected body(data: Data): TemplateResult {
    const { draft } = this;
    if (data.tier === undefined || draft === null)
      return emptyState('There is no such tier', 'Its name in your code may be another one.');
    const faults = this.#faults(data, draft);
    const shown = data.tier || this.tried ? faults : onlyTyped(faults, draft);
    const changes = this.#changesAtStripe(data, draft, faults);
    return html`<div class="editor">
      <form class="page" @submit=${this.#save} novalidate>
        ${basics(draft, shown, (part) => this.#change(part), data.tier?.name ?? null)} ${priceRows(draft, shown, (part) => this.#change(part), this.#stripeFirst(data, draft))}
        ${featureRows(draft, shown, (part) => this.#change(part))} ${this.#more(draft, shown)}
        ${this.#atStripe(changes)}
        ${saveBar({
          isChanged: this.#isChanged(),
          faults: Object.keys(shown).length,
          busy: this.busy === 'save',
          words: data.tier ? 'Save tier' : 'Make tier',
          atStripe: changes?.length ?? 0,
          onDiscard: () => (this.draft = JSON.parse(this.#start) as TierDraft),
        })}
        ${data.tier ? this.#archiving(data.tier) : nothing}
      </form>
      ${this.#preview(data, draft)}
    </div>`;
  }

  #faults({ names, tier }: Data, draft: TierDraft): TierFaults {
    return tierFaults(draft, tier ? [] : names);
  }

  #change(part: Partial<TierDraft>): void {
    if (this.draft) this.draft = { ...this.draft, ...part };
  }

  #stripeFirst({ connection }: Data, draft: TierDraft): TemplateResult | typeof nothing {
    return connection.via === null && draft.prices.length > 0
      ? html`<div class="alert amber">
              <p>
                Prices are made in your Stripe account.
                <a href=${paths.stripe(this.projectId, this.context.mode)}>Connect it</a> first.
              </p>
            </div>`
      : nothing;
  }

  #more(draft: TierDraft, faults: TierFaults): TemplateResult {
    return html`<section class="card" aria-labelledby="more-title">
      <h2 id="more-title">How it is offered</h2>
      <div class="columns">
        ${field({
          id: 'trialDays',
          label: 'Days of trial',
          type: 'number',
          value: draft.trialDays,
          fault: faults.trialDays,
          onInput: (trialDays) => this.#change({ trialDays }),
        })}
        ${field({
          id: 'rateLimit',
          label: 'Calls a minute, at most',
          value: draft.rateLimit,
          fault: faults.rateLimit,
          placeholder: 'no limit',
          onInput: (rateLimit) => this.#change({ rateLimit }),
        })}
        ${field({
          id: 'position',
          label: 'Place on the price table',
          type: 'number',
          value: draft.position,
          fault: faults.position,
          onInput: (position) => this.#change({ position }),
        })}
      </div>
      ${
        draft.prices.length > 0
          ? choice({
              id: 'taxBehavior',
              label: 'Tax',
              value: draft.taxBehavior,
              choices: TAX,
              onInput: (taxBehavior) =>
                this.#change({ taxBehavior: taxBehavior as TierDraft['taxBehavior'] }),
            })
          : nothing
      }
      <div class="stack">
        ${check('Marked as popular', draft.popular, (popular) => this.#change({ popular }))}
        ${check('On the price table', draft.listed, (listed) => this.#change({ listed }), 'An unlisted tier can be sold or given by your server only.')}
        ${
          this.data?.tier?.isDefault
            ? html`<p class="hint">
                Everybody for whom nothing else decides is on this tier. To change that, make another
                one the default.
              </p>`
            : check(
                'The tier of everybody for whom nothing else decides',
                draft.isDefault,
                (isDefault) => this.#change({ isDefault }),
              )
        }
      </div>
    </section>`;
  }

  /** What saving would do there; null while there is nothing to save, or it is not right yet. */
  #changesAtStripe({ tier }: Data, draft: TierDraft, faults: TierFaults): string[] | null {
    if (!this.#isChanged() || Object.keys(faults).length > 0) return null;
    return stripeChanges(tier ?? null, draftToInput(draft));
  }

  #atStripe(changes: readonly string[] | null): TemplateResult | typeof nothing {
    if (changes === null) return nothing;
    return html`<section class="alert info" aria-labelledby="at-stripe">
      <h2 id="at-stripe">What saving changes at Stripe</h2>
      ${
        changes.length === 0
          ? html`<p>Nothing.</p>`
          : html`<ul class="plain-list">
              ${changes.map((change) => html`<li>${change}</li>`)}
            </ul>`
      }
    </section>`;
  }

  #archiving(tier: Tier): TemplateResult {
    if (tier.archived)
      return html`<section class="card" aria-labelledby="archived-title">
        <div class="card-head">
          <div>
            <h2 id="archived-title">The tier is archived</h2>
            <p class="muted">Who is on it keeps it. Saved again, with its prices, it is offered again.</p>
          </div>
          <button class="button primary" aria-disabled=${String(this.busy !== null)}>
            Offer it again
          </button>
        </div>
      </section>`;
    return html`<section class="card" aria-labelledby="archive-title">
      <div class="card-head">
        <div>
          <h2 id="archive-title">Archive the tier</h2>
          <p class="muted">Nobody new gets it; who is on it keeps it.</p>
        </div>
        <button class="button danger" type="button" @click=${() => void this.#archive(tier)}>
          Archive
        </button>
      </div>
    </section>`;
  }

  #preview({ tiers, tier }: Data, draft: TierDraft): TemplateResult {
    const shown = [
      ...tiers
        .filter(({ name, listed }) => listed && name !== tier?.name)
        .map((each) => ({ position: each.position, tier: previewOf(tierToDraft(each)) })),
      ...(draft.listed ? [{ position: Number(draft.position), tier: previewOf(draft) }] : []),
    ].toSorted((a, b) => a.position - b.position);
    const config = { bootstrap: previewBootstrap(shown.map((each) => each.tier)) };
    return html`<section class="preview card" aria-labelledby="preview-title">
      <div class="card-head">
        <h2 id="preview-title">Your price table</h2>
        <span class="badge">Preview</span>
      </div>
      ${
        shown.length === 0
          ? html`<p class="muted">No tier is listed.</p>`
          : html`<dream-pricing .config=${config}></dream-pricing>`
      }
    </section>`;
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { data, draft } = this;
    if (data === null || draft === null) return;
    this.tried = true;
    if (Object.keys(this.#faults(data, draft)).length > 0) {
      await this.updateComplete;
      this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    await this.act('save', async () => {
      const { tier } = await this.environment.putTier(draft.name, draftToInput(draft));
      this.draft = tierToDraft(tier);
      this.#start = JSON.stringify(this.draft);
      toast('Tier saved');
      if (data.tier) await this.reload();
      else go(paths.tiers(this.projectId, this.context.mode));
    });
  };

  async #archive({ name, displayName }: Tier): Promise<void> {
    const sure = await confirm({
      title: `Archive ${displayName}?`,
      text: 'It leaves the price table, and its prices are archived at Stripe. Customers who are on it keep it and go on paying.',
      action: 'Archive',
      danger: true,
    });
    if (!sure) return;
    if (!(await this.act('archive', () => this.environment.archiveTier(name)))) return;
    releaseUnsaved();
    toast('Tier archived');
    go(paths.tiers(this.projectId, this.context.mode), true);
  }
}
customElements.define('page-tier', TierPage);

/** On a new tier, what was not touched yet is not wrong yet. */
function onlyTyped(faults: TierFaults, draft: TierDraft): TierFaults {
  const isUntouched = (field: string) => {
    const [list = '', index] = field.split('.');
    if (list === 'prices') return draft.prices[Number(index)]?.amount === '';
    if (list === 'features') return draft.features[Number(index)]?.name === '';
    return draft[list as 'name'] === '';
  };
  return Object.fromEntries(Object.entries(faults).filter(([field]) => !isUntouched(field)));
}
