import { Hono } from 'hono';
import { html, page } from '../../core/page.ts';
import type { Accounts } from '../accounts.ts';
import type { World } from '../app.ts';
import { parseForm, text } from '../form.ts';
import { PORTAL_SECONDS } from '../routes/portal.ts';
import type { Entity, Scope } from '../scope.ts';
import { changeSubscription, itemsOf } from '../subscription-cycle.ts';
import { formatMoney } from './money.ts';

const STYLES = `
section { background: var(--paper); border: 1px solid var(--line); border-radius: .9rem; padding: 1.25rem 1.5rem; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 0; } .quiet { color: var(--quiet); margin: .25rem 0 1rem; } .price { font-size: 1.5rem; font-weight: 700; margin: .25rem 0; }
ul { list-style: none; padding: 0; } li { display: flex; justify-content: space-between; border-top: 1px solid var(--line); padding: .5rem 0; }`;

/** The page where a customer sees and cancels what it pays for. */
export function portalPages(world: World, accounts: Accounts): Hono {
  const app = new Hono().basePath('/p/session');
  const find = (id: string): { scope: Scope; session: Entity } | null => {
    for (const scope of world.scopes()) {
      const session = scope.get('billing_portal.session', id);
      if (session && Number(session.created) + PORTAL_SECONDS > scope.nowSeconds())
        return { scope, session };
    }
    return null;
  };

  app.get('/:id', (c) => {
    const found = find(c.req.param('id'));
    if (!found) return c.html(gone(), 404);
    const business = accounts.get(found.scope.account)?.name ?? 'dream';
    return c.html(view(found.scope, found.session, business));
  });

  app.post('/:id', async (c) => {
    const found = find(c.req.param('id'));
    if (!found) return c.html(gone(), 404);
    const form = parseForm(await c.req.text());
    const subscription = found.scope.get('subscription', text(form, 'subscription') ?? '');
    if (
      subscription &&
      subscription.customer === found.session.customer &&
      subscription.status !== 'canceled'
    ) {
      const cancels = text(form, 'action') === 'cancel';
      // Flexible billing: a cancellation by portal sets the instant, not `cancel_at_period_end`.
      changeSubscription(found.scope, subscription, {
        cancel_at: cancels ? (itemsOf(subscription)[0]?.current_period_end ?? null) : null,
        cancel_at_period_end: false,
        canceled_at: cancels ? found.scope.nowSeconds() : null,
      });
    }
    return c.redirect(`/p/session/${c.req.param('id')}`, 303);
  });
  return app;
}

function view(scope: Scope, session: Entity, business: string): string {
  const mine = (entity: Entity) => entity.customer === session.customer;
  const subscriptions = scope.list('subscription').filter(mine).toReversed();
  const invoices = scope.list('invoice').filter(mine).toReversed();
  const day = (seconds: unknown) =>
    new Date(Number(seconds) * 1000).toLocaleDateString('en', {
      dateStyle: 'long',
      timeZone: 'UTC',
    });
  const body = html`<main><p><a href="${session.return_url ?? '#'}">← Back to ${business}</a></p><h1>Your subscription</h1>
    ${subscriptions.length === 0 ? html`<p>You have no subscription.</p>` : ''}
    ${subscriptions.map((subscription) => card(scope, subscription, day))}
    <section><h2>Invoices</h2><ul>${invoices.map(
      (invoice) =>
        html`<li><span>${day(invoice.created)}</span><span>${invoice.status}</span><span>${formatMoney(Number(invoice.total), String(invoice.currency))}</span></li>`,
    )}</ul></section></main>`;
  return page({ title: `Your subscription with ${business}`, body, styles: STYLES });
}

function card(scope: Scope, subscription: Entity, day: (seconds: unknown) => string) {
  const item = itemsOf(subscription)[0];
  const product = scope.get('product', String(item?.price.product));
  const action = subscription.cancel_at === null ? 'cancel' : 'resume';
  const state =
    subscription.status === 'canceled'
      ? `Ended on ${day(subscription.ended_at)}`
      : subscription.cancel_at === null
        ? `Renews on ${day(item?.current_period_end)}`
        : `Ends on ${day(subscription.cancel_at)}`;
  return html`<section><h2>${product?.name ?? 'Subscription'}</h2>
    <p class="price">${formatMoney(Number(item?.price.unit_amount), String(subscription.currency))}</p>
    <p class="quiet">${state} · ${subscription.status}</p>
    ${
      subscription.status === 'canceled'
        ? ''
        : html`<form method="post">
      <input type="hidden" name="subscription" value="${subscription.id}"><input type="hidden" name="action" value="${action}">
      <button ${action === 'resume' ? html`class="primary"` : ''}>${action === 'cancel' ? 'Cancel plan' : 'Resume plan'}</button></form>`
    }</section>`;
}

function gone(): string {
  return page({
    title: 'Expired',
    body: html`<main><h1>This page has expired</h1><p>Open it again from the site.</p></main>`,
  });
}
