import { cardOutcome } from './cards.ts';
import { offerOf } from './checkout-session.ts';
import { createCustomer } from './routes/customers.ts';
import { faults } from './faults.ts';
import { begin, newSubscription } from './subscription-start.ts';
import { takePayment } from './payment-intents.ts';
import { createCard, declineFault } from './payment-methods.ts';
import type { Entity, Scope } from './scope.ts';

/** Who pays, and with what. */
export interface Payer {
  cardNumber: string;
  email?: string;
  name?: string;
  /** Whether the owner of a card that asks for it has said yes (3-D Secure). */
  isAuthenticated?: boolean;
}

/** Where the buyer goes next; null when the page it is on is told by script. */
export interface Paid {
  redirect: string | null;
}

/**
 * Pays a session; answers where the buyer goes next. A declined card throws a card error and leaves
 * the session open. A session that was paid before answers the same place again.
 */
export function pay(scope: Scope, sessionId: string, payer: Payer): Paid {
  const session = scope.must('checkout.session', sessionId);
  const redirect = nextOf(session);
  if (session.status === 'complete') return { redirect };
  if (session.status !== 'open') throw faults.wrongState('This Checkout Session has expired.');
  checkCard(payer);
  complete(scope, session, { ...payer, cardNumber: payer.cardNumber.replace(/\s/g, '') });
  return { redirect };
}

function nextOf(session: Entity): string | null {
  const isEmbedded = session.ui_mode === 'embedded_page';
  // A card needs no redirect: only "always" leaves the page.
  if (isEmbedded && session.redirect_on_completion !== 'always') return null;
  const url = isEmbedded ? session.return_url : session.success_url;
  return String(url).replaceAll('{CHECKOUT_SESSION_ID}', session.id);
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
  const card = createCard(scope, payer.cardNumber, {
    email: payer.email ?? null,
    name: payer.name ?? null,
  });
  const method = scope.put('payment_method', {
    ...card,
    allow_redisplay: 'limited',
    customer: customer.id,
  });
  scope.emit('payment_method.attached', method);
  const bought =
    session.mode === 'subscription'
      ? buySubscription(scope, session, customer, method)
      : buyOnce(scope, session, customer, method);
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

function buyOnce(scope: Scope, session: Entity, customer: Entity, method: Entity): Partial<Entity> {
  const intent = takePayment(scope, {
    totalMinor: Number(session.amount_total),
    currency: session.currency,
    customer: customer.id,
    method,
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

/** Throws for a card that is no card, is refused, or whose owner has to be asked first. */
function checkCard({ cardNumber, isAuthenticated }: Payer): void {
  const outcome = cardOutcome(cardNumber);
  if (outcome === null) throw faults.wrongCard();
  if (outcome === 'pays' || outcome === 'fails_later') return;
  if (outcome !== 'asks') throw declineFault(outcome);
  if (!isAuthenticated) throw declineFault('authentication_required');
}
