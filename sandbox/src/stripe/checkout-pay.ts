import { type Address, someAddress } from './address.ts';
import { DEBIT_TYPES, type DebitEnd, type DebitType } from './bank-accounts.ts';
import { cardOutcome } from './cards.ts';
import { change } from './change.ts';
import { choose, type Offer, offerOf, refuseAmount } from './checkout-offer.ts';
import { redeem } from './discounts.ts';
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
  phone?: string;
  /** Where the owner of the card lives. */
  address?: Address;
  /** Where the things are sent, and to whom. */
  shipping?: Recipient;
  /** Whether the owner of a card that asks for it has said yes (3-D Secure). */
  isAuthenticated?: boolean;
}

/** Who gets the things, and where. */
export interface Recipient {
  name: string;
  address: Address;
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
  const whole = withUsual(session, payer);
  const located = locate(scope, session, whole);
  refuseAmount(located);
  if (!isFree(located)) checkTender(located, whole);
  complete(scope, located, whole);
  return { redirect };
}

/** Whether there is nothing to pay, now or later, so that nobody is asked for a card. */
export const isFree = (session: Entity): boolean =>
  session.mode === 'payment' && session.amount_total === 0;

/** The session once it is known where the buyer is: taxes may depend on it. */
export function locate(
  scope: Scope,
  session: Entity,
  { shipping, address }: Pick<Payer, 'shipping' | 'address'>,
): Entity {
  const country = shipping?.address.country ?? address?.country;
  if (country && shipping) refuseCountry(session, country);
  return country ? choose(scope, session, { country }) : session;
}

const sendsTo = (session: Entity): string[] | null =>
  (session.shipping_address_collection as { allowed_countries: string[] } | null)
    ?.allowed_countries ?? null;

function refuseCountry(session: Entity, country: string): void {
  if (sendsTo(session)?.includes(country) !== false) return;
  throw faults.wrongState(`Shipping to ${country} is not possible.`, {
    code: 'shipping_address_invalid',
  });
}

/** A payer with what the session asks of it: whoever pays by the API alone says less than on the page. */
function withUsual(session: Entity, payer: Payer): Payer {
  const asksPhone = (session.phone_number_collection as { enabled: boolean }).enabled;
  const [country] = sendsTo(session) ?? [];
  const usual: Partial<Payer> = {
    ...(asksPhone && { phone: '+15550100000' }),
    ...(country !== undefined && {
      shipping: { name: payer.name ?? 'Jenny Rosen', address: someAddress(country) },
    }),
  };
  const { shipping, ...rest } = payer;
  // Nothing is sent for a session that asks for no address.
  return { ...usual, ...rest, ...(shipping && country !== undefined && { shipping }) };
}

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
  phone: string | null;
  address: Address | null;
  shipping: Recipient | null;
}

function complete(scope: Scope, session: Entity, payer: Payer): void {
  const offer = offerOf(scope, session);
  const buyer = buyerOf(scope, session, { offer, payer });
  for (const id of offer.chosen.discounts) {
    const discount = scope.put('discount', {
      ...scope.must('discount', id),
      checkout_session: session.id,
      customer: buyer.customer?.id ?? null,
    });
    if (session.mode === 'payment') redeem(scope, discount, {});
  }
  const bought = isFree(session)
    ? { payment_status: 'no_payment_required' }
    : buy(scope, session, { offer, buyer, tender: payer.with });
  const done = scope.put('checkout.session', {
    ...session,
    ...bought,
    collected_information: buyer.shipping && {
      business_name: null,
      individual_name: null,
      shipping_details: buyer.shipping,
    },
    customer: buyer.customer?.id ?? null,
    status: 'complete',
    url: null,
    customer_details: {
      address: buyer.address,
      business_name: null,
      email: buyer.email,
      individual_name: null,
      name: buyer.name,
      phone: buyer.phone,
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
  const shipping = payer.shipping ?? null;
  const buyer = {
    email: email === null ? null : String(email),
    name: payer.name ?? shipping?.name ?? null,
    phone: payer.phone ?? null,
    // A billing address that nobody asked for is the one things are sent to.
    address: payer.address ?? shipping?.address ?? null,
    shipping,
  };
  const isGuest =
    session.customer_creation === 'if_required' && offer.payment.setup_future_usage === null;
  if (known) return { ...buyer, customer: updated(scope, known, { offer, buyer }) };
  if (isGuest) return { ...buyer, customer: null };
  const customer = createCustomer(scope, {
    ...(buyer.email === null ? {} : { email: buyer.email }),
    ...(buyer.name === null ? {} : { name: buyer.name }),
  });
  const told = scope.put('customer', { ...customer, ...toldBy(buyer) });
  return { ...buyer, customer: told };
}

/** What a customer's fields are by what a buyer said. */
const toldBy = ({ address, phone, shipping }: Omit<Buyer, 'customer'>) => ({
  address,
  phone,
  shipping: shipping && { ...shipping, carrier: null, phone, tracking_number: null },
});

/** Notes on a known customer what the session may. */
function updated(
  scope: Scope,
  customer: Entity,
  { offer, buyer }: { offer: Offer; buyer: Omit<Buyer, 'customer'> },
): Entity {
  const { address, shipping } = toldBy(buyer);
  const may = (part: string) => offer.customerUpdate[part] === 'auto';
  return change(scope, 'customer', 'customer.updated', customer, {
    ...(may('address') && address && { address }),
    ...(may('name') && buyer.name !== null && { name: buyer.name }),
    ...(may('shipping') && shipping && { shipping }),
  });
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
  if (session.mode === 'payment') return buyOnce(scope, session, { offer, buyer, method });
  return buySubscription(scope, session, { offer, customer, method });
}

function buyOnce(
  scope: Scope,
  session: Entity,
  { offer, buyer, method }: { offer: Offer; buyer: Buyer; method: Entity },
): Partial<Entity> {
  const { customer } = buyer;
  const sent = buyer.shipping && toldBy(buyer).shipping;
  const intent = newIntent(scope, {
    amount: Number(session.amount_total),
    currency: session.currency,
    customer: customer?.id ?? null,
    payment_method: method.id,
    ...offer.payment,
    shipping: sent ?? offer.payment.shipping,
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
  session: Entity,
  { offer, customer, method: card }: { offer: Offer; customer: Entity | null; method: Entity },
): Partial<Entity> {
  if (customer === null) throw new Error('A subscription is of a customer.');
  const method = scope.put('payment_method', {
    ...card,
    allow_redisplay: 'limited',
    customer: customer.id,
  });
  scope.emit('payment_method.attached', method);
  const { lines, trialDays, metadata } = offer;
  const isDue = trialDays === 0 && Number(session.amount_total) > 0;
  const { enabled } = session.automatic_tax as { enabled: boolean };
  const started = newSubscription(scope, {
    customer,
    items: lines.map(({ price, quantity, taxRates }) => ({
      price,
      quantity: quantity ?? undefined,
      taxRates: taxRates as unknown as Entity[],
    })),
    trialEnd: trialDays > 0 ? scope.nowSeconds() + trialDays * 86_400 : null,
    metadata,
    more: {
      default_payment_method: method.id,
      discounts: offer.chosen.discounts,
      ...(enabled && {
        automatic_tax: { disabled_reason: null, enabled, liability: { type: 'self' } },
      }),
    },
  });
  // The card was accepted a moment ago, also one that fails at the renewal.
  const subscription = begin(scope, started, { isAccepted: true });
  return {
    invoice: subscription.latest_invoice,
    payment_status: isDue ? 'paid' : 'no_payment_required',
    subscription: subscription.id,
  };
}

/** The bank accounts one can pay a session with, if any. */
export const debitTypeOf = (session: Entity): DebitType | undefined =>
  Object.values(DEBIT_TYPES).find((type) =>
    (session.payment_method_types as string[]).includes(type),
  );

/** Whether one can pay a session with a card. */
export const takesCards = (session: Entity): boolean =>
  (session.payment_method_types as string[]).includes('card');

const numberIn = (tender: Tender): string =>
  'cardNumber' in tender ? tender.cardNumber.replace(/\s/g, '') : '';

/** Throws for a card that is no card, is refused, or whose owner has to be asked first. */
function checkTender(session: Entity, { with: tender, isAuthenticated }: Payer): void {
  if ('bank' in tender) {
    if (debitTypeOf(session)) return;
    throw faults.wrongState('This Checkout Session cannot be paid with a bank account.');
  }
  if (!takesCards(session))
    throw faults.wrongState('This Checkout Session cannot be paid with a card.');
  const outcome = cardOutcome(numberIn(tender));
  if (outcome === null) throw faults.wrongCard();
  if (outcome === 'pays' || outcome === 'fails_later') return;
  if (outcome !== 'asks') throw declineFault(outcome);
  if (!isAuthenticated) throw declineFault('authentication_required');
}
