import { DurableObject } from 'cloudflare:workers';
import { BillingRpc } from '../billing/billing.rpc.ts';
import { InboxRpc, OLD_EVENTS } from '../billing/inbox.rpc.ts';
import { PaymentsRpc } from '../billing/payments.rpc.ts';
import { TestClockRpc } from '../test-clock/clock.rpc.ts';
import { ConnectionRpc } from '../billing/connection.rpc.ts';
import { TurnstileRpc } from '../bots/turnstile.rpc.ts';
import { CatalogRpc } from '../catalog/catalog.rpc.ts';
import { ImagesRpc } from '../content/images.rpc.ts';
import { CustomersRpc } from '../customers/customers.rpc.ts';
import { ManagedCustomersRpc } from '../customers/managed.rpc.ts';
import { ErasureRpc, OVER_KEPT_USAGE } from '../customers/erasure.rpc.ts';
import { keptKey } from '../customers/kept.ts';
import { type Bindings, parseConfig } from '../env.ts';
import { unwrap } from '../http/fail.ts';
import { CartRpc } from '../orders/cart.rpc.ts';
import { forgetVisitors } from '../orders/guests.rpc.ts';
import { OpeningRpc } from '../orders/opening.rpc.ts';
import { OrdersRpc } from '../orders/orders.rpc.ts';
import { RefundsRpc } from '../orders/refunds.rpc.ts';
import { UnseenRpc } from '../orders/unseen.rpc.ts';
import { MetricsRpc, OLD_NEAR_LIMITS } from '../metrics/metrics.rpc.ts';
import { OLD_TOP_CUSTOMERS } from '../metrics/top-customers.rpc.ts';
import { armAlarm, DONE_JOBS, OutboxRpc } from '../outbox/outbox.rpc.ts';
import { OauthRpc, OLD_ATTEMPTS } from '../oauth/oauth.rpc.ts';
import { DeliveriesRpc, OLD_DELIVERIES, OLD_WEBHOOK_EVENTS } from '../outgoing/deliveries.rpc.ts';
import { WebhooksRpc } from '../outgoing/webhooks.rpc.ts';
import { ActiveCustomersRpc } from '../platform/active.rpc.ts';
import { PlatformFactsRpc } from '../platform/facts.rpc.ts';
import { StandingRpc } from '../platform/standing.rpc.ts';
import { AccessRpc, environmentInUse } from '../projects/access.rpc.ts';
import { ClerkAppRpc } from '../projects/clerk-app.rpc.ts';
import { PromotionRpc } from '../promotion/promotion.rpc.ts';
import { OLD_REPLIES, RepliesRpc } from '../replies/replies.rpc.ts';
import { ClerkUsersRpc, OLD_CLERK_EVENTS } from '../sessions/clerk-users.rpc.ts';
import { IdentityRpc, OLD_PROOFS } from '../sessions/identity.rpc.ts';
import { LastShown } from '../store/last-shown.ts';
import { ProductsRpc } from '../store/products.rpc.ts';
import { erase, refusingStorage } from '../storage/erase.ts';
import { isInitialised, migrate } from '../storage/migrate.ts';
import { prune } from '../storage/prune.ts';
import { OLD_USAGE_DAYS, UsageHistoryRpc } from '../usage/history.rpc.ts';
import { PROJECT_STEPS } from './project.schema.ts';

/** What an environment forgets with time. */
const PERISHABLE = [
  DONE_JOBS,
  OLD_EVENTS,
  OLD_REPLIES,
  OVER_KEPT_USAGE,
  OLD_CLERK_EVENTS,
  OLD_PROOFS,
  OLD_ATTEMPTS,
  OLD_DELIVERIES,
  OLD_WEBHOOK_EVENTS,
  OLD_USAGE_DAYS,
  OLD_NEAR_LIMITS,
  OLD_TOP_CUSTOMERS,
];

/** One environment of a project: the thin object that hands out one target per feature. */
export class ProjectObject extends DurableObject<Bindings> {
  readonly #lastShown = new LastShown();

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    // An object nobody created stays empty: looking at it must not write.
    if (!isInitialised(ctx.storage)) return;
    migrate(ctx.storage, PROJECT_STEPS);
    armAlarm(ctx.storage);
  }

  access(): AccessRpc {
    return new AccessRpc(this.ctx.storage);
  }

  catalog(): CatalogRpc {
    return new CatalogRpc(this.#inUse());
  }

  cart(): CartRpc {
    return new CartRpc(this.#inUse());
  }

  opening(): OpeningRpc {
    return new OpeningRpc(this.#inUse());
  }

  unseen(): UnseenRpc {
    return new UnseenRpc(this.#inUse());
  }

  refunds(): RefundsRpc {
    return new RefundsRpc(this.#inUse());
  }

  orders(): OrdersRpc {
    return new OrdersRpc(this.#inUse());
  }

  products(): ProductsRpc {
    return new ProductsRpc(this.#inUse(), this.#lastShown);
  }

  promotion(): PromotionRpc {
    return new PromotionRpc(this.#inUse(), this.#lastShown);
  }

  images(): ImagesRpc {
    return new ImagesRpc(this.#inUse());
  }

  customers(): CustomersRpc {
    return new CustomersRpc(this.#inUse());
  }

  managedCustomers(): ManagedCustomersRpc {
    return new ManagedCustomersRpc(this.#inUse());
  }

  turnstile(): TurnstileRpc {
    return new TurnstileRpc(this.#inUse());
  }

  erasure(): ErasureRpc {
    return new ErasureRpc(this.#inUse(), () => {
      const { project_id: projectId, mode } = unwrap(environmentInUse(this.ctx.storage));
      return keptKey(parseConfig(this.env).masterKeys, projectId, mode);
    });
  }

  identity(): IdentityRpc {
    return new IdentityRpc(this.#inUse());
  }

  oauth(): OauthRpc {
    return new OauthRpc(this.#inUse());
  }

  clerkUsers(): ClerkUsersRpc {
    return new ClerkUsersRpc(this.#inUse());
  }

  clerkApp(): ClerkAppRpc {
    return new ClerkAppRpc(this.#inUse());
  }

  billing(): BillingRpc {
    return new BillingRpc(this.#inUse());
  }

  inbox(): InboxRpc {
    return new InboxRpc(this.#inUse());
  }

  payments(): PaymentsRpc {
    return new PaymentsRpc(this.#inUse());
  }

  testClock(): TestClockRpc {
    return new TestClockRpc(this.#inUse());
  }

  connection(): ConnectionRpc {
    return new ConnectionRpc(this.#inUse());
  }

  webhooks(): WebhooksRpc {
    return new WebhooksRpc(this.#inUse());
  }

  deliveries(): DeliveriesRpc {
    return new DeliveriesRpc(this.#inUse());
  }

  /** Also of a deleted environment, whose last jobs are to delete what providers keep. */
  outbox(): OutboxRpc {
    const { storage } = this.ctx;
    return new OutboxRpc(isInitialised(storage) ? storage : this.#inUse());
  }

  usageHistory(): UsageHistoryRpc {
    return new UsageHistoryRpc(this.#inUse());
  }

  metrics(): MetricsRpc {
    return new MetricsRpc(this.#inUse());
  }

  platformFacts(): PlatformFactsRpc {
    return new PlatformFactsRpc(this.#inUse());
  }

  activeCustomers(): ActiveCustomersRpc {
    return new ActiveCustomersRpc(this.#inUse());
  }

  standing(): StandingRpc {
    return new StandingRpc(this.#inUse());
  }

  replies(): RepliesRpc {
    return new RepliesRpc(this.#inUse());
  }

  /** Sets the alarm again if it is missing while there is work, and forgets what is old. */
  touch(nowMs: number): void {
    if (!isInitialised(this.ctx.storage)) return;
    for (const rows of PERISHABLE) prune(this.ctx.storage.sql, rows, nowMs);
    forgetVisitors(this.ctx.storage.sql, nowMs);
    armAlarm(this.ctx.storage);
  }

  /** Erases a deleted environment, for good. Safe to repeat. */
  async erase(nowMs: number): Promise<void> {
    if (environmentInUse(this.ctx.storage).ok) throw new Error('Only what was deleted is erased');
    await erase(this.ctx.storage, nowMs);
  }

  /** The storage of an environment in use. What comes too late for a deleted one changes nothing. */
  #inUse(): DurableObjectStorage {
    const used = environmentInUse(this.ctx.storage);
    return used.ok ? this.ctx.storage : refusingStorage(used.code);
  }

  /** Hands due jobs to the Worker. Never throws: the next alarm is set before anything else. */
  override async alarm(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + 60_000);
    const environment = this.access().environment();
    if (!environment.ok) {
      await this.ctx.storage.deleteAlarm();
      return;
    }
    try {
      await this.ctx.exports.Work.deliver(environment.value.projectId, environment.value.mode);
    } catch (error) {
      console.error(JSON.stringify({ event: 'outbox.deliver_failed', error: String(error) }));
    }
    // Erased meanwhile, it stays empty.
    this.touch(Date.now());
  }
}
