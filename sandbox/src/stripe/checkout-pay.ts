import type { Address } from './address.ts';
import { DEBIT_TYPES, type DebitEnd, type DebitType } from './bank-accounts.ts';
import { cardOutcome } from './cards.ts';
import { type Offer, offerOf } from './checkout-offer.ts';
import { faults } from './faults.ts';
import { newIntent, succeed } from './payment-intents.ts';
import { createBankAccount, createCard, declineFault } from './payment-methods.ts';
import { createCustomer } from './routes/customers.ts';
import type { Entity, Scope } from './scope.ts';
import { begin, newSubscription } from './subscription-start.ts';

/** A card, or a bank account, whose money comes days later or does not. */
export type Tender = { cardNumber: string } | { bank: DebitEnd };

/** Who pays, and with what. */
export interface Payer {
  /** Not looked at when there is nothing to pay. */
  with: Tender;
  email?: string;
  name?: string;
  /** Where the owner of the card lives. */
  address?: Address;
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
  if (!isFree(session)) checkTender(session, payer);
  complete(scope, session, payer);
  return { redirect };
}

/** Whether there is nothing to pay, now or later, so that nobody is asked for a card. */
export const isFree = (session: Entity): boolean =>
  session.mode === 'payment' && session.amount_total === 0;

function nextOf(session: Entity): string | null {
  const isEmbedded = session.ui_mode === 'embedded_page';
  // A card needs no redirect: only "always" leaves the page.
  if (isEmbedded && session.redirect_on_completion !== 'always') return null;
  const url = isEmbedded ? session.return_url : session.success_url;
  return String(url).replaceAll('{CHECKOUT_SESSION_ID}', session.id);
}

/** Who buys, and what of it is known. A guest is no customer. */
interface Buyer {
  customer: Entity | null;
  email: string | null;
  name: string | null;
  address: Address | null;
}

function complete(scope: Scope, session: Entity, payer: Payer): void {
  const offer = offerOf(scope, session);
  const buyer = buyerOf(scope, session, { offer, payer });
  const bought = isFree(session)
    ? { payment_status: 'no_payment_required' }
    : buy(scope, session, { offer, buyer, tender: payer.with });
  const done = scope.put('checkout.session', {
    ...session,
    ...bought,
    customer: buyer.customer?.id ?? null,
    status: 'complete',
    url: null,
    customer_details: {
      address: buyer.address,
      business_name: null,
      email: buyer.email,
      individual_name: null,
      name: buyer.name,
      phone: null,
      tax_exempt: buyer.customer?.tax_exempt ?? 'none',
      tax_ids: [],
    },
  });
  scope.emit('checkout.session.completed', done);
}

/** The buyer; it becomes a customer where the session, or what is bought, asks for one. */
function buyerOf(
  scope: Scope,
  session: Entity,
  { offer, payer }: { offer: Offer; payer: Payer },
): Buyer {
  const known = scope.get('customer', String(session.customer)) ?? null;
  const email = known?.email ?? session.customer_email ?? payer.email ?? null;
  const buyer = {
    email: email === null ? null : String(email),
    name: payer.name ?? null,
    address: payer.address ?? null,
  };
  const isGuest =
    session.customer_creation === 'if_required' && offer.payment.setup_future_usage === null;
  if (known || isGuest) return { ...buyer, customer: known };
  const customer = createCustomer(scope, {
    ...(buyer.email === null ? {} : { email: buyer.email }),
    ...(buyer.name === null ? {} : { name: buyer.name }),
  });
  return { ...buyer, customer };
}

interface Purchase {
  offer: Offer;
  buyer: Buyer;
  tender: Tender;
}

function buy(scope: Scope, session: Entity, purchase: Purchase): Partial<Entity> {
  const { offer, buyer, tender } = purchase;
  const { email, name, address, customer } = buyer;
  const billing = { email, name, address };
  const debit = debitTypeOf(session);
  const method =
    'bank' in tender && debit
      ? createBankAccount(scope, { type: debit, ends: tender.bank }, billing)
      : createCard(scope, numberIn(tender), billing);
  if (session.mode === 'payment') return buyOnce(scope, session, { offer, customer, method });
  return buySubscription(scope, offer, { customer, method });
}

function buyOnce(
  scope: Scope,
  session: Entity,
  { offer, customer, method }: { offer: Offer; customer: Entity | null; method: Entity },
): Partial<Entity> {
  const intent = newIntent(scope, {
    amount: Number(session.amount_total),
    currency: session.currency,
    customer: customer?.id ?? null,
    payment_method: method.id,
    ...offer.payment,
  });
  const paid = succeed(scope, intent);
  scope.emit('payment_intent.created', intent);
  return {
    payment_intent: intent.id,
    payment_status: paid.status === 'succeeded' ? 'paid' : 'unpaid',
  };
}

function buySubscription(
  scope: Scope,
  offer: Offer,
  { customer, method: card }: { customer: Entity | null; method: Entity },
): Partial<Entity> {
  if (customer === null) throw new Error('A subscription is of a customer.');
  const method = scope.put('payment_method', {
    ...card,
    allow_redisplay: 'limited',
    customer: customer.id,
  });
  scope.emit('payment_method.attached', method);
  const { lines, trialDays, metadata } = offer;
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

/** The bank accounts one can pay a session with, if any. */
export const debitTypeOf = (session: Entity): DebitType | undefined =>
  Object.values(DEBIT_TYPES).find((type) =>
    (session.payment_method_types as string[]).includes(type),
  );

const numberIn = (tender: Tender): string =>
  'cardNumber' in tender ? tender.cardNumber.replace(/\s/g, '') : '';

/** Throws for a card that is no card, is refused, or whose owner has to be asked first. */
function checkTender(session: Entity, { with: tender, isAuthenticated }: Payer): void {
  if ('bank' in tender) {
    if (debitTypeOf(session)) return;
    throw faults.wrongState('This Checkout Session cannot be paid with a bank account.');
  }
  const outcome = cardOutcome(numberIn(tender));
  if (outcome === null) throw faults.wrongCard();
  if (outcome === 'pays' || outcome === 'fails_later') return;
  if (outcome !== 'asks') throw declineFault(outcome);
  if (!isAuthenticated) throw declineFault('authentication_required');
}
