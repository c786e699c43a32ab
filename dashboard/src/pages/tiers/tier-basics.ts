import { html, type TemplateResult } from 'lit';
import type { TierDraft, TierFaults } from '../../tier-draft.ts';
import { field } from '../../ui/field.ts';

/** What a tier is called and says; `saved` is its name in code once it has one that stays. */
export function basics(
  draft: TierDraft,
  faults: TierFaults,
  change: (part: Partial<TierDraft>) => void,
  saved: string | null,
): TemplateResult {
  return html`<section class="card" aria-labelledby="basics-title">
      <h2 id="basics-title">What it is</h2>
      <div class="columns">
        ${field({
          id: 'displayName',
          label: 'Name on the price table',
          value: draft.displayName,
          fault: faults.displayName,
          placeholder: 'Pro',
          onInput: (displayName) => {
            const follows = saved === null && draft.name === slug(draft.displayName);
            change({ displayName, ...(follows ? { name: slug(displayName) } : {}) });
          },
        })}
        ${
          saved === null
            ? field({
                id: 'name',
                label: 'Name in your code',
                value: draft.name,
                fault: faults.name,
                placeholder: 'pro',
                code: true,
                hint: 'What “plan” and “tier” take. It stays.',
                onInput: (name) => change({ name }),
              })
            : html`<div class="field">
                <span class="label">Name in your code</span>
                <p><code>${saved}</code></p>
              </div>`
        }
      </div>
      ${field({
        id: 'description',
        label: 'Description',
        value: draft.description,
        fault: faults.description,
        placeholder: 'For people who write every day.',
        onInput: (description) => change({ description }),
      })}
      ${field({
        id: 'highlights',
        label: 'Lines of the price table',
        value: draft.highlights,
        fault: faults.highlights,
        lines: 4,
        hint: 'One a line.',
        onInput: (highlights) => change({ highlights }),
      })}
    </section>`;
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 40);
