import type { OrderReceipt } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { money } from '../internal/money.ts';
import type { Spoken } from './drawer-element.ts';

/** Which text names a status. */
const STATUS: Readonly<Record<OrderReceipt['status'], string>> = {
  pending: 'statusPending',
  processing: 'statusProcessing',
  paid: 'statusPaid',
  failed: 'statusFailed',
  expired: 'statusExpired',
  canceled: 'statusCanceled',
  partially_refunded: 'statusPartlyRefunded',
  refunded: 'statusRefunded',
};

/** What an order is of, and what it came to, by Stripe's own sums. */
export function receipt(order: OrderReceipt, spoken: Spoken): TemplateResult {
  const { text, language } = spoken;
  const amount = (minor: number) => money(minor, order.currency, language);
  const row = (name: string, minor: number, className = '') =>
    minor === 0
      ? nothing
      : html`<div class=${className}>
          <dt>${text(name)}</dt>
          <dd>${amount(minor)}</dd>
        </div>`;
  const { subtotalMinor, discountMinor, shippingMinor, taxMinor, totalMinor } = order;
  return html`<ul class="bought">
      ${order.lines.map(
        ({ name, quantity, totalMinor: lineMinor }) =>
          html`<li>
            <span class="times">${quantity} ×</span>
            <bdi>${name}</bdi>
            <span class="sum">${amount(lineMinor)}</span>
          </li>`,
      )}
    </ul>
    <dl class="sums" part="total">
      ${subtotalMinor === totalMinor ? nothing : row('subtotal', subtotalMinor)}
      ${row('discount', -discountMinor)} ${row('shipping', shippingMinor)} ${row('tax', taxMinor)}
      <div class="total">
        <dt>${text('total')}</dt>
        <dd>${amount(totalMinor)}</dd>
      </div>
    </dl>
    ${
      order.refundedMinor > 0
        ? html`<p class="muted">${text('refunded', { amount: amount(order.refundedMinor) })}</p>`
        : nothing
    }
    <p class="links">
      ${anchor(order.receiptUrl, text('receipt'))}
      ${anchor(order.fulfilled?.trackingUrl, text('tracking'))}
    </p>`;
}

const anchor = (url: string | null | undefined, words: string) =>
  url?.startsWith('https:')
    ? html`<a part="link" href=${url} target="_blank" rel="noopener">${words}</a>`
    : nothing;

/** The orders somebody made, the newest first, each to be opened. */
export function orderList(orders: readonly OrderReceipt[], spoken: Spoken): TemplateResult {
  const { text, language } = spoken;
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  return html`<ul class="orders">
    ${orders.map(
      (order) =>
        html`<li>
          <details>
            <summary>
              <span>
                <strong>${text('order', { number: `${order.number}` })}</strong>
                <span class="muted">${date.format(order.createdAtMs)}</span>
              </span>
              <span>
                <span class="sum">${money(order.totalMinor, order.currency, language)}</span>
                <span class="muted">${text(order.fulfilled ? 'sent' : STATUS[order.status])}</span>
              </span>
            </summary>
            ${receipt(order, spoken)}
          </details>
        </li>`,
    )}
  </ul>`;
}
