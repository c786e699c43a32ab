import { html, type TemplateResult } from 'lit';
import { colourFault } from '../validation.ts';
import { field } from './field.ts';

/** A colour, picked or typed; empty leaves it to the page. */
export function colourField(options: {
  id: string;
  label: string;
  value: string;
  /** What the picker shows while nothing is chosen. */
  usual: string;
  placeholder: string;
  fault: string | undefined;
  onInput: (value: string) => void;
}): TemplateResult {
  const { id, label, value, usual, onInput } = options;
  return html`<div class="colour">
    <div class="field">
      <label for="${id}-picker">Pick</label>
      <input
        id="${id}-picker"
        type="color"
        aria-label="Pick: ${label}"
        .value=${colourFault(value) === null ? value : usual}
        @input=${(event: Event) => onInput((event.target as HTMLInputElement).value)}
      />
    </div>
    ${field(options)}
  </div>`;
}
