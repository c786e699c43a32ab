import { html, type TemplateResult } from 'lit';

/** Under a list that is bounded: how many there are, and how many there can be. */
export const boundTold = (count: number, most: number, many: string): TemplateResult =>
  html`<p class="muted small" role="status">${count} of at most ${most} ${many}</p>`;

/** In place of the way to add one more, when there can be no more. */
export const boundMet = (many: string, most: number, howToGoOn: string): TemplateResult =>
  html`<div class="alert amber">
    <p>An environment has at most ${most} ${many}. ${howToGoOn}</p>
  </div>`;
