import { html, nothing, type TemplateResult } from 'lit';

/** Appears when there is something to save, and stays in view. */
export function saveBar(options: {
  isChanged: boolean;
  faults: number;
  busy: boolean;
  onDiscard: () => void;
  words?: string;
}): TemplateResult | typeof nothing {
  const { isChanged, faults, busy, onDiscard, words = 'Save changes' } = options;
  if (!isChanged) return nothing;
  return html`<div class="save-bar">
    <span class=${faults ? 'fault' : 'muted small'} role="status">
      ${faults ? `${faults} ${faults === 1 ? 'field is' : 'fields are'} not right yet` : 'Not saved yet'}
    </span>
    <div class="buttons">
      <button class="button quiet" type="button" @click=${onDiscard}>Discard</button>
      <button class="button primary" aria-disabled=${String(busy)}>${busy ? 'Saving…' : words}</button>
    </div>
  </div>`;
}
