import { Hono } from 'hono';
import { html, page } from '../../core/page.ts';
import { pay } from '../checkout-pay.ts';
import { offerOf } from '../checkout-session.ts';
import { Fault } from '../faults.ts';
import { type Params, parseForm, text } from '../form.ts';
import type { Entity, Scope } from '../scope.ts';
import type { World } from '../world.ts';
import { formatMoney } from './format.ts';

const STYLES = `
.pay { display: grid; gap: 2rem; max-width: 58rem; align-items: start; } @media (min-width: 48rem) { .pay { grid-template-columns: 1fr 1fr; gap: 4rem; padding-top: 4rem; } }
h1 { font-size: 1.1rem; font-weight: 500; margin: 0; } .price { font-size: 2.5rem; font-weight: 700; line-height: 1.1; margin: .25rem 0; } .quiet { color: var(--quiet); margin: 0; }
.lines { list-style: none; padding: 0; margin: 1.25rem 0 0; } .lines li { display: flex; justify-content: space-between; gap: 1rem; border-top: 1px solid var(--line); padding: .6rem 0; }
.pay > form { background: var(--paper); border: 1px solid var(--line); border-radius: .9rem; padding: 1.5rem; display: grid; gap: 1rem; }
label { display: grid; gap: .25rem; font-weight: 500; } .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
input::placeholder { color: var(--quiet); opacity: 1; } .primary { min-height: 3rem; }
.error { color: var(--bad); margin: 0; font-weight: 600; } .error:empty { display: none; } details { font-size: .9rem; } summary { cursor: pointer; padding: .25rem 0; }
.cards { display: grid; gap: .5rem; padding: 0; margin: .5rem 0 0; list-style: none; } .cards button { width: 100%; display: flex; justify-content: space-between; gap: 1rem; font-weight: 400; font-size: .9rem; font-variant-numeric: tabular-nums; }
.badge { border: 1px solid var(--line); border-radius: 99px; padding: .05rem .6rem; font-size: .8rem; margin-inline-start: .5rem; }
.message { text-align: center; padding-top: 20vh; }`;

const CARDS = [
  ['4242 4242 4242 4242', 'pays'],
  ['4000 0000 0000 0002', 'is declined'],
  ['4000 0000 0000 9995', 'has no funds'],
  ['4000 0000 0000 0341', 'fails at the renewal'],
] as const;

/** The page of a checkout session: one can pay on it, and be declined. */
export function checkoutPages(world: World): Hono {
  const app = new Hono().basePath('/c/pay');

  app.get('/:id', (c) => {
    const found = world.find('checkout.session', c.req.param('id'));
    if (!found) return c.html(message('Nothing to pay here', 'This checkout does not exist.'), 404);
    return c.html(view(found.scope, found.entity, { business: world.nameOf(found.scope) }));
  });

  app.post('/:id', async (c) => {
    const found = world.find('checkout.session', c.req.param('id'));
    if (!found) return c.html(message('Nothing to pay here', 'This checkout does not exist.'), 404);
    const { scope, entity: session } = found;
    const form = parseForm(await c.req.text());
    const refuse = (error: string) =>
      c.html(view(scope, session, { business: world.nameOf(scope), error, form }), 402);
    const fault = session.status === 'open' ? incomplete(form) : null;
    if (fault !== null) return refuse(fault);
    try {
      const email = text(form, 'email');
      const name = text(form, 'billingName');
      const { redirect } = pay(scope, session.id, {
        cardNumber: text(form, 'cardNumber') ?? '',
        ...(email ? { email } : {}),
        ...(name ? { name } : {}),
      });
      return c.redirect(redirect, 303);
    } catch (error) {
      if (error instanceof Fault) return refuse(error.message);
      throw error;
    }
  });
  return app;
}

function incomplete(form: Params): string | null {
  if (!/^\d{12,19}$/.test((text(form, 'cardNumber') ?? '').replace(/\s/g, '')))
    return 'Your card number is incomplete.';
  if (!/^(0[1-9]|1[0-2])\s*\/\s*\d{2}$/.test(text(form, 'cardExpiry') ?? ''))
    return 'Your card’s expiration date is incomplete.';
  return /^\d{3,4}$/.test(text(form, 'cardCvc') ?? '')
    ? null
    : 'Your card’s security code is incomplete.';
}

interface Viewed {
  business: string;
  error?: string;
  /** What the buyer typed, when it was refused. */
  form?: Params;
}

function view(scope: Scope, session: Entity, viewed: Viewed): string {
  if (session.status === 'complete')
    return message('You are done', 'This checkout was paid. You can close the page.');
  if (session.status === 'expired')
    return message('This checkout has expired', 'Go back to the site and start again.');
  const body = html`<main class="pay">${summary(scope, session, viewed.business)}
    ${paymentForm(scope, session, viewed)}</main>
    <script>document.querySelectorAll('[data-card]').forEach((button) => button.addEventListener('click', () => {
      const set = (id, value) => { const field = document.getElementById(id); field.value ||= value; };
      document.getElementById('cardNumber').value = button.dataset.card;
      set('cardExpiry', '12 / 40'); set('cardCvc', '123'); set('billingName', 'Ada Lovelace'); }));</script>`;
  return page({ title: `Pay ${viewed.business}`, body, styles: STYLES });
}

function summary(scope: Scope, session: Entity, business: string) {
  const { lines, trialDays } = offerOf(scope, session);
  const currency = String(session.currency);
  const recurring = lines[0]?.price.recurring as { interval: string } | null;
  const first = lines[0]?.product;
  const back = session.cancel_url;
  const each = lines.map(
    ({ product, price, quantity }) =>
      html`<li><span>${product.name}${Number(quantity) > 1 ? ` × ${quantity}` : ''}</span>
        <span>${quantity === null ? 'by use' : formatMoney(Number(price.unit_amount) * quantity, currency)}</span></li>`,
  );
  return html`<div>
    <p>${back ? html`<a href="${back}">← ${business}</a>` : business}${scope.livemode ? '' : html`<span class="badge">Test mode</span>`}</p>
    <h1 class="quiet">${recurring ? `Subscribe to ${first?.name}` : `Pay ${business}`}</h1>
    <p class="price">${formatMoney(Number(session.amount_total), currency)}</p>
    <p class="quiet">${recurring ? `per ${recurring.interval}` : ''}${trialDays > 0 ? `, after ${trialDays} days free` : ''}</p>
    <p class="quiet">${recurring ? (first?.description ?? '') : ''}</p>
    ${lines.length > 1 ? html`<ul class="lines">${each}</ul>` : ''}</div>`;
}

function paymentForm(scope: Scope, session: Entity, { error = '', form = {} }: Viewed) {
  const { trialDays } = offerOf(scope, session);
  const known =
    session.customer === null ? undefined : scope.get('customer', String(session.customer));
  const email = text(form, 'email') ?? known?.email ?? session.customer_email ?? '';
  const submit =
    trialDays > 0 ? 'Start trial' : session.mode === 'subscription' ? 'Subscribe' : 'Pay';
  const field = (id: string, label: string, value: unknown, more: ReturnType<typeof html>) =>
    html`<label for="${id}">${label}<input id="${id}" name="${id}" value="${value}" required ${more}></label>`;
  return html`<form method="post" novalidate>
      <p class="error" role="alert" id="error">${error}</p>
      ${field('email', 'Email', email, html`type="email" autocomplete="email"`)}
      ${field('cardNumber', 'Card number', text(form, 'cardNumber') ?? '', html`inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234" ${error ? html`aria-invalid="true" aria-describedby="error" autofocus` : ''}`)}
      <div class="pair">
        ${field('cardExpiry', 'Expiry', text(form, 'cardExpiry') ?? '', html`inputmode="numeric" autocomplete="cc-exp" placeholder="MM / YY"`)}
        ${field('cardCvc', 'CVC', '', html`inputmode="numeric" autocomplete="cc-csc" placeholder="CVC"`)}
      </div>
      ${field('billingName', 'Name on card', text(form, 'billingName') ?? known?.name ?? '', html`autocomplete="cc-name"`)}
      <button class="primary" id="submit">${submit}</button>
      <details><summary>Sandbox: test cards</summary><ul class="cards">${CARDS.map(
        ([card, does]) =>
          html`<li><button type="button" data-card="${card}"><span>${card}</span><span>${does}</span></button></li>`,
      )}</ul></details>
    </form>`;
}

function message(title: string, line: string): string {
  const body = html`<main class="message"><h1>${title}</h1><p class="quiet">${line}</p></main>`;
  return page({ title, body, styles: STYLES });
}
