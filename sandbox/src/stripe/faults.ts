/** An error as Stripe answers it. */
export class Fault extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;

  constructor(status: number, type: string, message: string, more: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.body = { error: { type, message, ...more } };
  }
}

const invalid = (status: number, message: string, more: Record<string, unknown> = {}) =>
  new Fault(status, 'invalid_request_error', message, more);

/** What the API refuses, in its own words. */
export const faults = {
  noKey: () => invalid(401, 'You did not provide an API key.'),
  badKey: (key: string) => invalid(401, `Invalid API Key provided: ${key.slice(0, 7)}****`),
  noAccount: (account: string) =>
    invalid(
      403,
      `The provided key does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`,
      { code: 'account_invalid' },
    ),
  unknownUrl: (method: string, path: string) =>
    invalid(404, `Unrecognized request URL (${method}: ${path}).`),
  exclusive: (...params: string[]) =>
    invalid(400, `You may only specify one of these parameters: ${params.join(', ')}.`, {
      code: 'parameters_exclusive',
    }),
  amountTooSmall: (what: string, least: string, param?: string) =>
    invalid(400, `The ${what} must be at least ${least}.`, {
      code: 'amount_too_small',
      ...(param && { param }),
    }),
  amountTooLarge: (what: string, most: string, param?: string) =>
    invalid(400, `The ${what} must be no more than ${most}.`, {
      code: 'amount_too_large',
      ...(param && { param }),
    }),
  missing: (kind: string, id: string, param = 'id', status = 404) =>
    invalid(status, `No such ${kind}: '${id}'`, { code: 'resource_missing', param }),
  required: (param: string) =>
    invalid(400, `Missing required param: ${param}.`, { code: 'parameter_missing', param }),
  unknownParam: (param: string) =>
    invalid(400, `Received unknown parameter: ${param}`, { code: 'parameter_unknown', param }),
  invalidParam: (param: string, message: string) => invalid(400, message, { param }),
  invalidInteger: (param: string, value: string) =>
    invalid(400, `Invalid integer: ${value}`, { code: 'parameter_invalid_integer', param }),
  invalidUrl: (param: string) => invalid(400, 'Not a valid URL', { code: 'url_invalid', param }),
  invalidEmail: (email: string) =>
    invalid(400, `Invalid email address: ${email}`, {
      code: 'email_invalid',
      param: 'customer_email',
    }),
  exists: (kind: string) =>
    invalid(400, `${kind} already exists.`, { code: 'resource_already_exists', param: 'id' }),
  notExpandable: (path: string) =>
    invalid(400, `This property cannot be expanded (${path}).`, { param: 'expand' }),
  keyReused: () =>
    new Fault(
      400,
      'idempotency_error',
      'Keys for idempotent requests can only be used with the same parameters they were first used with.',
    ),
  noUpcoming: () =>
    invalid(404, 'No upcoming invoices for customer', { code: 'invoice_upcoming_none' }),
  noPaymentMethod: () =>
    invalid(
      400,
      'This customer has no attached payment source or default payment method. Please consider adding a default payment method.',
      { code: 'resource_missing' },
    ),
  declined: (declineCode: string, message: string, more: Record<string, unknown> = {}) =>
    new Fault(402, 'card_error', message, {
      code: 'card_declined',
      decline_code: declineCode,
      ...more,
    }),
  requiresAction: () =>
    new Fault(
      402,
      'card_error',
      'Payment for this subscription requires additional user action before it can be completed successfully.',
      { code: 'subscription_payment_intent_requires_action' },
    ),
  wrongCard: () =>
    new Fault(402, 'card_error', 'Your card number is incorrect.', { code: 'incorrect_number' }),
  wrongState: (message: string, more: Record<string, unknown> = {}) => invalid(400, message, more),
  outage: () => new Fault(500, 'api_error', 'An error occurred on our side.'),
};
