import { html, nothing, type TemplateResult } from 'lit';

/** What a page shows while its data is on the way: the shape of what is to come. */
export const skeleton = (rows = 4): TemplateResult => html`
  <div class="card" aria-busy="true">
    <span class="visually-hidden" role="status">Loading</span>
    ${Array.from({ length: rows }, (_, row) => html`<div class="bone ${row % 2 ? 'half' : ''}"></div>`)}
  </div>
`;

/** What is there when nothing is: what it would be, and what to do next. */
export const emptyState = (
  title: string,
  text: string,
  action: unknown = nothing,
): TemplateResult => html`
  <div class="empty">
    <h2>${title}</h2>
    <p>${text}</p>
    ${action}
  </div>
`;

/** An error as it is told to people. */
export interface Trouble {
  title: string;
  message: string;
  docs: string | null;
  requestId: string | null;
  /** What is wrong with this very thing. */
  reason?: string | null;
  issues?: readonly { path: string; message: string }[];
}

/** What went wrong and how to go on. */
export const troubleNotice = (
  trouble: Trouble | null,
  retry?: () => void,
): TemplateResult | typeof nothing =>
  trouble === null
    ? nothing
    : html`
        <div class="alert" role="alert">
          <strong>${trouble.title}</strong>
          <p>${trouble.message}</p>
          ${trouble.reason ? html`<p>${trouble.reason}</p>` : nothing}
          ${(trouble.issues ?? []).map(
            ({ path, message }) => html`<p><code>${path}</code> ${message}</p>`,
          )}
          ${
            trouble.requestId
              ? html`<p class="small muted">
                  ${trouble.docs ? html`<a href=${trouble.docs} target="_blank" rel="noreferrer">About this error</a> · ` : nothing}Request
                  <code>${trouble.requestId}</code>
                </p>`
              : nothing
          }
          ${
            retry
              ? html`<div class="buttons">
                  <button class="button" type="button" @click=${retry}>Try again</button>
                </div>`
              : nothing
          }
        </div>
      `;
