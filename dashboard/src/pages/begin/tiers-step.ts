import { html, type TemplateResult } from 'lit';
import { newDraft, type TierDraft } from '../../tier-draft.ts';
import { icons } from '../../ui/icons.ts';
import { basics } from '../tiers/tier-basics.ts';
import { featureRows, priceRows } from '../tiers/tier-rows.ts';

/** The tiers, one of them open in the form that every tier is edited in. */
export function tiersStep({
  tiers,
  open,
  faults,
  choose,
  change,
}: {
  tiers: readonly TierDraft[];
  open: number;
  /** By the place of the tier: `1.displayName`. */
  faults: Readonly<Record<string, string>>;
  choose: (index: number) => void;
  change: (tiers: readonly TierDraft[]) => void;
}): TemplateResult {
  const draft = tiers[open] ?? newDraft(0);
  const ofTier = Object.fromEntries(
    Object.entries(faults).flatMap(([field, fault]) =>
      field.startsWith(`${open}.`) ? [[field.slice(`${open}.`.length), fault]] : [],
    ),
  );
  const set = (part: Partial<TierDraft>) =>
    change(tiers.map((tier, index) => (index === open ? { ...tier, ...part } : tier)));
  const add = () => {
    change([...tiers, { ...newDraft(tiers.length), isDefault: false }]);
    choose(tiers.length);
  };
  const remove = () => {
    change(tiers.filter((_, index) => index !== open));
    choose(Math.max(0, open - 1));
  };
  const isWrong = (index: number) =>
    Object.keys(faults).some((field) => field.startsWith(`${index}.`));
  return html`<div class="tier-choice" role="group" aria-label="Tiers">
      ${tiers.map(
        (tier, index) =>
          html`<button
            class="button"
            type="button"
            aria-pressed=${String(index === open)}
            @click=${() => choose(index)}
          >
            ${tier.displayName || 'New tier'}${isWrong(index) ? html`<span class="badge bad">!</span>` : ''}
          </button>`,
      )}
      <button class="button quiet" type="button" @click=${add}>${icons.plus} Add a tier</button>
    </div>
    ${basics(draft, ofTier, set, draft.isDefault ? draft.name : null)}
    ${priceRows(draft, ofTier, set, '')} ${featureRows(draft, ofTier, set)}
    ${
      draft.isDefault
        ? html`<p class="hint">Everybody who signs up begins on this tier.</p>`
        : html`<div class="buttons">
            <button class="button danger" type="button" @click=${remove}>
              Leave out ${draft.displayName || 'this tier'}
            </button>
          </div>`
    }`;
}
