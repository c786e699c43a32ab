import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

/** One input with its label, and what is wrong with it. */
export interface FieldOptions {
  id: string;
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: unknown;
  fault?: string | null | undefined;
  type?: string;
  placeholder?: string;
  code?: boolean;
  lines?: number;
  required?: boolean;
  /** Names the field for those who do not see what stands around it. */
  hideLabel?: boolean;
}

/** A text field: what is wrong is said beside it, and read out with it. */
export function field(options: FieldOptions): TemplateResult {
  const { id, label, hint, fault, hideLabel } = options;
  const described = [hint ? `${id}-hint` : '', fault ? `${id}-fault` : '']
    .filter(Boolean)
    .join(' ');
  return html`<div class="field">
    <label for=${id} class=${hideLabel ? 'visually-hidden' : ''}>${label}</label>
    ${control(options, described)}
    ${hint ? html`<div class="hint" id="${id}-hint">${hint}</div>` : nothing}
    ${fault ? html`<div class="fault" id="${id}-fault">${fault}</div>` : nothing}
  </div>`;
}

function control(options: FieldOptions, described: string): TemplateResult {
  const { id, value, onInput, fault, code, lines, required } = options;
  const input = (event: Event) => onInput((event.target as HTMLInputElement).value);
  const invalid = fault ? 'true' : 'false';
  if (lines)
    return html`<textarea
      id=${id}
      class=${code ? 'code' : ''}
      rows=${lines}
      .value=${live(value)}
      placeholder=${options.placeholder ?? nothing}
      aria-invalid=${invalid}
      aria-describedby=${described || nothing}
      @input=${input}
    ></textarea>`;
  return html`<input
    id=${id}
    class=${code ? 'code' : ''}
    type=${options.type ?? 'text'}
    .value=${live(value)}
    placeholder=${options.placeholder ?? nothing}
    autocomplete="off"
    aria-invalid=${invalid}
    aria-required=${required ? 'true' : nothing}
    aria-describedby=${described || nothing}
    @input=${input}
  />`;
}

/** A choice of a few. */
export const choice = (options: {
  id: string;
  label: string;
  value: string;
  choices: readonly (readonly [string, string])[];
  onInput: (value: string) => void;
  hint?: string;
  hideLabel?: boolean;
}): TemplateResult => html`<div class="field">
  <label for=${options.id} class=${options.hideLabel ? 'visually-hidden' : ''}>${options.label}</label>
  <select
    id=${options.id}
    .value=${live(options.value)}
    @change=${(event: Event) => options.onInput((event.target as HTMLSelectElement).value)}
  >
    ${options.choices.map(
      ([value, words]) =>
        html`<option value=${value} ?selected=${value === options.value}>${words}</option>`,
    )}
  </select>
  ${options.hint ? html`<div class="hint">${options.hint}</div>` : nothing}
</div>`;

/** Yes or no. */
export const check = (
  label: string,
  checked: boolean,
  onChange: (checked: boolean) => void,
  hint?: string,
): TemplateResult => html`<label class="check">
  <input
    type="checkbox"
    .checked=${live(checked)}
    @change=${(event: Event) => onChange((event.target as HTMLInputElement).checked)}
  />
  <span>${label}${hint ? html`<br /><span class="hint">${hint}</span>` : nothing}</span>
</label>`;
