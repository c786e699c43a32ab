import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

const PAUSE_MS = 250;

/** Waits until typing pauses, so that a list is not asked for at every letter. */
export class Pause {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Does this after a pause, in place of what waited before. */
  after(work: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(work, PAUSE_MS);
  }

  /** Nothing is waited for any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** A field to look for something in a list. */
export const searchField = (
  label: string,
  value: string,
  onInput: (value: string) => void,
  maxLength = 120,
): TemplateResult => html`<input
  type="search"
  aria-label=${label}
  placeholder=${label}
  maxlength=${maxLength}
  .value=${live(value)}
  @input=${(event: Event) => onInput((event.target as HTMLInputElement).value)}
/>`;
