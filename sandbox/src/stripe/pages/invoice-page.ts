import { Hono } from 'hono';
import { html, page } from '../../core/page.ts';
import { Fault } from '../faults.ts';
import { intentIdOf, methodFor, openPayment, openPaymentOf } from '../invoice-charge.ts';
import { subscriptionOf } from '../invoice-draft.ts';
import { settle } from '../invoice-life.ts';
import { confirm } from '../payment-intents.ts';
import type { Entity, Scope } from '../scope.ts';
import type { World } from '../world.ts';
import { formatMoney } from './format.ts';

const STYLES = `
main { max-width: 26rem; } @media (min-width: 48rem) { main { padding-top: 18vh; } }
section { background: var(--paper); border: 1px solid var(--line); border-radius: .9rem; padding: 1.5rem; } h1 { font-size: 1.25rem; }
p { color: var(--quiet); margin: 0 0 1.25rem; } form { display: grid; gap: .5rem; } button { min-height: 2.75rem; } .error { color: var(--bad); }`;

/** The hosted page of an invoice, where its customer pays what is open, and answers the bank. */
export function invoicePages(world: World): Hono {
  const app = new Hono().basePath('/i');
  const find = (id: string) => {
    const found = world.find('invoice', id);
    return found && found.entity.status !== 'draft' ? found : null;
  };
  const missing = note('No such invoice', 'This invoice does not exist.');

  app.get('/:id', (c) => {
    const found = find(c.req.param('id'));
    if (!found) return c.html(missing, 404);
    return c.html(view(found.entity, world.nameOf(found.scope)));
  });

  app.post('/:id', (c) => {
    const found = find(c.req.param('id'));
    if (!found) return c.html(missing, 404);
    const { scope, entity: invoice } = found;
    if (invoice.status !== 'open') return c.redirect(scope.pageUrl(`/i/${invoice.id}`), 303);
    try {
      return c.redirect(pay(scope, invoice), 303);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return c.html(view(invoice, world.nameOf(scope), error.message), 402);
    }
  });
  return app;
}

/** Pays an invoice with the card on file. Answers where its customer goes on: maybe to the bank. */
function pay(scope: Scope, invoice: Entity): string {
  const here = scope.pageUrl(`/i/${invoice.id}`);
  const payment = openPaymentOf(scope, invoice) ?? openPayment(scope, invoice);
  const intent = scope.must('payment_intent', intentIdOf(payment));
  const challengeUrl = (id: string) => scope.pageUrl(`/3ds/${id}`);
  if (intent.status === 'requires_action') return challengeUrl(intent.id);
  const customer = scope.must('customer', String(invoice.customer));
  const subscription = scope.get('subscription', String(subscriptionOf(invoice))) ?? null;
  const method = methodFor(scope, { customer, subscription, invoice });
  if (method === null)
    throw new Fault(402, 'card_error', 'There is no card on file to pay this invoice with.');
  const how = { method, isOffSession: false, challengeUrl, returnUrl: here, failsOnAction: false };
  const confirmed = confirm(scope, intent, how);
  if (confirmed.status === 'requires_action') return challengeUrl(intent.id);
  settle(scope, confirmed);
  return here;
}

function view(invoice: Entity, business: string, error = ''): string {
  const amount = formatMoney(Number(invoice.amount_due), String(invoice.currency));
  if (invoice.status !== 'open')
    return note(
      invoice.status === 'paid' ? 'Invoice paid' : 'Nothing to pay here',
      `Invoice ${String(invoice.number)} of ${business} over ${amount} is ${String(invoice.status)}. You can close the page.`,
    );
  const body = html`<main><section><h1>Invoice from ${business}</h1>
    ${error ? html`<p class="error" role="alert">${error}</p>` : ''}
    <p>Invoice ${String(invoice.number)} is open, <strong>${amount}</strong> are due.</p>
    <form method="post"><button class="primary" autofocus>Pay ${amount}</button></form></section></main>`;
  return page({ title: `Invoice from ${business}`, body, styles: STYLES });
}

function note(title: string, line: string): string {
  return page({ title, body: html`<main><h1>${title}</h1><p>${line}</p></main>`, styles: STYLES });
}
