import { type Context, Hono } from 'hono';
import { html, page } from '../../core/page.ts';
import { chooseShipping, typeCode } from '../checkout-choice.ts';
import { locate, type Paid, pay } from '../checkout-pay.ts';
import { Fault } from '../faults.ts';
import { type Params, parseForm, text } from '../form.ts';
import type { Entity, Scope } from '../scope.ts';
import type { World } from '../world.ts';
import { challenge, paymentForm, type Typed } from './checkout-form.ts';
import { missing, payerOf } from './checkout-input.ts';
import { CHECKOUT_STYLES } from './checkout-styles.ts';
import { summary } from './checkout-summary.ts';

/** Whether a page is by itself or within a seller's page. */
type Frame = 'hosted' | 'embedded';

/** The page of a checkout session, by itself or within the seller's own: one can pay on it. */
export function checkoutPages(world: World): Hono {
  const app = new Hono();
  const show = (c: Context, id: string, frame: Frame, typed: Typed = {}) => {
    const found = world.find('checkout.session', id);
    if (!found || !belongs(found, frame, c.req.query('account')))
      return c.html(message('Nothing to pay here', 'This checkout does not exist.', frame), 404);
    const business = world.nameOf(found.scope);
    return c.html(
      view(found.scope, found.entity, { business, typed, frame }),
      typed.error || typed.codeError ? 402 : 200,
    );
  };
  const take = async (c: Context, id: string, frame: Frame) => {
    const found = world.find('checkout.session', id);
    if (!found || !belongs(found, frame, c.req.query('account'))) return show(c, id, frame);
    const { scope, entity: session } = found;
    const form = parseForm(await c.req.text());
    try {
      const reckoned = fillIn(scope, session, form);
      if ('reckon' in form || 'withoutCode' in form) return show(c, id, frame, { form });
      const fault = session.status === 'open' ? missing(reckoned, form) : null;
      if (fault !== null) return show(c, id, frame, { error: fault, form });
      if (text(form, 'authentication') === 'fail')
        return show(c, id, frame, { error: NOT_CONFIRMED, form });
      const paid = pay(scope, session.id, payerOf(session, form));
      return frame === 'hosted' && paid.redirect !== null
        ? c.redirect(paid.redirect, 303)
        : c.html(done(paid, frame));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const asks = (error.body.error as { code?: string }).code === 'authentication_required';
      const { param } = error.body.error as { param?: string };
      if (param === 'promotion_code') return show(c, id, frame, { codeError: error.message, form });
      return show(c, id, frame, asks ? { asks: true, form } : { error: error.message, form });
    }
  };
  app.get('/c/pay/:id', (c) => show(c, c.req.param('id'), 'hosted'));
  app.post('/c/pay/:id', (c) => take(c, c.req.param('id'), 'hosted'));
  const idIn = (secret: string) => secret.split('_secret_')[0] ?? '';
  app.get('/c/embed/:secret', (c) => show(c, idIn(c.req.param('secret')), 'embedded'));
  app.post('/c/embed/:secret', (c) => take(c, idIn(c.req.param('secret')), 'embedded'));
  return app;
}

/** Notes what the buyer chose and where it is; the sums depend on it. */
function fillIn(scope: Scope, session: Entity, form: Params): Entity {
  if (session.status !== 'open') return session;
  const code = 'withoutCode' in form ? '' : text(form, 'promotionCode');
  const coded = code === undefined ? session : typeCode(scope, session, code);
  const chosen = chooseShipping(scope, coded, text(form, 'shippingRate'));
  return locate(scope, chosen, payerOf(session, form));
}

const NOT_CONFIRMED =
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.';

/** An embedded page is of a session made for it, and of the account its page names. */
function belongs(
  { scope, entity }: { scope: Scope; entity: Entity },
  frame: Frame,
  account: string | undefined,
): boolean {
  if (frame === 'hosted') return entity.ui_mode === 'hosted_page';
  const isTheirs = account === undefined ? scope.isPlatform : account === scope.account;
  return entity.ui_mode === 'embedded_page' && isTheirs;
}

function view(
  scope: Scope,
  session: Entity,
  { business, typed, frame }: { business: string; typed: Typed; frame: Frame },
): string {
  if (session.status === 'complete')
    return message('You are done', 'This checkout was paid. You can close the page.', frame);
  if (session.status === 'expired')
    return message('This checkout has expired', 'Go back to the site and start again.', frame);
  const body = html`<main class="pay">${summary(scope, session, { business, codeError: typed.codeError })}
    ${paymentForm(scope, session, typed)}${typed.asks ? challenge(session, typed) : ''}</main>${SCRIPT}`;
  return whole(`Pay ${business}`, body, frame);
}

/** What the stub of Stripe.js listens for: how high the page is, and that it was paid. */
const SCRIPT = html`<script>
document.querySelectorAll('[data-card]').forEach((button) => button.addEventListener('click', () => {
  const set = (id, value) => { const field = document.getElementById(id); field.value ||= value; };
  document.getElementById('cardNumber').value = button.dataset.card;
  set('cardExpiry', '12 / 40'); set('cardCvc', '123'); set('billingName', 'Ada Lovelace'); }));
document.addEventListener('change', ({ target }) => { if ('reckons' in target.dataset) reckon(); });
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-reckon]');
  if (!button) return;
  event.preventDefault(); reckon(button); });
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.target.localName !== 'input') return;
  event.preventDefault();
  if (event.target.id === 'promotionCode') reckon(); else document.getElementById('submit').click(); });
async function reckon(button) {
  const form = new FormData(document.getElementById('pay')); form.set('reckon', '1');
  if (button) form.set(button.name, button.value);
  const answer = await fetch(location.href, { method: 'POST', body: new URLSearchParams(form) });
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const isFree = (page) => page.getElementById('cardNumber') === null;
  const parts = isFree(next) === isFree(document) ? ['summary', 'submit', 'error'] : ['summary', 'how'];
  for (const id of parts) document.getElementById(id)?.replaceWith(next.getElementById(id));
}
document.querySelector('dialog')?.showModal();
if (parent !== window) new ResizeObserver(() => parent.postMessage({ sandboxCheckout: 'height', px: document.body.offsetHeight }, '*')).observe(document.body);
</script>`;

function done({ redirect }: Paid, frame: Frame): string {
  const next = redirect === null ? '' : html`data-redirect="${redirect}"`;
  const body = html`<main class="message" id="paid" ${next}><h1>Thank you</h1><p class="quiet">Your payment went through.</p></main>
    <script>parent.postMessage({ sandboxCheckout: 'paid', redirect: document.getElementById('paid').dataset.redirect ?? null }, '*');</script>`;
  return whole('Thank you', body, frame);
}

function message(title: string, line: string, frame: Frame): string {
  const body = html`<main class="message"><h1>${title}</h1><p class="quiet">${line}</p></main>`;
  return whole(title, body, frame);
}

const whole = (title: string, body: ReturnType<typeof html>, frame: Frame) =>
  page({ title, body: html`<div class="${frame}">${body}</div>`, styles: CHECKOUT_STYLES });
