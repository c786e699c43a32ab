/** What was done, as people say it: `stripe.account_made` is “Stripe account made”. */
export function actionWords(action: string): string {
  const words = action.replaceAll(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Who did it: the operator, a developer, a server by its key, the customer, or dream by itself. */
export function actorWords(actor: string): { words: string; id: string | null } {
  const [kind = '', id = null] = actor.split(' ');
  if (kind === 'operator') return { words: 'The operator', id };
  if (kind.startsWith('plt_')) return { words: 'A developer', id };
  if (kind === 'key') return { words: 'Your server, by key', id };
  if (kind === 'customer') return { words: 'The customer', id };
  return kind === 'clerk' ? { words: 'Clerk', id } : { words: 'dream', id };
}
