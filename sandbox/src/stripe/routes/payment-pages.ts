import { debitOf } from '../bank-debits.ts';
import { pay } from '../checkout-pay.ts';
import { faults } from '../faults.ts';
import { integer, text } from '../form.ts';
import { methodOf, numberOf } from '../payment-methods.ts';
import type { Resource } from '../resource.ts';

/** `/v1/payment_pages`: a checkout session as its own page and the Stripe CLI see and pay it. */
export const paymentPages: Resource = {
  'GET /v1/payment_pages/:id': (scope, _params, id) => scope.must('checkout.session', id),
  'POST /v1/payment_pages/:id/confirm': (scope, params, id) => {
    const session = scope.must('checkout.session', id);
    const given = text(params, 'payment_method');
    if (given === undefined) throw faults.required('payment_method');
    const expected = integer(params, 'expected_amount');
    if (expected !== undefined && expected !== session.amount_total)
      throw faults.wrongState(
        'The amount of this Checkout Session is not the one that was expected.',
        { code: 'checkout_amount_mismatch', param: 'expected_amount' },
      );
    const method = methodOf(scope, given, 'payment_method');
    const billing = method.billing_details as { email: string | null; name: string | null };
    const bank = debitOf(scope, method);
    pay(scope, id, {
      with: bank ? { bank } : { cardNumber: numberOf(scope, method.id) },
      ...(billing.email === null ? {} : { email: billing.email }),
      ...(billing.name === null ? {} : { name: billing.name }),
    });
    return scope.must('checkout.session', id);
  },
};
