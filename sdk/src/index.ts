import { BillingApi } from './billing.ts';
import { CartApi } from './cart.ts';
import { ApiClient } from './client.ts';
import { CreditsApi } from './credits.ts';
import { CustomersApi } from './customers.ts';
import { type DreamOptions, settingsOf } from './options.ts';
import { OrdersApi } from './orders.ts';
import { ProductsApi } from './products.ts';
import { SessionsApi } from './sessions.ts';
import { SubscriptionApi } from './subscription.ts';
import { TiersApi } from './tiers.ts';
import { UsageApi } from './usage.ts';
import { type TokenExpectation, type TokenResult, TokenVerifier } from './verify-token.ts';

/** dream, from your server. One instance for a key is enough; it holds no connection. */
export class Dream {
  readonly usage: UsageApi;
  readonly credits: CreditsApi;
  readonly customers: CustomersApi;
  readonly sessions: SessionsApi;
  readonly billing: BillingApi;
  readonly subscription: SubscriptionApi;
  readonly tiers: TiersApi;
  readonly products: ProductsApi;
  readonly cart: CartApi;
  readonly orders: OrdersApi;
  readonly #verifier: TokenVerifier;

  /** Throws TypeError, with advice, for a key that is no secret key, and in a browser. */
  constructor(options: DreamOptions) {
    const settings = settingsOf(options);
    const api = new ApiClient(settings);
    this.usage = new UsageApi(api, settings.batch, settings.onOutage);
    this.credits = new CreditsApi(api);
    this.customers = new CustomersApi(api);
    this.sessions = new SessionsApi(api);
    this.billing = new BillingApi(api);
    this.subscription = new SubscriptionApi(api);
    this.tiers = new TiersApi(api);
    this.products = new ProductsApi(api);
    this.cart = new CartApi(api);
    this.orders = new OrdersApi(api);
    this.#verifier = new TokenVerifier(api);
  }

  /**
   * Verifies an access token offline: signature, issuer, audience (your publishable key), expiry. A
   * bad token is a value; throws `DreamError` only when the edge's keys could never be fetched. A
   * session that was ended stays valid here until the token expires, 5 minutes at most.
   */
  verifyToken(token: string, expected: TokenExpectation): Promise<TokenResult> {
    return this.#verifier.verify(token, expected);
  }

  /**
   * Before the process ends: settles leases and reservations, and sends what was allowed while the edge
   * was away, for `timeoutMs` at most (10,000 unless told). Says what could not be done; never rejects.
   */
  async close({ timeoutMs = 10_000 }: { timeoutMs?: number } = {}): Promise<Closed> {
    let stop = () => {};
    const late = new Promise<null>((resolve) => {
      const timer = setTimeout(() => resolve(null), timeoutMs);
      stop = () => clearTimeout(timer);
    });
    const failures = await Promise.race([this.usage.close(), late]);
    stop();
    return { inTime: failures !== null, failures: failures ?? [], uncounted: this.usage.uncounted };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * What became of a clean end. `failures`: leases and reservations that could not be settled; their
 * units count as used. `uncounted`: calls that were allowed while the edge was away, and are lost now.
 */
export interface Closed {
  inTime: boolean;
  failures: unknown[];
  uncounted: number;
}

export type { Cart } from './cart.ts';
export type { GivenCredits, GrantInput } from './credits.ts';
export type {
  ClockMove,
  CustomerPage,
  CustomerPatch,
  ErasedCustomer,
  MovedCustomer,
  NewCustomer,
  PaymentPage,
} from './customers.ts';
export { DreamError } from './errors.ts';
export type { Lease, LeaseAnswer, LeaseInput } from './lease.ts';
export type { LeasePool, LeasePoolInput } from './lease-pool.ts';
export type {
  OrderFilter,
  OrderPage,
  RefundInput,
  RefundLine,
  RefundPreview,
} from './orders.ts';
export type { DreamOptions } from './options.ts';
export type { Refusal } from './refusal.ts';
export type { Reservation, ReserveInput } from './reservation.ts';
export type * from './types.ts';
export type { OnUnavailable, Outage, Queued, UncountedEvent } from './unavailable.ts';
export type { HistoryInput, TrackInput, TrackResult, UsageGrantInput } from './usage.ts';
export type { User } from './user.ts';
export type { TokenExpectation, TokenResult } from './verify-token.ts';
export {
  verifyWebhook,
  type WebhookHeaders,
  type WebhookOptions,
  type WebhookResult,
} from './verify-webhook.ts';
