import { page } from '../answer.ts';
import { expireSession, lineItems } from '../checkout-session.ts';
import { amountMinor, type Rate } from '../billing/amount.ts';
import { faults } from '../faults.ts';
import { flag, group, integer, link, list, metadata, type Params, text } from '../form.ts';
import type { Resource } from '../resource.ts';
import { type Entity, newId, type Scope } from '../scope.ts';
import { createPrice } from './catalog.ts';

/** `/v1/checkout/sessions`, for subscriptions and for single payments, on the hosted page. */
export const checkout = (baseUrl: () => string): Resource => ({
  'POST /v1/checkout/sessions': (scope, params) => createSession(scope, params, baseUrl()),
  'GET /v1/checkout/sessions': (scope, params) => {
    const [customer, subscription] = ['customer', 'subscription'].map((name) => text(params, name));
    const found = scope
      .list('checkout.session')
      .filter(
        (s) =>
          (customer === undefined || s.customer === customer) &&
          (subscription === undefined || s.subscription === subscription),
      );
    return page(found, params, '/v1/checkout/sessions');
  },
  'GET /v1/checkout/sessions/:id': (scope, _params, id) => scope.must('checkout.session', id),
  'GET /v1/checkout/sessions/:id/line_items': (scope, params, id) =>
    page(
      lineItems(scope, scope.must('checkout.session', id)).toReversed(),
      params,
      `/v1/checkout/sessions/${id}/line_items`,
    ),
  'POST /v1/checkout/sessions/:id/expire': (scope, _params, id) => {
    const session = scope.must('checkout.session', id);
    if (session.status !== 'open') {
      throw faults.wrongState('Only Checkout Sessions with a status in ["open"] can be expired.');
    }
    return expireSession(scope, session);
  },
});

/** The shortest and the longest life of a session; the shortest forgives 5 s on the way. */
const LIFE_SECONDS = { least: 1_795, most: 86_400 };

interface Line {
  price: Entity;
  /** Null for a price that is paid by use. */
  quantity: number | null;
}

function createSession(scope: Scope, params: Params, baseUrl: string): Entity {
  const mode = text(params, 'mode');
  if (mode === undefined) throw faults.required('mode');
  if (mode !== 'subscription' && mode !== 'payment')
    throw faults.invalidParam('mode', 'This sandbox knows the modes subscription and payment.');
  if ('payment_method_types' in params) throw faults.unknownParam('payment_method_types');
  const lines = linesOf(scope, params, mode);
  const customer = text(params, 'customer') ?? null;
  if (customer !== null) scope.must('customer', customer, 'customer');
  const where = placeOf(params);
  const isEmbedded = where.ui_mode === 'embedded_page';
  const nowSeconds = scope.nowSeconds();
  const expiresAt = integer(params, 'expires_at') ?? nowSeconds + LIFE_SECONDS.most;
  if (expiresAt < nowSeconds + LIFE_SECONDS.least) {
    throw faults.invalidParam(
      'expires_at',
      'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
    );
  }
  if (expiresAt > nowSeconds + LIFE_SECONDS.most) {
    throw faults.invalidParam(
      'expires_at',
      'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.',
    );
  }
  const totalMinor = lines.reduce((sum, line) => sum + minorOf(line), 0);
  const id = newId(scope.livemode ? 'cs_live' : 'cs_test');
  const data = group(params, 'subscription_data') ?? {};
  const session = scope.put('checkout.session', {
    id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: flag(params, 'allow_promotion_codes') ?? null,
    allowed_payment_method_types: null,
    amount_subtotal: totalMinor,
    amount_total: totalMinor,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: link(params, 'cancel_url') ?? null,
    client_reference_id: text(params, 'client_reference_id') ?? null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: nowSeconds,
    currency: lines[0]?.price.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer,
    customer_account: null,
    customer_creation: customer === null ? 'always' : null,
    customer_details: null,
    customer_email: text(params, 'customer_email') ?? null,
    discounts: [],
    expires_at: expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: scope.livemode,
    locale: text(params, 'locale') ?? null,
    managed_payments: null,
    metadata: metadata(params),
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
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    wallet_options: null,
    ...where,
    client_secret: isEmbedded ? `${id}_secret_${newId('s').slice(2)}` : null,
    url: isEmbedded ? null : `${baseUrl}/c/pay/${id}`,
  });
  scope.put('checkout.offer', {
    id,
    object: 'checkout.offer',
    lines: lines.map(({ price, quantity }) => ({ price: price.id, quantity })),
    trialDays: integer(data, 'trial_period_days') ?? 0,
    metadata: metadata(data),
  });
  return session;
}

/** Whether the page is Stripe's or within the seller's, and where it leads when it is paid. */
function placeOf(params: Params) {
  const uiMode = text(params, 'ui_mode') ?? 'hosted_page';
  const [successUrl, returnUrl] = [link(params, 'success_url'), link(params, 'return_url')];
  const redirect = text(params, 'redirect_on_completion');
  if (uiMode === 'hosted_page') {
    if (successUrl === undefined) throw faults.required('success_url');
    if (returnUrl !== undefined) throw onlyFor('return_url', 'embedded_page');
    return { success_url: successUrl, ui_mode: uiMode };
  }
  if (uiMode !== 'embedded_page')
    throw faults.invalidParam('ui_mode', 'This sandbox has the hosted and the embedded page only.');
  if (successUrl !== undefined) throw onlyFor('success_url', 'hosted_page');
  if ('cancel_url' in params) throw onlyFor('cancel_url', 'hosted_page');
  if (redirect !== undefined && !['always', 'if_required', 'never'].includes(redirect))
    throw faults.invalidParam('redirect_on_completion', 'must be always, if_required or never');
  if (returnUrl === undefined && redirect !== 'never') throw faults.required('return_url');
  if (returnUrl !== undefined && redirect === 'never')
    throw faults.invalidParam(
      'return_url',
      'You cannot set `return_url` when `redirect_on_completion` is `never`.',
    );
  return {
    redirect_on_completion: redirect ?? 'always',
    ...(returnUrl === undefined ? {} : { return_url: returnUrl }),
    success_url: null,
    ui_mode: uiMode,
  };
}

const onlyFor = (param: string, uiMode: string) =>
  faults.invalidParam(param, `You can only set \`${param}\` when \`ui_mode\` is \`${uiMode}\`.`);

const minorOf = ({ price, quantity }: Line) =>
  quantity === null ? 0 : amountMinor(price as unknown as Rate, quantity);

function linesOf(scope: Scope, params: Params, mode: string): Line[] {
  const given = list(params, 'line_items');
  if (given.length === 0) throw faults.required('line_items');
  return given.map((line, index) => {
    const name = `line_items[${index}]`;
    const inline = group(line, 'price_data');
    const price = inline
      ? createPrice(scope, inline)
      : scope.must('price', text(line, 'price') ?? '', `${name}[price]`);
    if (price.active !== true) {
      throw faults.invalidParam(
        `${name}[price]`,
        'The price specified is inactive. This field only accepts active prices.',
      );
    }
    if ((price.type === 'recurring') !== (mode === 'subscription')) {
      throw faults.invalidParam(
        `${name}[price]`,
        `You specified \`${mode}\` mode but passed a ${price.type} price.`,
      );
    }
    const quantity = integer(line, 'quantity');
    if ((price.recurring as { usage_type?: string } | null)?.usage_type === 'metered') {
      if (quantity !== undefined)
        throw faults.invalidParam(
          `${name}[quantity]`,
          'You cannot set the quantity for metered plans.',
        );
      return { price, quantity: null };
    }
    if (quantity === undefined || quantity < 1) throw faults.required(`${name}[quantity]`);
    return { price, quantity };
  });
}
