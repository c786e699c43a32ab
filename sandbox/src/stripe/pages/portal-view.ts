import { html, page } from '../../core/page.ts';
import { usualMethod } from '../payment-methods.ts';
import { phasesOf, scheduleOf } from '../schedule-phases.ts';
import type { Entity, Scope } from '../scope.ts';
import { isOver } from '../subscription-end.ts';
import { itemsOf, totalMinor } from '../subscription-items.ts';
import { day, formatMoney } from './format.ts';

/** A customer's page: whose it is, and what was refused. */
export interface Seen {
  scope: Scope;
  session: Entity;
  business: string;
  error: string;
}

const STYLES = `
main { max-width: 46rem; padding-block: 1.5rem 4rem; } .top { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; margin-bottom: 1.5rem; } .top a { padding: .5rem 0; text-decoration: none; font-weight: 600; } .top a:hover { text-decoration: underline; }
.badge { border-radius: .3rem; padding: .1rem .5rem; font-size: .75rem; font-weight: 600; color: light-dark(#7a4b00, #ffd48a); background: light-dark(#ffe9c2, #3d2c0b); }
section { margin: 0 0 2.25rem; } h2 { font-size: .8rem; letter-spacing: .04em; text-transform: uppercase; color: var(--quiet); font-weight: 600; margin: 0; padding-bottom: .6rem; border-bottom: 1px solid var(--line); }
article { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 1rem; padding: 1.1rem 0; border-bottom: 1px solid var(--line); } article p { margin: 0; } article h3 { margin: 0; font-size: 1.05rem; } .price { font-size: 1.35rem; font-weight: 700; margin: .15rem 0; font-variant-numeric: tabular-nums; } .price small { font-size: 1rem; font-weight: 400; color: var(--quiet); }
.quiet { color: var(--quiet); margin: 0; } .bad { color: var(--bad); } .error { color: var(--bad); font-weight: 500; margin: 0 0 1.5rem; padding: .75rem 1rem; border: 1px solid currentColor; border-radius: .6rem; }
form.acts { display: flex; flex-direction: column; gap: .5rem; align-items: stretch; min-width: 12rem; } form.acts label { display: grid; gap: .25rem; font-size: .9rem; font-weight: 500; }
ul { list-style: none; padding: 0; margin: 0; } li { display: grid; grid-template-columns: 1fr auto auto; align-items: center; gap: .25rem 1.25rem; border-bottom: 1px solid var(--line); padding: .65rem 0; font-variant-numeric: tabular-nums; } li > :nth-child(2) { text-align: end; } li a, li button { justify-self: end; } li a { padding: .5rem 0; }
.state { color: var(--quiet); font-size: .85rem; display: block; } .state.bad { color: var(--bad); } details { padding: .75rem 0; } summary { cursor: pointer; padding: .4rem 0; font-weight: 500; } .fields { display: grid; gap: .9rem; max-width: 25rem; padding-top: .5rem; } .fields label { display: grid; gap: .3rem; font-size: .9rem; font-weight: 500; } .pair { display: grid; grid-template-columns: 1fr 1fr; gap: .9rem; }
dl { margin: 1.5rem 0; } dl > div { display: flex; justify-content: space-between; gap: 1rem; border-bottom: 1px solid var(--line); padding: .65rem 0; } dt, dd { margin: 0; } dd { font-variant-numeric: tabular-nums; } .total { font-weight: 700; }`;

/** The page of a customer: what it subscribed to, what it pays with, and its invoices. */
export function portalView(seen: Seen): string {
  const { scope, session, business, error } = seen;
  const mine = (entity: Entity) => entity.customer === session.customer;
  const subscriptions = scope.list('subscription').filter(mine).toReversed();
  const invoices = scope
    .list('invoice')
    .filter((one) => mine(one) && one.status !== 'draft')
    .toReversed();
  const body = html`<main>${top(seen)}<h1>Your subscription with ${business}</h1>
    ${error ? html`<p class="error" role="alert">${error}</p>` : ''}
    <section><h2>Current plan</h2>${subscriptions.length === 0 ? html`<article><p class="quiet">You have no subscription.</p></article>` : ''}
      ${subscriptions.map((subscription) => plan(seen, subscription))}</section>
    <section><h2>Payment method</h2>${payment(seen)}</section>
    <section><h2>Invoices</h2><ul>${invoices.length === 0 ? html`<li class="quiet">None yet.</li>` : ''}
      ${invoices.map((invoice) => invoiceRow(seen, invoice))}</ul></section></main>`;
  return page({ title: `Your subscription with ${business}`, body, styles: STYLES });
}

const top = ({ scope, session, business }: Seen) =>
  html`<div class="top">${session.return_url ? html`<a href="${session.return_url}"><span aria-hidden="true">←</span> Back to ${business}</a>` : ''}${scope.livemode ? '' : html`<span class="badge">Sandbox</span>`}</div>`;

function plan({ scope, session }: Seen, subscription: Entity) {
  const item = itemsOf(subscription)[0];
  const product = scope.get('product', String(item?.price.product));
  const recurring = item?.price.recurring as { interval: string } | undefined;
  const others = offeredPrices(scope, session, subscription);
  const ends = subscription.cancel_at !== null;
  const button = ends
    ? html`<button class="primary" name="action" value="resume">Resume plan</button>`
    : html`<button name="action" value="cancel">Cancel plan</button>`;
  const change = html`<label>Change to<select name="price">${others.map((price) => priceOption(scope, price))}</select></label>
    <button class="primary" name="action" value="switch">Change plan</button>`;
  return html`<article><div><h3>${product?.name ?? 'Subscription'}</h3>
    <p class="price">${formatMoney(totalMinor(subscription), String(subscription.currency))} <small>per ${recurring?.interval}</small></p>
    <p class="quiet">${stateOf(subscription, item?.current_period_end)}</p>${scheduledChange(scope, subscription)}</div>
    ${isOver(subscription) ? '' : html`<form class="acts" method="post"><input type="hidden" name="subscription" value="${subscription.id}">${others.length > 0 && !ends ? change : ''}${button}</form>`}</article>`;
}

/** What the plan changes to by its schedule, and when. */
function scheduledChange(scope: Scope, subscription: Entity) {
  const schedule = scheduleOf(scope, subscription);
  const next = schedule && phasesOf(schedule).find((one) => one.start_date > scope.nowSeconds());
  const price = next && scope.get('price', next.items[0]?.price ?? '');
  if (!next || !price || price.id === itemsOf(subscription)[0]?.price.id) return '';
  const product = scope.get('product', String(price.product));
  const amount = formatMoney(Number(price.unit_amount), String(price.currency));
  const { interval } = price.recurring as { interval: string };
  return html`<p>Changes to <b>${product?.name}</b>, ${amount} per ${interval}, on ${day(next.start_date)}</p>`;
}

function priceOption(scope: Scope, price: Entity) {
  const product = scope.get('product', String(price.product));
  const { interval } = price.recurring as { interval: string };
  const amount = formatMoney(Number(price.unit_amount), String(price.currency));
  return html`<option value="${price.id}">${product?.name}, ${amount} per ${interval}</option>`;
}

/** The prices a configuration lets a customer change to, without the one it has. */
export function offeredPrices(scope: Scope, session: Entity, subscription: Entity): Entity[] {
  const configuration = scope.get('billing_portal.configuration', String(session.configuration));
  const features = configuration?.features as
    | { subscription_update?: { enabled: boolean; products: { prices: string[] }[] | null } }
    | undefined;
  if (!features?.subscription_update?.enabled) return [];
  const current = itemsOf(subscription)[0]?.price.id;
  return (features.subscription_update.products ?? [])
    .flatMap(({ prices }) => prices)
    .map((id) => scope.get('price', id))
    .filter((price) => price !== undefined)
    .filter((price) => price.active === true && price.currency === subscription.currency)
    .filter((price) => price.id !== current);
}

function payment({ scope, session }: Seen) {
  const method = methodShown(scope, String(session.customer));
  const card = method?.card as
    | { brand: string; last4: string; exp_month: number; exp_year: number }
    | undefined;
  const field = (id: string, label: string, more: ReturnType<typeof html>) =>
    html`<label for="${id}">${label}<input id="${id}" name="${id}" required ${more}></label>`;
  return html`<article><p>${card ? html`<b>${card.brand === 'visa' ? 'Visa' : card.brand} •••• ${card.last4}</b> <span class="quiet">Expires ${String(card.exp_month).padStart(2, '0')}/${card.exp_year}</span>` : html`<span class="quiet">None yet.</span>`}</p></article>
    <details><summary>Change payment method</summary><form class="fields" method="post" novalidate>
      ${field('cardNumber', 'Card number', html`inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234"`)}
      <div class="pair">${field('cardExpiry', 'Expiry', html`inputmode="numeric" autocomplete="cc-exp" placeholder="MM / YY"`)}
      ${field('cardCvc', 'CVC', html`inputmode="numeric" autocomplete="cc-csc" placeholder="CVC"`)}</div>
      ${field('billingName', 'Name on card', html`autocomplete="cc-name"`)}
      <button class="primary" name="action" value="card">Save card</button></form></details>`;
}

/** The card a customer pays with: its subscription's, else its own. */
function methodShown(scope: Scope, customer: string): Entity | undefined {
  const paying = scope
    .list('subscription')
    .findLast((one) => one.customer === customer && !isOver(one));
  return (
    scope.get('payment_method', String(paying?.default_payment_method)) ??
    usualMethod(scope, customer)
  );
}

function invoiceRow({ session }: Seen, invoice: Entity) {
  const { created, status, total, currency } = invoice;
  const isOpen = status === 'open';
  return html`<li><span>${day(created)}<span class="state ${isOpen ? 'bad' : ''}">${STATES[String(status)]}</span></span>
    <span>${formatMoney(Number(total), String(currency))}</span>
    ${isOpen ? html`<form method="post"><input type="hidden" name="invoice" value="${invoice.id}"><button name="action" value="pay">Pay now</button></form>` : html`<a href="/p/session/${session.id}/invoices/${invoice.id}">Receipt</a>`}</li>`;
}

const STATES: Record<string, string> = {
  open: 'Not paid yet',
  paid: 'Paid',
  uncollectible: 'Given up',
  void: 'Void',
};

/** The receipt of an invoice: its lines, as Stripe words them, and what was paid. */
export function receiptView(seen: Seen, invoice: Entity): string {
  const { business, session } = seen;
  const money = (minor: unknown) => formatMoney(Number(minor), String(invoice.currency));
  const { data } = invoice.lines as { data: { description: string | null; amount: number }[] };
  const taxMinor = (invoice.total_taxes as { amount: number }[] | null)?.reduce(
    (sum, { amount }) => sum + amount,
    0,
  );
  const body = html`<main><div class="top"><a href="/p/session/${session.id}"><span aria-hidden="true">←</span> All invoices</a></div>
    <h1>Receipt from ${business}</h1><p class="quiet">${invoice.number ? html`Invoice ${invoice.number}, ` : ''}${day(invoice.created)}, ${STATES[String(invoice.status)]?.toLowerCase()}</p>
    <dl>${data.map(({ description, amount }) => html`<div><dt>${description ?? 'Subscription'}</dt><dd>${money(amount)}</dd></div>`)}
      ${taxMinor ? html`<div><dt>Tax</dt><dd>${money(taxMinor)}</dd></div>` : ''}
      <div class="total"><dt>Total</dt><dd>${money(invoice.total)}</dd></div><div><dt>Amount paid</dt><dd>${money(invoice.amount_paid)}</dd></div></dl></main>`;
  return page({ title: `Receipt from ${business}`, body, styles: STYLES });
}

function stateOf(subscription: Entity, periodEndSeconds: number | undefined) {
  const { status } = subscription;
  if (isOver(subscription)) return `Ended on ${day(subscription.ended_at)}`;
  if (subscription.cancel_at !== null) return `Ends on ${day(subscription.cancel_at)}`;
  if (status === 'past_due' || status === 'unpaid')
    return html`<span class="bad">The last payment failed</span>`;
  if (status === 'trialing') return `Free until ${day(periodEndSeconds)}`;
  return `Renews on ${day(periodEndSeconds)}`;
}

/** What is read in the place of a page that is over. */
export const gone = () =>
  page({
    title: 'Expired',
    body: html`<main><h1>This page has expired</h1><p>Open it again from the site.</p></main>`,
  });
