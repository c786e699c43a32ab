import { type Address, NOWHERE } from './address.ts';
import { ACCOUNT_ON_SHOW, accountOfName, type BankAccount } from './bank-accounts.ts';
import { absentDecline, cardOfName, cardOfNumber, DECLINE_TEXT, type Decline } from './cards.ts';
import { faults } from './faults.ts';
import { type Entity, newId, type Scope } from './scope.ts';

/** Whose card it is, as its owner typed it. */
export interface Billing {
  email?: string | null;
  name?: string | null;
  phone?: string | null;
  address?: Partial<Address> | null;
}

/** A card that belongs to no customer yet. The API never shows its number. */
export function createCard(scope: Scope, number: string, billing: Billing = {}): Entity {
  const id = newId('pm');
  scope.put('card', { id, object: 'card', number });
  return scope.put('payment_method', {
    ...methodFields(scope, id, billing),
    card: cardOnShow(number),
    type: 'card',
  });
}

/** A bank account that belongs to no customer yet. */
export function createBankAccount(
  scope: Scope,
  { type, ends }: BankAccount,
  billing: Billing = {},
): Entity {
  const id = newId('pm');
  scope.put('bank_account', { id, object: 'bank_account', ends });
  return scope.put('payment_method', {
    ...methodFields(scope, id, billing),
    [type]: ACCOUNT_ON_SHOW[type],
    type,
  });
}

const methodFields = (scope: Scope, id: string, billing: Billing) => ({
  id,
  object: 'payment_method',
  allow_redisplay: 'unspecified',
  billing_details: {
    address: { ...NOWHERE, ...billing.address },
    email: billing.email ?? null,
    name: billing.name ?? null,
    phone: billing.phone ?? null,
    tax_id: null,
  },
  created: scope.nowSeconds(),
  customer: null,
  customer_account: null,
  livemode: scope.livemode,
  metadata: {},
});

const brandOf = (number: string) =>
  number.startsWith('5') ? 'mastercard' : number.startsWith('3') ? 'amex' : 'visa';

function cardOnShow(number: string) {
  const brand = brandOf(number);
  return {
    brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    display_brand: brand,
    exp_month: 12,
    exp_year: 2040,
    fingerprint: `sandbox${number.slice(-9)}`,
    funding: number === '4000056655665556' ? 'debit' : 'credit',
    generated_from: null,
    last4: number.slice(-4),
    networks: { available: [brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}

/** The payment method of an id; `pm_card_visa` and its like, and tokens, make a new one each time. */
export function methodOf(scope: Scope, id: string, param?: string): Entity {
  const account = accountOfName(id);
  if (account) return createBankAccount(scope, account);
  const card = /^(pm_card|tok)_/.test(id) ? cardOfName(id) : null;
  return card ? createCard(scope, card.number) : scope.must('payment_method', id, param);
}

/** The number of a payment method's card. */
export const numberOf = (scope: Scope, method: string): string =>
  String(scope.get('card', method)?.number);

/** Gives a customer a payment method. Throws a card error for a card that is refused at once. */
export function attach(scope: Scope, method: Entity, customer: string): Entity {
  const number = numberOf(scope, method.id);
  const declined = absentDecline(number);
  if (declined && cardOfNumber(number)?.declines && !cardOfNumber(number)?.attaches)
    throw declineFault(declined);
  if (method.customer === customer) return method;
  if (method.customer !== null)
    throw faults.wrongState(
      'The payment method you provided has already been attached to a customer.',
      { code: 'payment_method_unexpected_state' },
    );
  const attached = scope.put('payment_method', { ...method, customer });
  scope.emit('payment_method.attached', attached);
  return attached;
}

/** The error of a refused card. */
export const declineFault = (decline: Decline, more: Record<string, unknown> = {}) => {
  const { error, code, message } = DECLINE_TEXT[decline];
  return faults.declined(code, message, { code: error, ...more });
};

/** The payment method a customer pays with when no other is named; undefined without any. */
export function usualMethod(scope: Scope, customer: string): Entity | undefined {
  const settings = scope.get('customer', customer)?.invoice_settings as
    | { default_payment_method: string | null }
    | undefined;
  const chosen = settings?.default_payment_method;
  if (chosen) return scope.get('payment_method', chosen);
  return scope.list('payment_method').findLast((method) => method.customer === customer);
}
