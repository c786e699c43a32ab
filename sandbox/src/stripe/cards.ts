/** What a card does: pays, declines at once, or attaches and declines at the next charge. */
export type CardOutcome = 'pays' | 'declines' | 'insufficient_funds' | 'fails_later';

const KNOWN: Record<string, CardOutcome> = {
  '4242424242424242': 'pays',
  '5555555555554444': 'pays',
  '4000000000000002': 'declines',
  '4000000000009995': 'insufficient_funds',
  '4000000000000341': 'fails_later',
};

/** What Stripe's test cards do; null for a number that is no card of theirs. */
export function cardOutcome(number: string): CardOutcome | null {
  return KNOWN[number.replace(/\s/g, '')] ?? null;
}

/** Whether a card refuses a charge made without its owner. */
export const cardFails = (number: string): boolean => cardOutcome(number) !== 'pays';

/** What the buyer reads when a card is refused. */
export const DECLINE_TEXT: Record<
  'declines' | 'insufficient_funds',
  { code: string; message: string }
> = {
  declines: { code: 'generic_decline', message: 'Your card was declined.' },
  insufficient_funds: { code: 'insufficient_funds', message: 'Your card has insufficient funds.' },
};
