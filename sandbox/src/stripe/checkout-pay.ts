import { cardOutcome, DECLINE_TEXT } from './cards.ts';
import { offerOf } from './checkout-session.ts';
import { createCustomer } from './routes/customers.ts';
import { faults } from './faults.ts';
import { takePayment } from './invoice.ts';
import { type Entity, newId, type Scope } from './scope.ts';
import { begin, newSubscription } from './subscription-start.ts';

/** Who pays, and with what. */
export interface Payer {
  cardNumber: string;
  email?: string;
  name?: string;
}

/**
 * Pays a session; answers where the buyer goes next. A declined card throws a card error and leaves
 * the session open. A session that was paid before answers the same place again.
 */
export function pay(scope: Scope, sessionId: string, payer: Payer): { redirect: string } {
  const session = scope.must('checkout.session', sessionId);
  const redirect = String(session.success_url).replaceAll('{CHECKOUT_SESSION_ID}', session.id);
  if (session.status === 'complete') return { redirect };
  if (session.status !== 'open') throw faults.wrongState('This Checkout Session has expired.');
  const number = payer.cardNumber.replace(/\s/g, '');
  const outcome = cardOutcome(number);
  if (outcome === null) throw faults.wrongCard();
  if (outcome === 'declines' || outcome === 'insufficient_funds') {
    const { code, message } = DECLINE_TEXT[outcome];
    throw faults.declined(code, message);
  }
  complete(scope, session, { ...payer, cardNumber: number });
  return { redirect };
}

function complete(scope: Scope, session: Entity, payer: Payer): void {
  const known =
    session.customer === null ? undefined : scope.get('customer', String(session.customer));
  const email = known?.email ?? session.customer_email ?? payer.email ?? null;
  const customer =
    known ??
    createCustomer(scope, {
      ...(email === null ? {} : { email: String(email) }),
      ...(payer.name ? { name: payer.name } : {}),
    });
  const method = attachCard(scope, customer.id, payer);
  scope.emit('payment_method.attached', method);
  const bought =
    session.mode === 'subscription'
      ? buySubscription(scope, session, customer, method)
      : buyOnce(scope, session, customer);
  const done = scope.put('checkout.session', {
    ...session,
    ...bought,
    customer: customer.id,
    status: 'complete',
    url: null,
    customer_details: {
      address: null,
      business_name: null,
      email,
      individual_name: null,
      name: payer.name ?? null,
      phone: null,
      tax_exempt: 'none',
      tax_ids: [],
    },
  });
  scope.emit('checkout.session.completed', done);
}

function buyOnce(scope: Scope, session: Entity, customer: Entity): Partial<Entity> {
  const intent = takePayment(scope, {
    totalMinor: Number(session.amount_total),
    currency: session.currency,
    customer: customer.id,
  });
  return { payment_intent: intent.id, payment_status: 'paid' };
}

function buySubscription(
  scope: Scope,
  session: Entity,
  customer: Entity,
  method: Entity,
): Partial<Entity> {
  const { lines, trialDays, metadata } = offerOf(scope, session);
  const started = newSubscription(scope, {
    customer,
    items: lines.map(({ price, quantity }) => ({ price, quantity: quantity ?? undefined })),
    trialEnd: trialDays > 0 ? scope.nowSeconds() + trialDays * 86_400 : null,
    metadata,
    more: { default_payment_method: method.id },
  });
  // The card was accepted a moment ago, also one that fails at the renewal.
  const subscription = begin(scope, started, { isAccepted: true });
  return {
    invoice: subscription.latest_invoice,
    payment_status: trialDays > 0 ? 'no_payment_required' : 'paid',
    subscription: subscription.id,
  };
}

function attachCard(scope: Scope, customer: string, payer: Payer): Entity {
  const id = newId('pm');
  // The number stays in the sandbox: the API never shows it.
  scope.put('card', { id, object: 'card', number: payer.cardNumber });
  return scope.put('payment_method', {
    id,
    object: 'payment_method',
    allow_redisplay: 'limited',
    created: scope.nowSeconds(),
    customer,
    billing_details: {
      address: null,
      email: payer.email ?? null,
      name: payer.name ?? null,
      phone: null,
      tax_id: null,
    },
    card: {
      brand: payer.cardNumber.startsWith('5') ? 'mastercard' : 'visa',
      last4: payer.cardNumber.slice(-4),
      exp_month: 12,
      exp_year: 2040,
      funding: 'credit',
      country: 'US',
    },
    livemode: scope.livemode,
    metadata: {},
    type: 'card',
  });
}
