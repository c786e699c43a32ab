import { BillingApi } from './billing.ts';
import { CartApi } from './cart.ts';
import { ApiClient } from './client.ts';
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
    this.usage = new UsageApi(api, settings.batch);
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
}

export type { Cart } from './cart.ts';
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
export type { OrderFilter, OrderPage, RefundInput } from './orders.ts';
export type { DreamOptions } from './options.ts';
export type * from './types.ts';
export type { HistoryInput, TrackInput, TrackResult } from './usage.ts';
export type { User } from './user.ts';
export type { TokenExpectation, TokenResult } from './verify-token.ts';
export {
  verifyWebhook,
  type WebhookHeaders,
  type WebhookOptions,
  type WebhookResult,
} from './verify-webhook.ts';
