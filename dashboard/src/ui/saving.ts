import { html, type TemplateResult } from 'lit';

/** How far something is that takes a while. */
export const saving = ({
  done,
  of,
  words,
}: {
  done: number;
  of: number;
  words: string;
}): TemplateResult => html`<div class="stack">
  <progress class="progress" max=${of} value=${done} aria-label="Saving"></progress>
  <p class="muted small" role="status">${words}…</p>
</div>`;
