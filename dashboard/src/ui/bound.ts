import { html, nothing, type TemplateResult } from 'lit';

/** From how much of a bound on it is told above the list, and not only below. */
const NEAR = 0.8;

/** Below a list that is bounded: how many there are, and how many there can be. */
export const boundTold = (count: number, most: number, many: string): TemplateResult =>
  html`<p class="muted small" role="status">${count} of at most ${most} ${many}</p>`;

/** Above a list that is nearly as long as it can be, or is; nothing before. */
export const boundNear = (
  count: number,
  most: number,
  many: string,
  howToGoOn: string,
): TemplateResult | typeof nothing =>
  count < most * NEAR
    ? nothing
    : html`<div class="alert ${count < most ? 'info' : 'amber'}">
        <p>
          ${count < most ? html`${count} of at most ${most} ${many}: there is room for ${most - count} more.` : html`An environment has at most ${most} ${many}. ${howToGoOn}`}
        </p>
      </div>`;
