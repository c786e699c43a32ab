import { html, type TemplateResult } from 'lit';

/** What a column is called; one of numbers says so, and one without a name holds what can be done. */
export type Head = string | { number: string };

/** A table as all lists show it. On phones each row is a card, by the `data-label` of its cells. */
export const table = (heads: readonly Head[], rows: unknown): TemplateResult => html`<table>
  <thead>
    <tr>
      ${heads.map((head) =>
        typeof head === 'string'
          ? html`<th scope="col">${head || html`<span class="visually-hidden">What to do</span>`}</th>`
          : html`<th scope="col" class="number">${head.number}</th>`,
      )}
    </tr>
  </thead>
  <tbody>
    ${rows}
  </tbody>
</table>`;

/** A table in a card of its own, by the name it is read out with. */
export const tableCard = (
  label: string,
  heads: readonly Head[],
  rows: unknown,
): TemplateResult => html`<section class="card table-card" aria-label=${label}>
  ${table(heads, rows)}
</section>`;
