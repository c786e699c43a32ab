import type { PlanSource } from '@dream/contract/customers';
import type { Interval } from '@dream/contract/primitives';
import type { RunningUsage } from '../usage/running-usage.ts';

/** What decides a customer's plan. `subscribedPlan` is set while a subscription is live. */
export interface PlanFacts {
  subscribedPlan: string | null;
  setPlan: string | null;
  headerPlan: string | null;
  defaultPlan: string;
}

/** The plan in force, and why: live subscription, else set, else last header, else default. */
export function planInForce(facts: PlanFacts): { plan: string; planSource: PlanSource } {
  if (facts.subscribedPlan !== null)
    return { plan: facts.subscribedPlan, planSource: 'subscription' };
  if (facts.setPlan !== null) return { plan: facts.setPlan, planSource: 'set' };
  if (facts.headerPlan !== null) return { plan: facts.headerPlan, planSource: 'header' };
  return { plan: facts.defaultPlan, planSource: 'default' };
}

/**
 * What a live subscription means for counting. Its period is the one its provider says is current.
 */
export interface SubscriptionTerms {
  periodStartMs: number;
  periodEndMs: number;
  interval: Interval;
  /** When it ends; null for one that goes on. */
  endsAtMs: number | null;
  /** Counts of periods that began before this are over: it was renewed then. Null before that. */
  countFromMs: number | null;
  /** The features whose overage it pays for. */
  billed: readonly string[];
}

/**
 * What a shard must know of a customer. A shard takes a snapshot only if its `version` is not
 * older than the one it has. `headerPlan` is the last X-User-Plan, whether or not it is in force.
 */
export interface CustomerSnapshot {
  customerId: string;
  version: number;
  plan: string | null;
  headerPlan: string | null;
  banned: boolean;
  /** Of the live subscription; left out by a sender that knew nothing of it yet. */
  subscription?: SubscriptionTerms | null;
  /** What the test clock of the customer says; left out for whom time passes. */
  clockMs?: number;
  /** What who was erased before goes on from, while the shard may not have been told of it yet. */
  resumes?: readonly RunningUsage[];
}
