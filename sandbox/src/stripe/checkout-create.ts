import { countryOf } from './automatic-tax.ts';
import { DEBIT_TYPES } from './bank-accounts.ts';
import { givenCustomer, givenTax, givenUpdate } from './checkout-given.ts';
import { asSessionHas } from './checkout-choice.ts';
import { givenLines } from './checkout-lines.ts';
import { makeOffer, refuseAmount } from './checkout-offer.ts';
import { givenPayment } from './checkout-payment.ts';
import { placeOf } from './checkout-place.ts';
import { givenDiscounts } from './discounts.ts';
import { faults } from './faults.ts';
import { flag, group, integer, link, metadata, type Params, strings, text } from './form.ts';
import { type Entity, newId, type Scope } from './scope.ts';
import { givenCountries, givenShippingOptions } from './shipping-rates.ts';

/** The shortest and the longest life of a session; the shortest forgives 5 s on the way. */
const LIFE_SECONDS = { least: 1_795, most: 86_400 };

/** Makes a session as a call asks for it. */
export function createSession(scope: Scope, params: Params): Entity {
  const mode = modeOf(params);
  const customer = givenCustomer(scope, params, mode);
  const lines = givenLines(scope, params, mode);
  const where = placeOf(params);
  const isEmbedded = where.ui_mode === 'embedded_page';
  const expiresAt = expiryOf(scope, params);
  const currency = String(lines[0]?.price.currency);
  const allowed = strings(params, 'allowed_payment_method_types');
  const id = newId(scope.livemode ? 'cs_live' : 'cs_test');
  const data = group(params, 'subscription_data') ?? {};
  const countries = givenCountries(params);
  const shippingOptions = givenShippingOptions(scope, params, currency);
  if (shippingOptions.length > 0 && mode !== 'payment')
    throw faults.invalidParam(
      'shipping_options',
      '`shipping_options` can only be used in `payment` mode.',
    );
  const made: Entity = {
    id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: flag(params, 'allow_promotion_codes') ?? null,
    allowed_payment_method_types: allowed.length > 0 ? allowed : null,
    automatic_tax: givenTax(scope, params),
    billing_address_collection: text(params, 'billing_address_collection') ?? null,
    cancel_url: link(params, 'cancel_url') ?? null,
    client_reference_id: text(params, 'client_reference_id') ?? null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: scope.nowSeconds(),
    currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    ...customer,
    customer_account: null,
    customer_details: null,
    expires_at: expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: mode === 'payment' ? NO_INVOICE : null,
    livemode: scope.livemode,
    locale: text(params, 'locale') ?? null,
    managed_payments: null,
    metadata: metadata(params),
    mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: mode === 'payment' ? 'if_required' : 'always',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: methodTypes(params, mode, currency),
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: {
      enabled: flag(group(params, 'phone_number_collection') ?? {}, 'enabled') === true,
    },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: countries,
    shipping_options: shippingOptions,
    status: 'open',
    submit_type: text(params, 'submit_type') ?? null,
    subscription: null,
    wallet_options: null,
    ...where,
    client_secret: isEmbedded ? `${id}_secret_${newId('s').slice(2)}` : null,
    url: isEmbedded ? null : scope.pageUrl(`/c/pay/${id}`),
  };
  const discounts = givenDiscounts(scope, params, {
    customer: scope.get('customer', String(customer.customer)),
    currency,
  });
  if (discounts.length > 0 && 'allow_promotion_codes' in params)
    throw faults.exclusive('allow_promotion_codes', 'discounts');
  if (discounts.length > 1)
    throw faults.invalidParam('discounts', 'You can specify up to one discount.');
  const session = makeOffer(
    scope,
    { ...made, discounts: discounts.map(asSessionHas) },
    {
      lines,
      trialDays: integer(data, 'trial_period_days') ?? 0,
      metadata: metadata(data),
      payment: mode === 'payment' ? givenPayment(params) : {},
      customerUpdate: givenUpdate(params),
      chosen: {
        shippingRate: shippingOptions[0]?.shipping_rate ?? null,
        discounts: discounts.map((discount) => discount.id),
        country: countryOf(scope.get('customer', String(customer.customer))),
      },
    },
  );
  refuseAmount(session);
  return scope.put('checkout.session', session);
}

/** What one can pay with: cards, and a bank account of the currency for what is paid once and at once. */
function methodTypes(params: Params, mode: string, currency: string): string[] {
  const data = group(params, 'payment_intent_data') ?? {};
  const debit = DEBIT_TYPES[currency];
  const takesDebits = mode === 'payment' && text(data, 'capture_method') !== 'manual';
  // Versions before this one said what is allowed by the shorter name.
  const allowed = [
    ...strings(params, 'allowed_payment_method_types'),
    ...strings(params, 'payment_method_types'),
  ];
  const excluded = strings(params, 'excluded_payment_method_types');
  return ['card', ...(debit && takesDebits ? [debit] : [])]
    .filter((type) => allowed.length === 0 || allowed.includes(type))
    .filter((type) => !excluded.includes(type));
}

const NO_INVOICE = {
  enabled: false,
  invoice_data: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: null,
    metadata: {},
    rendering_options: null,
  },
};

function modeOf(params: Params): 'payment' | 'subscription' {
  const mode = text(params, 'mode');
  if (mode === undefined) throw faults.required('mode');
  if (mode === 'subscription' || mode === 'payment') return mode;
  throw faults.invalidParam('mode', 'This sandbox knows the modes subscription and payment.');
}

function expiryOf(scope: Scope, params: Params): number {
  const nowSeconds = scope.nowSeconds();
  const expiresAt = integer(params, 'expires_at') ?? nowSeconds + LIFE_SECONDS.most;
  if (expiresAt < nowSeconds + LIFE_SECONDS.least)
    throw faults.invalidParam(
      'expires_at',
      'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
    );
  if (expiresAt > nowSeconds + LIFE_SECONDS.most)
    throw faults.invalidParam(
      'expires_at',
      'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.',
    );
  return expiresAt;
}
