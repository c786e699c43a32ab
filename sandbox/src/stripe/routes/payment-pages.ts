import { type Address, givenAddress } from '../address.ts';
import { debitOf } from '../bank-debits.ts';
import { locate, pay, type Payer, type Recipient } from '../checkout-pay.ts';
import { chooseShipping, typeCode } from '../checkout-choice.ts';
import { faults } from '../faults.ts';
import { group, integer, type Params, text } from '../form.ts';
import { methodOf, numberOf } from '../payment-methods.ts';
import type { Resource } from '../resource.ts';
import type { Entity, Scope } from '../scope.ts';

/** `/v1/payment_pages`: a checkout session as its own page and the Stripe CLI see, fill in and pay it. */
export const paymentPages: Resource = {
  'GET /v1/payment_pages/:id': (scope, _params, id) => scope.must('checkout.session', id),
  'POST /v1/payment_pages/:id': (scope, params, id) => fillIn(scope, params, id),
  'POST /v1/payment_pages/:id/confirm': (scope, params, id) => {
    const session = fillIn(scope, params, id);
    const expected = integer(params, 'expected_amount');
    if (expected !== undefined && expected !== session.amount_total)
      throw faults.wrongState(
        'The amount of this Checkout Session is not the one that was expected.',
        { code: 'checkout_amount_mismatch', param: 'expected_amount' },
      );
    pay(scope, id, { ...payer(scope, params), ...tender(scope, params) });
    return scope.must('checkout.session', id);
  },
};

/** Notes what the buyer chose and where it is. Answers what the session costs by that. */
function fillIn(scope: Scope, params: Params, id: string): Entity {
  const session = scope.must('checkout.session', id);
  if (session.status !== 'open') return session;
  const code = params.promotion_code;
  const coded = typeof code === 'string' ? typeCode(scope, session, code) : session;
  const chosen = chooseShipping(scope, coded, text(params, 'shipping_rate'));
  return locate(scope, chosen, payer(scope, params));
}

/** Who pays: what the parameters say, or else the payment method. */
function payer(scope: Scope, params: Params): Omit<Payer, 'with'> {
  const method = scope.get('payment_method', text(params, 'payment_method') ?? '');
  const billing = method?.billing_details as
    | { email: string | null; name: string | null; address: Address }
    | undefined;
  const email = text(params, 'email') ?? billing?.email;
  const [name, phone] = [billing?.name, text(params, 'phone')];
  const address = givenAddress(params) ?? (billing?.address.country ? billing.address : undefined);
  const shipping = recipient(params);
  return {
    ...(email ? { email } : {}),
    ...(name ? { name } : {}),
    ...(phone ? { phone } : {}),
    ...(address ? { address } : {}),
    ...(shipping ? { shipping } : {}),
  };
}

function recipient(params: Params): Recipient | undefined {
  const given = group(params, 'shipping');
  const address = given && givenAddress(given);
  return address ? { name: text(given, 'name') ?? 'Jenny Rosen', address } : undefined;
}

function tender(scope: Scope, params: Params): Pick<Payer, 'with'> {
  const given = text(params, 'payment_method');
  if (given === undefined) throw faults.required('payment_method');
  const method = methodOf(scope, given, 'payment_method');
  const bank = debitOf(scope, method);
  return { with: bank ? { bank } : { cardNumber: numberOf(scope, method.id) } };
}
