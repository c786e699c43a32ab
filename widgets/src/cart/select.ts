import { html, nothing, type TemplateResult } from 'lit';

/** One of several to choose, where there are several. */
export function select<Value>(
  label: string,
  values: readonly Value[],
  chosen: Value | undefined,
  { name, pick }: { name: (value: Value) => string; pick: (value: Value) => void },
): TemplateResult | typeof nothing {
  if (values.length < 2) return nothing;
  return html`<select
    part="select"
    aria-label=${label}
    @change=${({ target }: Event) => {
      const value = values[(target as HTMLSelectElement).selectedIndex];
      if (value !== undefined) pick(value);
    }}
  >
    ${values.map((value) => html`<option ?selected=${value === chosen}>${name(value)}</option>`)}
  </select>`;
}
