import type { Order, ShippingAddress } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { instant, money } from '../../ui/format.ts';
import { table } from '../../ui/table.ts';

/** What was bought, and what it came to. */
export function linesCard(order: Order): TemplateResult {
  const { lines, currency, subtotalMinor, discountMinor, shippingMinor, taxMinor } = order;
  const sum = (words: string, minor: number, isStrong = false) =>
    html`<div class=${isStrong ? 'strong' : ''}>
      <dt>${words}</dt>
      <dd>${money(minor, currency)}</dd>
    </div>`;
  return html`<section class="card table-card" aria-label="What was bought">
    ${table(
      ['Product', { number: 'Price' }, { number: 'Pieces' }, { number: 'Sum' }],
      lines.map(
        ({ name, priceMinor, quantity, refundedQuantity, totalMinor }) =>
          html`<tr>
              <td data-label="Product">
                <span class="anywhere">${name}</span>
                ${
                  refundedQuantity > 0
                    ? html`<span class="badge">${refundedQuantity.toLocaleString()} came back</span>`
                    : nothing
                }
              </td>
              <td data-label="Price" class="nowrap number">${money(priceMinor, currency)}</td>
              <td data-label="Pieces" class="number">${quantity.toLocaleString()}</td>
              <td data-label="Sum" class="nowrap number">${money(totalMinor, currency)}</td>
            </tr>`,
      ),
    )}
    <dl class="sums">
      ${subtotalMinor === order.totalMinor ? nothing : sum('Products', subtotalMinor)}
      ${discountMinor > 0 ? sum('Discount', -discountMinor) : nothing}
      ${shippingMinor > 0 ? sum('Shipping', shippingMinor) : nothing}
      ${taxMinor > 0 ? sum('Tax', taxMinor) : nothing} ${sum('Total', order.totalMinor, true)}
      ${order.refundedMinor > 0 ? sum('Given back', -order.refundedMinor) : nothing}
    </dl>
  </section>`;
}

/** Who bought it, where it goes and how it was paid. */
export function buyerCard(order: Order): TemplateResult {
  const { name, email, phone, customerId, shippingAddress, receiptUrl, paidAtMs } = order;
  return html`<section class="card" aria-labelledby="buyer-title">
    <h2 id="buyer-title">Buyer</h2>
    <dl class="facts">
      ${fact('Name', name)} ${fact('E-mail', email)} ${fact('Phone', phone)}
      ${fact('Customer', customerId === null ? 'A guest, or one who was erased' : html`<code>${customerId}</code>`)}
      ${fact('Sent to', shippingAddress && addressLines(shippingAddress))}
      ${fact('Ordered', instant(order.createdAtMs))}
      ${fact('Paid', paidAtMs === null ? null : instant(paidAtMs))}
      ${fact(
        'Receipt',
        receiptUrl &&
          html`<a href=${receiptUrl} target="_blank" rel="noreferrer">Stripe’s receipt</a>`,
      )}
      ${fact('Payment', order.paymentIntentId && html`<code>${order.paymentIntentId}</code>`)}
    </dl>
  </section>`;
}

const fact = (words: string, value: unknown): TemplateResult | typeof nothing =>
  value
    ? html`<div>
        <dt>${words}</dt>
        <dd>${value}</dd>
      </div>`
    : nothing;

function addressLines(address: ShippingAddress): TemplateResult[] | null {
  const { name, line1, line2, city, state, postalCode, country } = address;
  const place = [postalCode, city, state].filter(Boolean).join(' ');
  const lines = [name, line1, line2, place, country].filter(Boolean);
  return lines.length > 0 ? lines.map((line) => html`<div>${line}</div>`) : null;
}
