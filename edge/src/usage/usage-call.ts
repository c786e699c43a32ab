import type { Usage } from '@dream/contract';
import type { CustomerSnapshot } from '../customers/plan.ts';
import type { EnvironmentRef } from '../deps.ts';
import type { Adjustment } from './adjust.ts';
import type { Refused } from './hold.ts';
import type { TierLimits } from './limit.ts';
import type { NoticesTo } from './notice.ts';
import type { PeriodRule } from './period.ts';

/** The rules of an environment as its shards keep them; a newer `version` replaces an older. */
export interface Rules extends PeriodRule {
  version: number;
  /** Whose they are; left out by rules from before there was overage. */
  environment?: EnvironmentRef;
  defaultPlan: string;
  /** Nothing a plan does not allow is refused, only reported. Left out where it is. */
  observes?: boolean;
  tiers: Readonly<Record<string, TierLimits>>;
  /** Who is told of thresholds and limits; null, or missing in rules of before, while nobody asks. */
  noticesTo?: NoticesTo | null;
}

/** One metered call. `rules` and `snapshot` are sent along when the shard asked for them. */
export interface UsageCall {
  customerId: string;
  feature: string;
  amountUnits: number;
  headerPlan: string | null;
  idempotency: { key: string; fingerprint: string } | null;
  /** One of a source's batches, which come one after the other: each number counts once, for ever. */
  sequence?: { source: string; number: number };
  rulesVersion: number;
  nowMs: number;
  rules?: Rules;
  snapshot?: CustomerSnapshot;
}

/** What it takes to read usage: the same, without counting. */
export type UsageQuery = Pick<
  UsageCall,
  'customerId' | 'feature' | 'rulesVersion' | 'nowMs' | 'rules' | 'snapshot'
>;

/** A change by hand. */
export interface Adjusting extends UsageQuery {
  change: Adjustment;
  idempotency: UsageCall['idempotency'];
}

/** The shard knows too little; call again with what it asks for. Nothing was counted. */
export interface Need {
  kind: 'need';
  what: 'customer' | 'rules' | 'header_plan';
}

/** Why a shard cannot judge yet, or not any more. */
export type NotYet = Need | { kind: 'erased' };

/** What is answered to a metered call. */
export type UsageAnswer = { kind: 'usage'; usage: Usage; replayed: boolean } | Refused | NotYet;
