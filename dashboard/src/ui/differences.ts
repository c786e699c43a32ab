import { html, nothing, type TemplateResult } from 'lit';
import './differences.css';

/** A field in lines, as it was and as it is. */
interface Difference {
  field: string;
  before: readonly string[];
  after: readonly string[];
}

/** What differs, a field a row; of what is new there is no before. */
export const differences = (
  fields: readonly Difference[],
  wordsOf: (field: string) => string,
  isNew = false,
): TemplateResult => html`<dl class="differing">
  ${fields
    .filter(({ before, after }) => before.length > 0 || after.length > 0)
    .map(
      ({ field, before, after }) => html`<div>
        <dt>${wordsOf(field)}</dt>
        <dd>
          ${isNew || before.length === 0 ? nothing : html`<del><span class="visually-hidden">was </span>${lines(before)}</del>`}
          <ins><span class="visually-hidden">becomes </span>${lines(after)}</ins>
        </dd>
      </div>`,
    )}
</dl>`;

const lines = (all: readonly string[]): unknown =>
  all.length === 0 ? html`<span>nothing</span>` : all.map((line) => html`<span>${line}</span>`);
