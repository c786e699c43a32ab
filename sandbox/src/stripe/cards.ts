/** Why a card is refused. */
export type Decline =
  | 'declines'
  | 'insufficient_funds'
  | 'lost_card'
  | 'stolen_card'
  | 'expired_card'
  | 'incorrect_cvc'
  | 'processing_error'
  | 'authentication_required';

/** One of Stripe's test cards, with what it does. Fields that are not there are as usual. */
export interface TestCard {
  number: string;
  /** Behind `pm_card_` and `tok_`. */
  names: readonly string[];
  declines?: Decline;
  /** Whether it can be attached all the same, and declines only when it is charged. */
  attaches?: true;
  /** Whether its owner is asked (3-D Secure): the first time only, or at every payment. */
  asks?: 'once' | 'always';
  /** What its owner disputes a charge as, at once. */
  disputes?: 'fraudulent' | 'product_not_received' | 'general';
  /** A refund to it fails after it was made. */
  refundFails?: true;
}

const CARDS: readonly TestCard[] = [
  { number: '4242424242424242', names: ['visa', 'us'] },
  { number: '4000056655665556', names: ['visa_debit'] },
  { number: '5555555555554444', names: ['mastercard'] },
  { number: '378282246310005', names: ['amex'] },
  {
    number: '4000000000000002',
    names: ['chargeDeclined', 'visa_chargeDeclined'],
    declines: 'declines',
  },
  {
    number: '4000000000009995',
    names: ['chargeDeclinedInsufficientFunds', 'visa_chargeDeclinedInsufficientFunds'],
    declines: 'insufficient_funds',
  },
  {
    number: '4000000000009987',
    names: ['visa_chargeDeclinedLostCard'],
    declines: 'lost_card',
  },
  {
    number: '4000000000009979',
    names: ['visa_chargeDeclinedStolenCard'],
    declines: 'stolen_card',
  },
  {
    number: '4000000000000069',
    names: ['chargeDeclinedExpiredCard'],
    declines: 'expired_card',
  },
  {
    number: '4000000000000127',
    names: ['chargeDeclinedIncorrectCvc'],
    declines: 'incorrect_cvc',
  },
  {
    number: '4000000000000119',
    names: ['chargeDeclinedProcessingError'],
    declines: 'processing_error',
  },
  {
    number: '4000000000000341',
    names: ['chargeCustomerFail'],
    declines: 'declines',
    attaches: true,
  },
  { number: '4000002500003155', names: ['authenticationRequiredOnSetup'], asks: 'once' },
  {
    number: '4000002760003184',
    names: ['authenticationRequired', 'threeDSecure2Required', 'threeDSecureRequired'],
    asks: 'always',
  },
  { number: '4000000000003220', names: [], asks: 'always' },
  { number: '4000000000000259', names: ['createDispute'], disputes: 'fraudulent' },
  {
    number: '4000000000002685',
    names: ['createDisputeProductNotReceived'],
    disputes: 'product_not_received',
  },
  { number: '4000000000001976', names: ['createDisputeInquiry'], disputes: 'general' },
  { number: '4000000000005126', names: ['refundFail'], refundFails: true },
];

const BY_NUMBER = new Map(CARDS.map((card) => [card.number, card]));
const BY_NAME = new Map(CARDS.flatMap((card) => card.names.map((name) => [name, card])));

/** The test card of a number, which may have blanks; null for a number that is none of theirs. */
export const cardOfNumber = (number: string): TestCard | null =>
  BY_NUMBER.get(number.replace(/\s/g, '')) ?? null;

/** The test card behind `pm_card_visa` or `tok_visa`; null for a name that is none. */
export const cardOfName = (name: string): TestCard | null =>
  BY_NAME.get(name.replace(/^(pm_card|tok)_/, '')) ?? null;

/** What a number does when it is charged: pays, asks its owner, or is refused; null: no such card. */
export type CardOutcome = 'pays' | 'fails_later' | 'asks' | Decline;
export function cardOutcome(number: string): CardOutcome | null {
  const card = cardOfNumber(number);
  if (!card) return null;
  if (card.attaches) return 'fails_later';
  return card.declines ?? (card.asks ? 'asks' : 'pays');
}

/** Why a card refuses a charge made without its owner; null when it pays. */
export function absentDecline(number: string): Decline | null {
  const card = cardOfNumber(number);
  if (!card) return 'declines';
  return card.declines ?? (card.asks === 'always' ? 'authentication_required' : null);
}

/** Whether a card refuses a charge made without its owner. */
export const cardFails = (number: string): boolean => absentDecline(number) !== null;

/** What the buyer reads when a card is refused, and the codes of Stripe's error. */
export const DECLINE_TEXT: Record<Decline, { error: string; code: string; message: string }> = {
  declines: {
    error: 'card_declined',
    code: 'generic_decline',
    message: 'Your card was declined.',
  },
  insufficient_funds: {
    error: 'card_declined',
    code: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
  },
  lost_card: { error: 'card_declined', code: 'lost_card', message: 'Your card was declined.' },
  stolen_card: { error: 'card_declined', code: 'stolen_card', message: 'Your card was declined.' },
  expired_card: { error: 'expired_card', code: 'expired_card', message: 'Your card has expired.' },
  incorrect_cvc: {
    error: 'incorrect_cvc',
    code: 'incorrect_cvc',
    message: "Your card's security code is incorrect.",
  },
  processing_error: {
    error: 'processing_error',
    code: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
  authentication_required: {
    error: 'authentication_required',
    code: 'authentication_required',
    message: 'Your card was declined. This transaction requires authentication.',
  },
};
