import type { UsageCredits } from '@dream/contract';
import type { SubscriptionTerms } from '../customers/plan.ts';
import type { Refused } from './hold.ts';
import type { TierLimits } from './limit.ts';
import type { Need, Rules } from './usage-call.ts';

/** What a customer may do at an instant, as far as a shard knows: what a call is judged by. */
export interface Entitlement {
  rules: Rules;
  plan: string;
  limits: TierLimits;
  headerPlan: string | null;
  isBanned: boolean;
  subscription: SubscriptionTerms | null;
  /** What time it is for the customer. */
  timeMs: number;
  /** What time it is for everybody: when to wake, not what is counted. */
  nowMs: number;
  /** Of the feature asked for, where it draws on them: its limit is what they are enough for. */
  credits?: UsageCredits;
}

/** Why nothing may begin for a known customer; null when it may. */
export function refusalTo(known: Entitlement, headerPlan: string | null): Refused | Need | null {
  if (known.isBanned) return { kind: 'refused', code: 'customer_banned', details: {} };
  if (headerPlan !== null && headerPlan !== known.headerPlan)
    return { kind: 'need', what: 'header_plan' };
  return null;
}

/** The refusal of a feature that the plan does not have, or that no plan has. */
export function notIncluded(known: Entitlement, feature: string): Refused {
  const exists = Object.values(known.rules.tiers).some((tier) => feature in tier.features);
  const code = exists ? 'feature_not_included' : 'feature_not_found';
  return {
    kind: 'refused',
    code,
    details: { feature, plan: known.plan, features: Object.keys(known.limits.features) },
  };
}
