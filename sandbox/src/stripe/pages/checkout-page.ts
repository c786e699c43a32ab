import { Hono } from 'hono';
import { html, page } from '../../core/page.ts';
import type { Accounts } from '../accounts.ts';
import type { World } from '../app.ts';
import { Fault } from '../faults.ts';
import { parseForm, text } from '../form.ts';
import { current, offerOf, pay } from '../routes/checkout.ts';
import type { Entity, Scope } from '../scope.ts';
import { formatMoney } from './money.ts';

const STYLES = `
.pay { display: grid; gap: 2rem; max-width: 56rem; } @media (min-width: 48rem) { .pay { grid-template-columns: 1fr 1fr; padding-top: 4rem; } }
.price { font-size: 2.25rem; font-weight: 700; line-height: 1.1; margin: .25rem 0; } .quiet { color: var(--quiet); margin: 0; }
form { background: var(--paper); border: 1px solid var(--line); border-radius: .9rem; padding: 1.5rem; display: grid; gap: 1rem; }
label { display: grid; gap: .25rem; font-weight: 500; } .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.error { color: var(--bad); margin: 0; font-weight: 600; } .error:empty { display: none; } details { font-size: .9rem; }
.cards { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; } .badge { display: inline-block; border: 1px solid var(--line); border-radius: 99px; padding: 0 .6rem; font-size: .8rem; }`;

const CARDS = [
  ['4242 4242 4242 4242', 'pays'],
  ['4000 0000 0000 0002', 'is declined'],
  ['4000 0000 0000 9995', 'has no funds'],
  ['4000 0000 0000 0341', 'fails at the renewal'],
] as const;

/** The page of a checkout session: one can pay on it, and be declined. */
export function checkoutPages(world: World, accounts: Accounts): Hono {
  const app = new Hono().basePath('/c/pay');
  const find = (id: string): { scope: Scope; session: Entity } | null => {
    for (const scope of world.scopes()) {
      const session = scope.get('checkout.session', id);
      if (session) return { scope, session: current(scope, session) };
    }
    return null;
  };
  const nameOf = (scope: Scope) => accounts.get(scope.account)?.name ?? 'dream';

  app.get('/:id', (c) => {
    const found = find(c.req.param('id'));
    if (!found) return c.html(message('Nothing to pay here', 'This checkout does not exist.'), 404);
    return c.html(view(found.scope, found.session, nameOf(found.scope)));
  });

  app.post('/:id', async (c) => {
    const found = find(c.req.param('id'));
    if (!found) return c.html(message('Nothing to pay here', 'This checkout does not exist.'), 404);
    const form = parseForm(await c.req.text());
    const fault = incomplete(form);
    if (fault)
      return c.html(view(found.scope, found.session, nameOf(found.scope), fault, form), 402);
    try {
      const email = text(form, 'email');
      const name = text(form, 'billingName');
      const { redirect } = pay(found.scope, found.session.id, {
        cardNumber: text(form, 'cardNumber') ?? '',
        ...(email ? { email } : {}),
        ...(name ? { name } : {}),
      });
      return c.redirect(redirect, 303);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return c.html(
        view(
          found.scope,
          find(found.session.id)?.session ?? found.session,
          nameOf(found.scope),
          error.message,
          form,
        ),
        402,
      );
    }
  });
  return app;
}

function incomplete(form: ReturnType<typeof parseForm>): string | null {
  if (!/^\d{12,19}$/.test((text(form, 'cardNumber') ?? '').replace(/\s/g, '')))
    return 'Your card number is incomplete.';
  if (!/^(0[1-9]|1[0-2])\s*\/\s*\d{2}$/.test(text(form, 'cardExpiry') ?? ''))
    return 'Your card’s expiration date is incomplete.';
  return /^\d{3,4}$/.test(text(form, 'cardCvc') ?? '')
    ? null
    : 'Your card’s security code is incomplete.';
}

function view(
  scope: Scope,
  session: Entity,
  business: string,
  error = '',
  form: ReturnType<typeof parseForm> = {},
): string {
  if (session.status === 'complete')
    return message('You are done', 'This checkout was paid. You can close the page.');
  if (session.status === 'expired')
    return message('This checkout has expired', 'Go back to the site and start again.');
  const { price, product, trialDays } = offerOf(scope, session);
  const recurring = price.recurring as { interval: string } | null;
  const known =
    session.customer === null ? undefined : scope.get('customer', String(session.customer));
  const email = text(form, 'email') ?? known?.email ?? session.customer_email ?? '';
  const field = (id: string, label: string, value: unknown, more: ReturnType<typeof html>) =>
    html`<label for="${id}">${label}<input id="${id}" name="${id}" value="${value}" required ${more}></label>`;
  const body = html`<main class="pay"><div>
      <p><a href="${session.cancel_url ?? '#'}">← ${business}</a> ${scope.livemode ? '' : html`<span class="badge">Test mode</span>`}</p>
      <h1 class="quiet">Subscribe to ${product.name}</h1>
      <p class="price">${formatMoney(Number(price.unit_amount), String(price.currency))}</p>
      <p class="quiet">${recurring ? `per ${recurring.interval}` : ''}${trialDays > 0 ? `, after ${trialDays} days free` : ''}</p>
      <p class="quiet">${product.description ?? ''}</p></div>
    <form method="post" novalidate>
      <p class="error" role="alert" id="error">${error}</p>
      ${field('email', 'Email', email, html`type="email" autocomplete="email"`)}
      ${field('cardNumber', 'Card number', text(form, 'cardNumber') ?? '', html`inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234"`)}
      <div class="pair">
        ${field('cardExpiry', 'Expiry', text(form, 'cardExpiry') ?? '', html`inputmode="numeric" autocomplete="cc-exp" placeholder="MM / YY"`)}
        ${field('cardCvc', 'CVC', '', html`inputmode="numeric" autocomplete="cc-csc" placeholder="CVC"`)}
      </div>
      ${field('billingName', 'Name on card', text(form, 'billingName') ?? known?.name ?? '', html`autocomplete="cc-name"`)}
      <button class="primary" id="submit">${trialDays > 0 ? 'Start trial' : 'Subscribe'}</button>
      <details><summary>Sandbox: test cards</summary><ul class="cards">${CARDS.map(
        ([card, does]) =>
          html`<li><button type="button" data-card="${card}">${card} ${does}</button></li>`,
      )}</ul></details>
    </form></main>
    <script>document.querySelectorAll('[data-card]').forEach((button) => button.addEventListener('click', () => {
      const set = (id, value) => { const field = document.getElementById(id); field.value ||= value; };
      document.getElementById('cardNumber').value = button.dataset.card; set('cardExpiry', '12 / 40'); set('cardCvc', '123'); set('billingName', 'Ada Lovelace'); }));</script>`;
  return page({ title: `Pay ${business}`, body, styles: STYLES });
}

function message(title: string, line: string): string {
  return page({ title, body: html`<main><h1>${title}</h1><p>${line}</p></main>` });
}
