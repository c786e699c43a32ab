import type { Order } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { isToSend } from '../../order-words.ts';

interface Options {
  order: Order;
  busy: string | null;
  onCancel: () => void;
  onErase: () => void;
}

/** Closing an order that nobody paid. */
export function cancelCard({ order, busy, onCancel }: Options): TemplateResult | typeof nothing {
  if (order.status !== 'pending') return nothing;
  return html`<section class="card" aria-labelledby="cancel-title">
    <div class="card-head">
      <div>
        <h2 id="cancel-title">Cancel the order</h2>
        <p class="muted">Its page at Stripe is closed, and its pieces are for sale again.</p>
      </div>
      <button class="button danger" type="button" aria-disabled=${String(busy !== null)} @click=${onCancel}>
        ${busy === 'cancel' ? 'Cancelling…' : 'Cancel order'}
      </button>
    </div>
  </section>`;
}

/** Forgetting who bought an order that is over; nothing where nobody is known. */
export function eraseCard({ order, busy, onErase }: Options): TemplateResult | typeof nothing {
  const { customerId, email, name, phone, shippingAddress, status } = order;
  const isKnown = [customerId, email, name, phone].some((one) => one !== null);
  if (!isKnown || status === 'pending' || status === 'processing') return nothing;
  const isWaiting = isToSend(order) && shippingAddress !== null;
  return html`<section class="card" aria-labelledby="erase-title">
    <div class="card-head">
      <div>
        <h2 id="erase-title">Erase personal data</h2>
        <p class="muted">
          ${
            isWaiting
              ? 'Possible once it is sent, or all of it is given back: until then the address is needed.'
              : 'Who bought is forgotten: e-mail, name, phone and address. Sums, products and the country stay.'
          }
        </p>
      </div>
      ${
        isWaiting
          ? nothing
          : html`<button
              class="button danger"
              type="button"
              aria-disabled=${String(busy !== null)}
              @click=${onErase}
            >
              ${busy === 'erase' ? 'Erasing…' : 'Erase…'}
            </button>`
      }
    </div>
  </section>`;
}
