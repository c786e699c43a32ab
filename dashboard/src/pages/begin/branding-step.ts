import { html, type TemplateResult } from 'lit';
import { type StartDraft, withKind } from '../../start-draft.ts';
import { SHOWN_KINDS, TEMPLATES } from '../../templates.ts';
import { field } from '../../ui/field.ts';
import { kinds } from '../../ui/kinds.ts';

const KINDS = SHOWN_KINDS.map((value) => ({ value, ...TEMPLATES[value] }));

/** What the product is, and what it is called. */
export const brandingStep = (
  draft: StartDraft,
  faults: Readonly<Record<string, string>>,
  change: (part: Partial<StartDraft>) => void,
): TemplateResult => html`<section class="card form" aria-label="Your product">
  ${kinds({
    legend: 'Kind',
    kinds: KINDS,
    chosen: draft.kind,
    onChange: (kind) => change(withKind(draft, kind)),
  })}
  ${field({
    id: 'name',
    label: 'Name of your product',
    value: draft.name,
    placeholder: 'Versa',
    required: true,
    fault: faults.name,
    onInput: (name) => change({ name }),
  })}
  ${field({
    id: 'logoUrl',
    label: 'Logo',
    value: draft.logoUrl,
    placeholder: 'https://example.com/logo.svg',
    hint: 'Where your site keeps it. It can wait.',
    fault: faults.logoUrl,
    onInput: (logoUrl) => change({ logoUrl }),
  })}
</section>`;
