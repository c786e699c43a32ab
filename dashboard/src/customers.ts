import type { Customer, CustomerDetail, CustomerStatus, PlanSource } from '@dream/contract';
import type { CustomerSearch } from './customers-api.ts';

/** What a customer is called: by name, else by e-mail, else by the site's own id, else by ours. */
export function nameOf({ firstName, lastName, email, externalId, id }: Customer): string {
  const name = [firstName, lastName].filter(Boolean).join(' ');
  return name || email || externalId || id;
}

/** The states customers are filtered by, in words. */
export const STATUS_WORDS: Readonly<Record<CustomerStatus, string>> = {
  active: 'Active',
  trialing: 'In trial',
  past_due: 'Payment missing',
  cancelling: 'Cancelling',
  none: 'No subscription',
  banned: 'Banned',
};

/** How a customer stands, as a badge says it: what matters most first. */
export function standing(customer: Customer): { kind: string; words: string } {
  const { banned, subscription } = customer;
  if (banned) return { kind: 'bad', words: STATUS_WORDS.banned };
  if (!subscription) return { kind: '', words: STATUS_WORDS.none };
  const { status, endsAtMs } = subscription;
  if (status === 'past_due') return { kind: 'amber', words: STATUS_WORDS.past_due };
  if (endsAtMs !== null) return { kind: 'amber', words: STATUS_WORDS.cancelling };
  if (status === 'trialing') return { kind: 'accent', words: STATUS_WORDS.trialing };
  return { kind: 'good', words: STATUS_WORDS.active };
}

/** Where a plan comes from, in few words. */
export const SOURCE_WORDS: Readonly<Record<PlanSource, string>> = {
  subscription: 'Subscription',
  set: 'Set by you',
  header: 'Your server’s header',
  default: 'Default',
};

/** Why the plan is what it is, and what would decide it next. */
export function whyPlan({ customer, setPlan, headerPlan }: CustomerDetail): string {
  const after = setPlan ?? headerPlan;
  const then = after === null ? 'the default plan' : `“${after}”`;
  switch (customer.planSource) {
    case 'subscription':
      return `A live subscription gives it. When that ends, it is ${then}.`;
    case 'set':
      return 'It was set by key or in this dashboard. A subscription would come before it.';
    case 'header':
      return 'Your server named it in X-User-Plan with the last call. One that is set here, or a subscription, would come before it.';
    case 'default':
      return 'Nothing else says one, so it is the default tier.';
  }
}

/** Which customers an address asks for; it may say anything. */
export const searchOf = (filter: { q: string; plan: string; status: string }): CustomerSearch => ({
  q: filter.q.trim().slice(0, 254),
  plan: /^[a-z][a-z0-9_-]{0,39}$/.test(filter.plan) ? filter.plan : '',
  status: STATUSES.find((known) => known === filter.status) ?? '',
});

const STATUSES = Object.keys(STATUS_WORDS) as CustomerStatus[];

/** How many units to give back; null for what is no whole number from 1 on. */
export function unitsIn(typed: string): number | null {
  const text = typed.trim().replace(/[\s,_']/g, '');
  const units = Number(text);
  return /^\d{1,10}$/.test(text) && units >= 1 && units <= 1_000_000_000 ? units : null;
}
