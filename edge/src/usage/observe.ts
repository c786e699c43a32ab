import type { WouldRefuse } from '@dream/contract';
import type { ErrorCode } from '@dream/contract/errors';
import type { TierLimits } from './limit.ts';

/** What an environment's rules say of refusing. */
interface Observing {
  observes?: boolean;
  tiers: Readonly<Record<string, TierLimits>>;
}

/** What a plan can refuse. Nothing else is only observed: who is banned, say, is refused as ever. */
const OBSERVED: ReadonlySet<ErrorCode> = new Set<WouldRefuse>([
  'limit_reached',
  'rate_limited',
  'feature_not_included',
]);

/** What an environment that only observes says instead of a refusal; null where it refuses. */
export const observedInstead = ({ observes }: Observing, code: ErrorCode): WouldRefuse | null =>
  observes && OBSERVED.has(code) ? (code as WouldRefuse) : null;

/**
 * Whether a feature has no units to count. Where a plan does not include it and that is only observed,
 * it is what the other plans say it is.
 */
export function isBoolean(rules: Observing, limits: TierLimits, feature: string): boolean {
  const here = limits.features[feature];
  if (here !== undefined || !rules.observes) return here === true;
  return Object.values(rules.tiers).some((tier) => tier.features[feature] === true);
}
