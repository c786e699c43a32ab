import { Hono } from 'hono';
import { html, page } from '../../core/page.ts';
import { parseForm, text } from '../form.ts';
import { PORTAL_SECONDS } from '../routes/portal.ts';
import type { Entity, Scope } from '../scope.ts';
import { scheduledEnd } from '../subscription-change.ts';
import { changeSubscription } from '../subscription-end.ts';
import { itemsOf, totalMinor } from '../subscription-items.ts';
import type { World } from '../world.ts';
import { day, formatMoney } from './format.ts';

const STYLES = `
main { max-width: 42rem; } section { background: var(--paper); border: 1px solid var(--line); border-radius: .9rem; padding: 1.25rem 1.5rem; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 0; } .quiet { color: var(--quiet); margin: .25rem 0 1rem; } .quiet:last-child { margin-bottom: 0; }
.price { font-size: 1.5rem; font-weight: 700; margin: .25rem 0; } .price small { font-size: 1rem; font-weight: 400; color: var(--quiet); }
ul { list-style: none; padding: 0; margin: .75rem 0 0; } li { display: grid; grid-template-columns: 1fr auto 6rem; gap: 1rem; border-top: 1px solid var(--line); padding: .6rem 0; }
li:last-child { padding-bottom: 0; } li :last-child { text-align: end; font-variant-numeric: tabular-nums; } .bad { color: var(--bad); }`;

/** The page where a customer sees and cancels what it pays for. */
export function portalPages(world: World): Hono {
  const app = new Hono().basePath('/p/session');
  const find = (id: string) => {
    const found = world.find('billing_portal.session', id);
    const isOpen =
      found && Number(found.entity.created) + PORTAL_SECONDS > found.scope.nowSeconds();
    return isOpen ? found : null;
  };

  app.get('/:id', (c) => {
    const found = find(c.req.param('id'));
    if (!found) return c.html(gone(), 404);
    return c.html(view(found.scope, found.entity, world.nameOf(found.scope)));
  });

  app.post('/:id', async (c) => {
    const found = find(c.req.param('id'));
    if (!found) return c.html(gone(), 404);
    const { scope, entity: session } = found;
    const form = parseForm(await c.req.text());
    const action = text(form, 'action');
    const subscription = scope.get('subscription', text(form, 'subscription') ?? '');
    const isTheirs = subscription?.customer === session.customer;
    const isKnown = action === 'cancel' || action === 'resume';
    if (subscription && isTheirs && isKnown && subscription.status !== 'canceled') {
      // Flexible billing: a cancellation by portal sets the instant, not `cancel_at_period_end`.
      changeSubscription(scope, subscription, {
        ...scheduledEnd(scope, subscription, action === 'cancel'),
        cancel_at_period_end: false,
      });
    }
    return c.redirect(`/p/session/${session.id}`, 303);
  });
  return app;
}

function view(scope: Scope, session: Entity, business: string): string {
  const mine = (entity: Entity) => entity.customer === session.customer;
  const subscriptions = scope.list('subscription').filter(mine).toReversed();
  const invoices = scope.list('invoice').filter(mine).toReversed();
  const back = session.return_url;
  const body = html`<main>${back ? html`<p><a href="${back}">← Back to ${business}</a></p>` : ''}
    <h1>Your subscription with ${business}</h1>
    ${subscriptions.length === 0 ? html`<p>You have no subscription.</p>` : ''}
    ${subscriptions.map((subscription) => card(scope, subscription))}
    <section><h2>Invoices</h2>${invoices.length === 0 ? html`<p class="quiet">None yet.</p>` : ''}
      <ul>${invoices.map(invoiceRow)}</ul></section></main>`;
  return page({ title: `Your subscription with ${business}`, body, styles: STYLES });
}

const invoiceRow = ({ created, status, total, currency }: Entity) =>
  html`<li><span>${day(created)}</span><span class="${status === 'paid' ? '' : 'bad'}">${status}</span>
    <span>${formatMoney(Number(total), String(currency))}</span></li>`;

function card(scope: Scope, subscription: Entity) {
  const item = itemsOf(subscription)[0];
  const product = scope.get('product', String(item?.price.product));
  const recurring = item?.price.recurring as { interval: string } | undefined;
  const isOver = subscription.status === 'canceled';
  const ends = subscription.cancel_at !== null;
  const button = ends
    ? html`<button class="primary" name="action" value="resume">Resume plan</button>`
    : html`<button name="action" value="cancel">Cancel plan</button>`;
  const form = html`<form method="post"><input type="hidden" name="subscription" value="${subscription.id}">${button}</form>`;
  return html`<section><h2>${product?.name ?? 'Subscription'}</h2>
    <p class="price">${formatMoney(totalMinor(subscription), String(subscription.currency))} <small>per ${recurring?.interval}</small></p>
    <p class="quiet">${stateOf(subscription, item?.current_period_end)}</p>
    ${isOver ? '' : form}</section>`;
}

function stateOf(subscription: Entity, periodEndSeconds: number | undefined) {
  const { status } = subscription;
  if (status === 'canceled') return `Ended on ${day(subscription.ended_at)}`;
  if (subscription.cancel_at !== null) return `Ends on ${day(subscription.cancel_at)}`;
  if (status === 'past_due') return html`<span class="bad">The last payment failed</span>`;
  if (status === 'trialing') return `Free until ${day(periodEndSeconds)}`;
  return `Renews on ${day(periodEndSeconds)}`;
}

const gone = () =>
  page({
    title: 'Expired',
    body: html`<main><h1>This page has expired</h1><p>Open it again from the site.</p></main>`,
  });
