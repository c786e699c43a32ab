import { html } from '../../core/page.ts';
import { offerOf } from '../checkout-offer.ts';
import { shippingOptionsOf } from '../checkout-choice.ts';
import { debitTypeOf, isFree, takesCards } from '../checkout-pay.ts';
import { type Params, text } from '../form.ts';
import type { Entity, Scope } from '../scope.ts';
import { billingFields, deliveryFields, field } from './checkout-delivery.ts';
import { countriesOf } from './checkout-input.ts';
import { formatMoney } from './format.ts';

/** What the buyer typed, and what came of it. */
export interface Typed {
  error?: string;
  /** Why the promotion code is refused. */
  codeError?: string;
  /** Whether the bank asks the owner of the card. */
  asks?: boolean;
  form?: Params;
}

const CARDS = [
  ['4242 4242 4242 4242', 'pays'],
  ['4000 0025 0000 3155', 'asks you to confirm (3-D Secure)'],
  ['4000 0000 0000 0002', 'is declined'],
  ['4000 0000 0000 9995', 'has no funds'],
  ['4000 0000 0000 0341', 'fails at the renewal'],
  ['4000 0000 0000 0259', 'pays, then is disputed'],
] as const;

/** Who pays, and the card. What was refused is said beside the card. */
export function paymentForm(scope: Scope, session: Entity, { error = '', form = {} }: Typed) {
  const { trialDays } = offerOf(scope, session);
  const known =
    session.customer === null ? undefined : scope.get('customer', String(session.customer));
  const email = known?.email ?? session.customer_email;
  const name = text(form, 'billingName') ?? String(known?.name ?? '');
  const wrong = error ? html`aria-invalid="true" aria-describedby="error" autofocus` : '';
  const due = formatMoney(Number(session.amount_total), String(session.currency));
  const free = isFree(session);
  const submit = free
    ? 'Complete order'
    : trialDays > 0
      ? 'Start trial'
      : session.mode === 'subscription'
        ? 'Subscribe'
        : `Pay ${due}`;
  const card = (id: string, label: string, value: string, more: ReturnType<typeof html>) =>
    html`<label for="${id}"><span>${label}</span><input id="${id}" name="${id}" value="${value}" required inputmode="numeric" ${more}></label>`;
  const pays = (method: string, label: string, does: string) =>
    html`<label class="pick"><input type="radio" name="method" value="${method}" ${method === (text(form, 'method') ?? (takesCards(session) ? 'card' : 'bank_succeeds')) ? html`checked` : ''}><span>${label}</span><small>${does}</small></label>`;
  const methods = debitTypeOf(session)
    ? html`<fieldset class="picks"><legend>Payment method</legend>${takesCards(session) ? pays('card', 'Card', '') : ''}${pays('bank_succeeds', 'Bank transfer', 'succeeds later')}${pays('bank_fails', 'Bank transfer', 'fails later')}</fieldset>`
    : '';
  const cardFields = html`${methods}<div class="bycard"><fieldset><legend>Card information</legend><div class="card">
        ${card('cardNumber', 'Card number', text(form, 'cardNumber') ?? '', html`autocomplete="cc-number" placeholder="1234 1234 1234 1234" ${wrong}`)}
        ${card('cardExpiry', 'Expiry', text(form, 'cardExpiry') ?? '', html`autocomplete="cc-exp" placeholder="MM / YY"`)}
        ${card('cardCvc', 'CVC', '', html`autocomplete="cc-csc" placeholder="CVC"`)}
      </div></fieldset>
      ${field('billingName', 'Name on card', name, html`required autocomplete="cc-name"`)}</div>`;
  const heading = html`<h2>${free ? 'Nothing to pay' : debitTypeOf(session) ? 'Payment' : 'Pay with card'}</h2>`;
  const delivery = deliveryFields(scope, session, form);
  const sent = countriesOf(session) !== undefined || shippingOptionsOf(session).length > 0;
  return html`<div class="side how" id="how"><div><form method="post" id="pay" novalidate>
      ${sent ? html`<h2>Contact</h2>` : heading}
      <label for="email">Email<input id="email" name="email" type="email" value="${text(form, 'email') ?? email ?? ''}" required autocomplete="email" ${email ? html`readonly` : ''}></label>
      ${delivery}${sent ? heading : ''}
      ${free ? '' : cardFields}${billingFields(session, form)}<p class="error" role="alert" id="error">${error}</p>
      <button class="primary" id="submit">${submit}</button></form>
      <details><summary>Sandbox: test cards</summary><ul class="cards">${CARDS.map(
        ([number, does]) =>
          html`<li><button type="button" data-card="${number}"><span>${number}</span><span>${does}</span></button></li>`,
      )}</ul></details></div></div>`;
}

/** The bank's question to the owner of the card, over the page. */
export function challenge(session: Entity, { form = {} }: Typed) {
  const kept = Object.entries(form).map(([name, value]) =>
    typeof value === 'string' ? html`<input type="hidden" name="${name}" value="${value}">` : '',
  );
  const amount = formatMoney(Number(session.amount_total), String(session.currency));
  return html`<dialog aria-labelledby="asked"><h2 id="asked">Is this you?</h2>
    <p>Your bank asks you to confirm a payment of ${amount}. In the sandbox, you choose how it goes.</p>
    <form method="post">${kept}
      <button class="primary" name="authentication" value="complete" autofocus>Complete authentication</button>
      <button name="authentication" value="fail">Fail authentication</button></form></dialog>`;
}
