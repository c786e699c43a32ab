import { html, type TemplateResult } from 'lit';

/** One of a few big choices, each with a line about it. */
export interface Kind<Value extends string> {
  value: Value;
  words: string;
  text: string;
}

/** A choice of one of a few, shown side by side. */
export const kinds = <Value extends string>(options: {
  legend: string;
  kinds: readonly Kind<Value>[];
  chosen: Value;
  onChange: (value: Value) => void;
}): TemplateResult => html`<fieldset>
  <legend>${options.legend}</legend>
  <div class="kinds">
    ${options.kinds.map(
      ({ value, words, text }) =>
        html`<label class="kind">
          <input
            type="radio"
            name="kind"
            .value=${value}
            .checked=${value === options.chosen}
            @change=${() => options.onChange(value)}
          />
          <span><strong>${words}</strong><br /><span class="hint">${text}</span></span>
        </label>`,
    )}
  </div>
</fieldset>`;
