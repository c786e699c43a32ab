import { commonTexts } from '../internal/notice.ts';

/** English. What stands in braces is filled in. */
export const english = {
  ...commonTexts,
  close: 'Close',
  title: 'Switch to {tier}',
  titlePrice: 'Change how you pay for {tier}',
  titleCancel: 'Cancel {tier}?',
  perMonth: 'a month',
  perYear: 'a year',
  tax: 'Tax',
  taxWithin: 'Includes {amount} tax.',
  balance: 'Credit you had',
  due: 'Due now',
  credit: '{amount} is kept as a credit for your next payments.',
  atOnce: 'Your plan changes at once. From then on it costs {price}.',
  atOnceNext: 'Your plan changes at once, and costs {price} from {date} on.',
  inTrial: 'Nothing to pay now. Your plan changes at once; from {date} on it costs {price}.',
  later: 'Nothing to pay now. Your plan changes to {tier} on {date}, then {price}.',
  laterFree: 'Nothing to pay now. {plan} ends on {date}; after that you are on {tier}.',
  cancelLead: 'You keep {plan} until {date}. After that it ends, and nothing more is paid.',
  cancelLeadNow: 'It ends with the time that is paid, and nothing more is paid.',
  pay: 'Pay {amount} and switch',
  switch: 'Switch now',
  confirm: 'Confirm change',
  cancel: 'Cancel plan',
  keep: 'Keep {plan}',
  notNow: 'Not now',
  stale: 'Prices had moved on. This is what it costs now.',
  portal: 'Update payment',
  confirmAtBank: 'Confirm with your bank',
  errorDeclined: 'Your bank declined the payment. Nothing was changed.',
  errorFunds: 'There is not enough money on your card. Nothing was changed.',
  errorExpiredCard: 'Your card has expired. Nothing was changed.',
  errorConfirmation:
    'Your bank wants the payment confirmed, which cannot be done here. Use another card. Nothing was changed.',
  askedByBank:
    'Your bank wants this payment confirmed. Confirm it, then come back here. Until then your plan stays as it is.',
  errorPastDue: 'A payment is missing. Settle it first, then change your plan.',
  errorCurrency: 'A plan stays in its currency. Cancel it first to pay in another one.',
} as const;

/** Which text tells of an error, by its code; of a refused payment, by the bank's reason. */
export const errorTexts: Readonly<Record<string, keyof typeof english>> = {
  payment_failed: 'errorDeclined',
  insufficient_funds: 'errorFunds',
  expired_card: 'errorExpiredCard',
  authentication_required: 'errorConfirmation',
  subscription_payment_intent_requires_action: 'errorConfirmation',
  payment_action_required: 'askedByBank',
  payment_past_due: 'errorPastDue',
  currency_fixed: 'errorCurrency',
};
