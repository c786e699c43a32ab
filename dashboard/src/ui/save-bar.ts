import { html, nothing, type TemplateResult } from 'lit';

/** Appears when there is something to save, and stays in view. */
export function saveBar(options: {
  isChanged: boolean;
  faults: number;
  busy: boolean;
  onDiscard: () => void;
  words?: string;
  /** How many things saving changes at Stripe, which the page lists. */
  atStripe?: number;
}): TemplateResult | typeof nothing {
  const { isChanged, faults, busy, onDiscard, words = 'Save changes', atStripe = 0 } = options;
  if (!isChanged) return nothing;
  return html`<div class="save-bar">
    <span class=${faults ? 'fault' : 'muted small'} role="status">
      ${state(faults, atStripe)}
    </span>
    <div class="buttons">
      <button class="button quiet" type="button" @click=${onDiscard}>Discard</button>
      <button class="button primary" aria-disabled=${String(busy)}>${busy ? 'Saving…' : words}</button>
    </div>
  </div>`;
}

function state(faults: number, atStripe: number): string {
  if (faults > 0) return `${faults} ${faults === 1 ? 'field is' : 'fields are'} not right yet`;
  if (atStripe === 0) return 'Not saved yet';
  return `Not saved yet: ${atStripe} ${atStripe === 1 ? 'change' : 'changes'} at Stripe, listed below`;
}
