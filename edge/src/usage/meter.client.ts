import type { UsageStatus } from '@dream/contract';
import { shardOf } from '../customers/customer-id.ts';
import type { CustomerSnapshot } from '../customers/plan.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail, unwrap } from '../http/fail.ts';
import type { Environment } from '../projects/access.rpc.ts';
import { limitsOf } from './limit.ts';
import { toStatus } from './status.ts';
import type { Adjusting, Rules, UsageAnswer, UsageCall, UsageQuery } from './usage-call.ts';

/** The rules of an environment in the form its shards keep. */
export function rulesOf(environment: Environment): Rules {
  const { period, timeZone, enforcement } = environment.settings;
  const { projectId, mode } = environment;
  return {
    version: environment.version,
    environment: { projectId: environment.projectId, mode: environment.mode },
    period,
    timeZone,
    ...(enforcement === 'observe' && { observes: true }),
    defaultPlan: environment.tiers.find((tier) => tier.isDefault)?.name ?? 'free',
    tiers: Object.fromEntries(environment.tiers.map((tier) => [tier.name, limitsOf(tier)])),
    noticesTo: environment.tellsUsage ? { projectId, mode } : null,
  };
}

/** What a metered call says, before the customer's shard is known. */
export type Metered = Pick<
  UsageCall,
  'feature' | 'amountUnits' | 'headerPlan' | 'idempotency' | 'sequence' | 'nowMs'
>;

/**
 * Counts a call of a customer in its shard. One hop when the shard knows the customer; a shard that
 * knows too little says what it needs and is asked again, nothing having been counted.
 */
export function trackUsage(
  deps: Deps,
  ref: EnvironmentRef,
  environment: Environment,
  customerId: string,
  call: Metered,
): Promise<UsageAnswer> {
  return ask<UsageAnswer>(
    deps,
    ref,
    environment,
    customerId,
    call.nowMs,
    (more) =>
      shardFor(deps, ref, customerId).track({
        ...call,
        ...more,
        customerId,
        rulesVersion: environment.version,
      }),
    call.headerPlan,
  );
}

/**
 * Counts calls of one shard's customers, in their order and one hop; what the shard does not know is
 * sent in the next. Answers stand where their calls do.
 */
export async function trackInShard(
  deps: Deps,
  { ref, environment }: { ref: EnvironmentRef; environment: Environment },
  shard: string,
  calls: readonly (Metered & { customerId: string })[],
): Promise<UsageAnswer[]> {
  const answers = new Map<number, UsageAnswer>();
  const snapshots = new Map<string, CustomerSnapshot>();
  let rules: Rules | undefined;
  for (let asks = 0; asks < MOST_ASKS; asks++) {
    const open = [...calls.entries()].filter(([at]) => !answers.has(at));
    if (open.length === 0) return calls.map((_, at) => answers.get(at) as UsageAnswer);
    const told = await deps.shard(ref, shard).trackMany(
      open.map(([, call], index) => {
        const known = snapshots.get(call.customerId);
        return {
          ...call,
          rulesVersion: environment.version,
          ...(rules && index === 0 && { rules }),
          ...(known && { snapshot: known }),
        };
      }),
    );
    const unknown = new Set<string>();
    for (const [index, answer] of told.entries()) {
      const [at, call] = open[index] as (typeof open)[number];
      if (answer.kind !== 'need') answers.set(at, answer);
      else if (answer.what === 'rules') rules = rulesOf(environment);
      else unknown.add(call.customerId);
    }
    await Promise.all(
      [...unknown].map(async (id) => {
        try {
          snapshots.set(id, await snapshot(deps, ref, id, null, calls[0]?.nowMs ?? 0));
        } catch (error) {
          // Nobody has this id: that is an answer to its own calls, and to no other of the shard.
          if (!(error instanceof Fail) || error.code !== 'customer_not_found') throw error;
          for (const [at, call] of calls.entries())
            if (call.customerId === id)
              answers.set(at, { kind: 'refused', code: error.code, details: error.details });
        }
      }),
    );
  }
  throw new Error('A shard asked for the same thing twice');
}

/** A customer's usage as the API shows it; null when the plan does not include the feature. */
export async function readUsage(
  deps: Deps,
  ref: EnvironmentRef,
  environment: Environment,
  customerId: string,
  feature: string,
): Promise<UsageStatus | null> {
  const answer = await askUsage(deps, ref, environment, customerId, feature);
  return answer.kind === 'usage' ? toStatus(customerId, answer.usage) : null;
}

/** Reads usage, and says why not where it cannot. */
export const askUsage = (
  deps: Deps,
  ref: EnvironmentRef,
  environment: Environment,
  customerId: string,
  feature: string,
): Promise<UsageAnswer> => query(deps, ref, environment, { customerId, feature }, 'read');

/** Raises the count of a feature to its limit, and answers it; for test customers. */
export const fillUsage = (
  deps: Deps,
  ref: EnvironmentRef,
  environment: Environment,
  customerId: string,
  feature: string,
): Promise<UsageAnswer> => query(deps, ref, environment, { customerId, feature }, 'fill');

/** Changes a count by hand, once for its key, and answers it. */
export function adjustUsage(
  deps: Deps,
  ref: EnvironmentRef,
  environment: Environment,
  asked: Pick<Adjusting, 'customerId' | 'feature' | 'change' | 'idempotency'>,
): Promise<UsageAnswer> {
  const { customerId } = asked;
  const nowMs = deps.nowMs();
  const adjust = (more: More) =>
    shardFor(deps, ref, customerId).adjust({
      ...more,
      ...asked,
      nowMs,
      rulesVersion: environment.version,
    });
  return ask<UsageAnswer>(deps, ref, environment, customerId, nowMs, adjust, null);
}

function query(
  deps: Deps,
  ref: EnvironmentRef,
  environment: Environment,
  asked: Pick<UsageQuery, 'customerId' | 'feature'>,
  verb: 'read' | 'fill',
): Promise<UsageAnswer> {
  const { customerId } = asked;
  const nowMs = deps.nowMs();
  return ask<UsageAnswer>(
    deps,
    ref,
    environment,
    customerId,
    nowMs,
    (more) => {
      const shard = shardFor(deps, ref, customerId);
      return shard[verb]({ ...more, ...asked, nowMs, rulesVersion: environment.version });
    },
    null,
  );
}

function shardFor(deps: Deps, ref: EnvironmentRef, customerId: string) {
  const shard = shardOf(customerId);
  if (shard === null) throw new Fail('customer_not_found');
  return deps.shard(ref, shard);
}

type Need = Extract<UsageAnswer, { kind: 'need' }>;
type More = Pick<UsageQuery, 'rules' | 'snapshot'>;

/** A shard can need at most the rules, the customer and the header's plan, each once. */
const MOST_ASKS = 4;

/** Asks a shard, and again with what it needs to know. */
export async function ask<A extends { kind: string }>(
  deps: Deps,
  ref: EnvironmentRef,
  environment: Environment,
  customerId: string,
  nowMs: number,
  call: (more: More) => PromiseLike<A>,
  headerPlan: string | null,
): Promise<Exclude<A, Need>> {
  const more: More = {};
  for (let asks = 0; asks < MOST_ASKS; asks++) {
    const answer: A | Need = await call(more);
    if (!isNeed(answer)) return answer as Exclude<A, Need>;
    if (answer.what === 'rules') more.rules = rulesOf(environment);
    else
      more.snapshot = await snapshot(
        deps,
        ref,
        customerId,
        answer.what === 'header_plan' ? headerPlan : null,
        nowMs,
      );
  }
  throw new Error('A shard asked for the same thing twice');
}

const isNeed = (answer: { kind: string }): answer is Need => answer.kind === 'need';

async function snapshot(
  deps: Deps,
  ref: EnvironmentRef,
  customerId: string,
  headerPlan: string | null,
  nowMs: number,
): Promise<CustomerSnapshot> {
  const customers = deps.project(ref).customers();
  return unwrap(
    headerPlan === null
      ? await customers.snapshot(customerId, nowMs)
      : await customers.noteHeaderPlan(customerId, headerPlan, nowMs),
  );
}
