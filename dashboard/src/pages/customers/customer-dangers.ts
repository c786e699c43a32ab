import type { Customer } from '@dream/contract';
import { html, type TemplateResult } from 'lit';

/** Says that a customer is kept out. */
export const bannedNote = html`<div class="alert">
  <strong>Banned</strong>
  <p>Nobody signs in as this customer, and nothing is counted for them.</p>
</div>`;

/** Keeping a customer out, or erasing it. */
export const dangersCard = ({
  customer,
  busy,
  ban,
  erase,
}: {
  customer: Customer;
  busy: string | null;
  ban: (banned: boolean) => void;
  erase: () => void;
}): TemplateResult => html`<section class="card" aria-labelledby="dangers-title">
  <h2 id="dangers-title">Keep out, or erase</h2>
  <p class="muted">
    Who is banned cannot sign in, and nothing is counted for them; it can be taken back. Erasing
    cancels a subscription at once, ends every session, and cannot be taken back.
  </p>
  <div class="buttons">
    <button
      class="button"
      type="button"
      aria-disabled=${String(busy !== null)}
      @click=${() => ban(!customer.banned)}
    >
      ${customer.banned ? 'Let in again' : 'Ban'}
    </button>
    <button
      class="button danger"
      type="button"
      aria-disabled=${String(busy !== null)}
      @click=${erase}
    >
      Erase customer
    </button>
  </div>
</section>`;
