import type { ErrorCode } from '@dream/contract/errors';
import type { RunningUsage } from './running-usage.ts';
import type { CustomerSnapshot } from '../customers/plan.ts';
import type { Entitlement } from './entitlement.ts';
import type { MeterStore } from './meter.store.ts';
import type { Tell } from './told.ts';
import type { NotYet, UsageQuery } from './usage-call.ts';

/** What a shard knows of its customers' plans, and how it learns more. */
export class Entitlements {
  readonly #store: MeterStore;
  readonly #tell: Tell;
  readonly #settle: (known: Entitlement, customerId: string, nowMs: number) => void;
  readonly #resume: (customerId: string, usage: readonly RunningUsage[]) => void;

  /**
   * `tell` reaches a customer's open pages. `settle` comes right before and right after a plan changes:
   * of holds and periods that are over the plan of then decides, and the new one gives its credits
   * from now on, whether or not anybody looks before the period ends. `resume` lets who was erased
   * before go on from what was used.
   */
  constructor(
    store: MeterStore,
    tell: Tell,
    settle: (known: Entitlement, customerId: string, nowMs: number) => void,
    resume: (customerId: string, usage: readonly RunningUsage[]) => void,
  ) {
    this.#store = store;
    this.#tell = tell;
    this.#settle = settle;
    this.#resume = resume;
  }

  /** What a customer may do, after taking in what came with the call. */
  learn(query: Omit<UsageQuery, 'feature'>): Entitlement | NotYet {
    if (query.rules) this.#store.putRules(query.rules);
    if (query.snapshot) this.put(query.snapshot, query.nowMs);
    const rules = this.#store.rules();
    if (!rules || rules.version < query.rulesVersion) return { kind: 'need', what: 'rules' };
    const customer = this.#store.customer(query.customerId);
    if (!customer) return { kind: 'need', what: 'customer' };
    if (customer.erased_ms !== null) return { kind: 'erased' };
    return this.of(query.customerId, query.nowMs) ?? { kind: 'need', what: 'rules' };
  }

  /** What a customer may do, without asking anybody; null where too little is known. */
  of(customerId: string, nowMs: number): Entitlement | null {
    const rules = this.#store.rules();
    const customer = this.#store.customer(customerId);
    if (!rules || !customer || customer.erased_ms !== null) return null;
    const plan = customer.plan ?? rules.defaultPlan;
    const limits = rules.tiers[plan];
    if (!limits) return null;
    return {
      rules,
      plan,
      limits,
      headerPlan: customer.header_plan,
      isBanned: customer.banned === 1,
      subscription: customer.subscription,
      timeMs: customer.clock_ms ?? nowMs,
      nowMs,
    };
  }

  /** Takes the plan of a customer, unless it knows a newer one; open pages learn what changed. */
  put(snapshot: CustomerSnapshot, nowMs: number): void {
    const { customerId } = snapshot;
    const known = this.#store.customer(customerId);
    if (known && (known.erased_ms !== null || known.version >= snapshot.version)) return;
    const before = this.of(customerId, nowMs);
    if (before) this.#settle(before, customerId, nowMs);
    this.#store.putCustomer(snapshot);
    // Before the first call is counted: what comes with the outbox can come after it.
    if (!known) this.#resume(customerId, snapshot.resumes ?? []);
    const after = before && this.of(customerId, nowMs);
    if (after) this.#settle(after, customerId, nowMs);
    const plan = snapshot.plan ?? this.#store.rules()?.defaultPlan;
    if (known && known.plan === snapshot.plan) this.#tell(customerId, { changed: true });
    else if (plan !== undefined) this.#tell(customerId, { plan, atMs: nowMs });
  }

  /** Why nothing may begin for a customer, as far as the shard knows; else null. */
  refusalOf(customerId: string): ErrorCode | null {
    const known = this.#store.customer(customerId);
    if (!known) return null;
    if (known.erased_ms !== null) return 'customer_not_found';
    return known.banned === 1 ? 'customer_banned' : null;
  }
}
