import { page } from '../answer.ts';
import { cardOutcome, DECLINE_TEXT } from '../cards.ts';
import { faults } from '../faults.ts';
import { flag, group, list, mergedMetadata, number, type Params, text } from '../form.ts';
import { type Entity, newId, type Scope } from '../scope.ts';
import { charge } from '../subscription-cycle.ts';
import type { Resource } from '../resource.ts';
import { createCustomer } from './customers.ts';
import { startSubscription } from './subscriptions.ts';

/** `/v1/checkout/sessions`, in subscription mode. */
export const checkout = (baseUrl: () => string): Resource => ({
  'POST /v1/checkout/sessions': (scope, params) => createSession(scope, params, baseUrl()),
  'GET /v1/checkout/sessions': (scope, params) => {
    const [customer, subscription] = ['customer', 'subscription'].map((name) => text(params, name));
    const found = scope
      .list('checkout.session')
      .map((s) => current(scope, s))
      .filter(
        (s) =>
          (customer === undefined || s.customer === customer) &&
          (subscription === undefined || s.subscription === subscription),
      );
    return page(found, params, '/v1/checkout/sessions');
  },
  'GET /v1/checkout/sessions/:id': (scope, _params, id) =>
    current(scope, scope.must('checkout.session', id)),
  'GET /v1/checkout/sessions/:id/line_items': (scope, params, id) =>
    page(
      [lineItem(scope, scope.must('checkout.session', id))],
      params,
      `/v1/checkout/sessions/${id}/line_items`,
    ),
  'POST /v1/checkout/sessions/:id/expire': (scope, _params, id) => {
    const session = current(scope, scope.must('checkout.session', id));
    if (session.status !== 'open') {
      throw faults.wrongState('Only Checkout Sessions with a status in ["open"] can be expired.');
    }
    return expire(scope, session);
  },
});

function createSession(scope: Scope, params: Params, baseUrl: string): Entity {
  const mode = text(params, 'mode');
  if (mode === undefined) throw faults.required('mode');
  if (mode !== 'subscription')
    throw faults.invalidParam('mode', 'This sandbox sells subscriptions only.');
  if ('payment_method_types' in params) throw faults.unknownParam('payment_method_types');
  const [line] = list(params, 'line_items');
  if (!line) throw faults.required('line_items');
  const price = scope.must('price', text(line, 'price') ?? '', 'line_items[0][price]');
  if (price.active !== true)
    throw faults.invalidParam(
      'line_items[0][price]',
      'The price specified is inactive. This field only accepts active prices.',
    );
  const customer = text(params, 'customer') ?? null;
  if (customer !== null) scope.must('customer', customer, 'customer');
  const successUrl = text(params, 'success_url');
  if (successUrl === undefined) throw faults.required('success_url');
  const nowSeconds = scope.nowSeconds();
  const expiresAt = number(params, 'expires_at') ?? nowSeconds + 86_400;
  if (expiresAt < nowSeconds + 1_795) {
    throw faults.invalidParam(
      'expires_at',
      'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
    );
  }
  const id = newId(scope.livemode ? 'cs_live' : 'cs_test');
  const data = group(params, 'subscription_data');
  const session = scope.put('checkout.session', {
    id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: flag(params, 'allow_promotion_codes') ?? null,
    amount_subtotal: price.unit_amount,
    amount_total: price.unit_amount,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: text(params, 'cancel_url') ?? null,
    client_reference_id: text(params, 'client_reference_id') ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: nowSeconds,
    currency: price.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer,
    customer_creation: customer === null ? 'always' : null,
    customer_details: null,
    customer_email: text(params, 'customer_email') ?? null,
    discounts: [],
    expires_at: expiresAt,
    invoice: null,
    invoice_creation: null,
    livemode: scope.livemode,
    locale: text(params, 'locale') ?? null,
    metadata: mergedMetadata({}, group(params, 'metadata')),
    mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'always',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: null,
    subscription: null,
    success_url: successUrl,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${baseUrl}/c/pay/${id}`,
    wallet_options: null,
  });
  scope.put('checkout.offer', {
    id,
    object: 'checkout.offer',
    price: price.id,
    trialDays: number(data ?? {}, 'trial_period_days') ?? 0,
    metadata: mergedMetadata({}, data && group(data, 'metadata')),
  });
  return session;
}

/** The session as it is now: an open one whose time has come is expired. */
export function current(scope: Scope, session: Entity): Entity {
  const isOver = session.status === 'open' && Number(session.expires_at) <= scope.nowSeconds();
  return isOver ? expire(scope, session) : session;
}

function expire(scope: Scope, session: Entity): Entity {
  const next = scope.put('checkout.session', { ...session, status: 'expired', url: null });
  scope.emit('checkout.session.expired', next);
  return next;
}

/** What a session sells. */
export function offerOf(
  scope: Scope,
  session: Entity,
): { price: Entity; product: Entity; trialDays: number; metadata: Record<string, string> } {
  const offer = scope.must('checkout.offer', session.id);
  const price = scope.must('price', String(offer.price));
  return {
    price,
    product: scope.must('product', String(price.product)),
    trialDays: Number(offer.trialDays),
    metadata: offer.metadata as Record<string, string>,
  };
}

function lineItem(scope: Scope, session: Entity): Entity {
  const { price, product } = offerOf(scope, session);
  return {
    id: `li_${session.id.slice(-24)}`,
    object: 'item',
    amount_discount: 0,
    amount_subtotal: price.unit_amount,
    amount_tax: 0,
    amount_total: price.unit_amount,
    currency: price.currency,
    description: product.name,
    metadata: {},
    price,
    quantity: 1,
  };
}

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
  const session = current(scope, scope.must('checkout.session', sessionId));
  const redirect = String(session.success_url).replaceAll('{CHECKOUT_SESSION_ID}', session.id);
  if (session.status === 'complete') return { redirect };
  if (session.status !== 'open') throw faults.wrongState('This Checkout Session has expired.');
  const number = payer.cardNumber.replace(/\s/g, '');
  const outcome = cardOutcome(number);
  if (outcome === null) throw faults.declined('incorrect_number', 'Your card number is incorrect.');
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
  const email = known?.email ?? session.customer_email ?? payer.email;
  const customer =
    known ??
    createCustomer(scope, {
      ...(email ? { email: String(email) } : {}),
      ...(payer.name ? { name: payer.name } : {}),
    });
  const method = attachCard(scope, customer.id, payer);
  const { price, trialDays, metadata } = offerOf(scope, session);
  const started = startSubscription(scope, {
    customer: customer.id,
    price,
    paymentMethod: method.id,
    metadata,
    trialDays,
  });
  const invoice = charge(
    scope,
    started,
    'subscription_create',
    trialDays > 0 ? 0 : Number(price.unit_amount),
  );
  const subscription = scope.put('subscription', { ...started, latest_invoice: invoice.id });
  const done = scope.put('checkout.session', {
    ...session,
    customer: customer.id,
    invoice: invoice.id,
    payment_status: trialDays > 0 ? 'no_payment_required' : 'paid',
    status: 'complete',
    subscription: subscription.id,
    url: null,
    customer_details: {
      address: null,
      business_name: null,
      email: email ?? null,
      individual_name: null,
      name: payer.name ?? null,
      phone: null,
      tax_exempt: 'none',
      tax_ids: [],
    },
  });
  scope.emit('payment_method.attached', method);
  scope.emit('checkout.session.completed', done);
  scope.emit('customer.subscription.created', subscription);
}

function attachCard(scope: Scope, customer: string, payer: Payer): Entity {
  return scope.put('payment_method', {
    id: newId('pm'),
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
    metadata: { number: payer.cardNumber },
    type: 'card',
  });
}
