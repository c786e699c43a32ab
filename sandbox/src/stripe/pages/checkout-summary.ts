import { html } from '../../core/page.ts';
import { offerOf, type OfferLine } from '../checkout-offer.ts';
import type { Entity, Scope } from '../scope.ts';
import { day, formatMoney } from './format.ts';

/** What a session sells and what it costs, as the buyer reads it beside the form. */
export function summary(
  scope: Scope,
  session: Entity,
  { business, codeError = '' }: { business: string; codeError?: string | undefined },
) {
  const { lines, trialDays } = offerOf(scope, session);
  const currency = String(session.currency);
  const first = lines[0];
  const isSubscription = session.mode === 'subscription';
  const back = session.cancel_url;
  return html`<div class="side what" id="summary"><div>
    <div class="from">${back ? html`<a href="${back}"><span aria-hidden="true">←</span> ${business}</a>` : html`<span>${business}</span>`}${scope.livemode ? '' : html`<span class="badge">Sandbox</span>`}</div>
    <h1>${isSubscription ? `${trialDays > 0 ? 'Try' : 'Subscribe to'} ${first?.product.name}` : `Pay ${business}`}</h1>
    ${price(scope, session, { trialDays, first })}
    <ul class="lines">${lines.map((line) => lineRow(line, currency))}</ul>
    ${promotion(scope, session, codeError)}
    ${totals(session, { currency, trialDays })}</div></div>`;
}

function price(
  scope: Scope,
  session: Entity,
  { trialDays, first }: { trialDays: number; first: OfferLine | undefined },
) {
  const total = formatMoney(Number(session.amount_total), String(session.currency));
  const each = first && intervalOf(first.price);
  if (trialDays === 0)
    return html`<p class="price"><strong>${total}</strong>${each ? html`<span>per<br>${each}</span>` : ''}</p>`;
  const starts = day(scope.nowSeconds() + trialDays * 86_400);
  return html`<p class="price"><strong>${trialDays} days free</strong></p>
    <p class="quiet">Then ${total} per ${each}, starting ${starts}</p>`;
}

/** "month", or "3 months"; null for a single payment. */
function intervalOf(priceEntity: Entity): string | null {
  const recurring = priceEntity.recurring as { interval: string; interval_count: number } | null;
  if (!recurring) return null;
  const { interval, interval_count: count } = recurring;
  return count === 1 ? interval : `${count} ${interval}s`;
}

function lineRow({ product, price: sold, quantity }: OfferLine, currency: string) {
  const interval = intervalOf(sold);
  const billed = interval === null ? null : `Billed every ${interval}`;
  const unit = formatMoney(Number(sold.unit_amount), currency);
  const note =
    quantity === null
      ? html`<small>${unit} each, by what you use</small>`
      : html`${quantity > 1 ? html`<small>Qty ${quantity}, ${unit} each</small>` : ''}${billed ? html`<small>${billed}</small>` : ''}`;
  const [picture] = (product.images ?? []) as string[];
  return html`<li>${picture ? html`<img src="${picture}" alt="" width="56" height="56">` : ''}<span><b>${product.name}</b>${product.description && quantity !== null ? html`<small>${product.description}</small>` : ''}${note}</span>
    <span>${quantity === null ? 'by use' : formatMoney(Number(sold.unit_amount) * quantity, currency)}</span></li>`;
}

/** The code that is on, or a field to type one in. It belongs to the form beside it. */
function promotion(scope: Scope, session: Entity, error: string) {
  const [discount] = session.discounts as {
    coupon: string | null;
    promotion_code: string | null;
  }[];
  const code = scope.get('promotion_code', String(discount?.promotion_code));
  if (code)
    return html`<p class="coded"><b>${code.code}</b><button form="pay" name="withoutCode" value="1" formnovalidate data-reckon aria-label="Remove the code ${code.code}">×</button></p>`;
  if (session.allow_promotion_codes !== true) return '';
  return html`<div class="code"><label for="promotionCode">Promotion code</label><div><input id="promotionCode" name="promotionCode" form="pay" autocomplete="off" ${error ? html`aria-invalid="true" aria-describedby="codeError"` : ''}>
    <button form="pay" name="reckon" value="1" formnovalidate data-reckon>Apply</button></div><p class="error" role="alert" id="codeError">${error}</p></div>`;
}

function totals(session: Entity, of: { currency: string; trialDays: number }) {
  const money = (minor: number) => formatMoney(minor, of.currency);
  const details = session.total_details as Record<string, number | undefined>;
  const row = (name: string, minor: number | undefined, more = '') =>
    minor
      ? html`<div><dt>${name}</dt><dd class="${more}">${more ? '−' : ''}${money(minor)}</dd></div>`
      : '';
  const due = of.trialDays > 0 ? 0 : Number(session.amount_total);
  return html`<dl><div><dt>Subtotal</dt><dd>${money(Number(session.amount_subtotal))}</dd></div>
    ${row('Discount', details.amount_discount, 'off')}${row('Shipping', details.amount_shipping)}${row('Tax', details.amount_tax)}
    ${of.trialDays > 0 ? html`<div><dt>Total after trial</dt><dd>${money(Number(session.amount_total))}</dd></div>` : ''}
    <div class="total"><dt>${session.mode === 'payment' ? 'Total due' : 'Total due today'}</dt><dd>${money(due)}</dd></div></dl>`;
}
