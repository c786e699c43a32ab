import { Hono } from 'hono';
import { html, page } from '../../core/page.ts';
import { lineItems } from '../checkout-session.ts';
import type { Entity, Scope } from '../scope.ts';
import type { World } from '../world.ts';
import { day, formatMoney } from './format.ts';

const STYLES = `
main { max-width: 30rem; } @media (min-width: 48rem) { main { padding-top: 8vh; } }
section { background: var(--paper); border: 1px solid var(--line); border-radius: .9rem; padding: 1.75rem 1.5rem; } h1 { font-size: 1.25rem; margin: 0; }
.quiet { color: var(--quiet); margin: .25rem 0 0; font-size: .95rem; overflow-wrap: anywhere; } .paid { font-size: 2.2rem; font-weight: 700; margin: 1rem 0 0; line-height: 1.15; font-variant-numeric: tabular-nums; }
dl { margin: 1.5rem 0 0; border-top: 1px solid var(--line); font-variant-numeric: tabular-nums; } dl > div { display: flex; justify-content: space-between; gap: 1rem; padding: .65rem 0; border-bottom: 1px solid var(--line); } dt, dd { margin: 0; } dt small { display: block; color: var(--quiet); } dd { white-space: nowrap; } .total { font-weight: 700; }`;

/** The receipt of a charge, where `receipt_url` leads. */
export function receiptPages(world: World): Hono {
  const app = new Hono();
  app.get('/receipts/payment/:id', (c) => {
    const found = world.find('charge', c.req.param('id'));
    if (!found || found.entity.receipt_url === null) return c.html(nothing(), 404);
    return c.html(receipt(found.scope, found.entity, world.nameOf(found.scope)));
  });
  return app;
}

function receipt(scope: Scope, charge: Entity, business: string): string {
  const money = (minor: unknown) => formatMoney(Number(minor), String(charge.currency));
  const { email } = charge.billing_details as { email: string | null };
  const row = (name: unknown, minor: unknown, kind = '') =>
    html`<div class="${kind}"><dt>${name}</dt><dd>${money(minor)}</dd></div>`;
  const body = html`<main><section><h1>Receipt from ${business}</h1>
    <p class="quiet">${day(charge.created)}${email ? `, ${email}` : ''}</p>
    <p class="paid">${money(charge.amount)}</p><p class="quiet">${STATES[String(charge.status)]} ${paidWith(charge)}</p>
    <dl>${boughtRows(scope, charge, row)}
      ${row('Total', charge.amount, 'total')}
      ${Number(charge.amount_refunded) > 0 ? row('Refunded', charge.amount_refunded) : ''}</dl>
    <p class="quiet">${charge.id}</p></section></main>`;
  return page({ title: `Receipt from ${business}`, body, styles: STYLES });
}

const STATES: Record<string, string> = {
  succeeded: 'Paid with',
  pending: 'On its way from',
  failed: 'Not paid with',
};

/** What the payment was for, when a checkout tells it. */
function boughtRows(scope: Scope, charge: Entity, row: (name: unknown, minor: unknown) => unknown) {
  const session = scope
    .list('checkout.session')
    .find((one) => one.payment_intent !== null && one.payment_intent === charge.payment_intent);
  if (!session) return row(charge.description ?? 'Payment', charge.amount);
  const sent = session.shipping_cost as { amount_total: number } | null;
  return [
    ...lineItems(scope, session).map(({ description, quantity, amount_total }) =>
      row(Number(quantity) > 1 ? `${quantity} × ${description}` : description, amount_total),
    ),
    sent && sent.amount_total > 0 ? row('Shipping', sent.amount_total) : '',
  ];
}

function paidWith(charge: Entity): string {
  const details = charge.payment_method_details as {
    card?: { brand: string; last4: string };
  } | null;
  return details?.card
    ? `${details.card.brand === 'visa' ? 'Visa' : details.card.brand} •••• ${details.card.last4}`
    : 'a bank account';
}

const nothing = () =>
  page({
    title: 'No receipt',
    body: html`<main><h1>No receipt here</h1><p>This payment does not exist.</p></main>`,
    styles: STYLES,
  });
