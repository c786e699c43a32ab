import { shardOf } from '../customers/customer-id.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { log } from '../http/log.ts';
import { decideSending, meterEventName, type OverageReport } from './overage.ts';

/** How many reports one run sends; the shard wakes again while there are more. */
const BATCH = 20;

/**
 * Sends the overage a shard has for Stripe. Safe to repeat, at the same time as itself, and after a
 * crash at any point: a report keeps its id, by which Stripe takes it once. One that fails delays no
 * other, and is tried again.
 */
export async function reportOverage(deps: Deps, ref: EnvironmentRef, shard: string): Promise<void> {
  const reports = await deps.shard(ref, shard).overage().take(deps.nowMs(), BATCH);
  await Promise.all(
    reports.map(async (report) => {
      const isDone = await send(deps, ref, report).catch((error: unknown) => {
        log('error', { event: 'overage.failed', ...ref, error: String(error) });
        return false;
      });
      await deps.shard(ref, shard).overage().record(report, isDone, deps.nowMs());
    }),
  );
}

/**
 * Sends what one customer used above limits so far, without waiting for its minute: what comes after
 * is billed in another period. Throws what Stripe answers; what was not sent is then tried again.
 */
export async function reportOverageOf(
  deps: Deps,
  ref: EnvironmentRef,
  customerId: string,
): Promise<void> {
  const overage = deps.shard(ref, shardOf(customerId) ?? '').overage();
  for (;;) {
    const reports = await overage.take(deps.nowMs(), BATCH, customerId);
    if (reports.length === 0) return;
    for (const report of reports) {
      try {
        await send(deps, ref, report);
      } catch (error) {
        await overage.record(report, false, deps.nowMs());
        throw error;
      }
      await overage.record(report, true, deps.nowMs());
    }
  }
}

/** Sends one report; true when nothing is left to do about it. */
async function send(deps: Deps, ref: EnvironmentRef, report: OverageReport): Promise<boolean> {
  const { id, customerId, feature, units, atMs } = report;
  const how = decideSending(report, deps.nowMs());
  if (how === 'give_up') {
    log('error', { event: 'overage.given_up', ...ref });
    return true;
  }
  const payer = await deps.project(ref).billing().payerOfOverage(customerId, feature, atMs);
  if (payer === null) return true;
  const stripe = deps.stripe(ref, payer.stripeAccountId);
  const { stripeCustomerId } = payer;
  const use = { id, eventName: meterEventName(ref, feature), stripeCustomerId, units, atMs };
  const isThere = how === 'look' && (await stripe.hasUse(use));
  if (!isThere) await stripe.reportUse(use);
  return true;
}
