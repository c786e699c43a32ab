import type * as contract from '@dream/contract';
import type { cartCheckout, confirmCart } from '@dream/contract/cart';
import type { confirmCheckout, createCheckout, createPortal } from '@dream/contract/billing';
import type {
  createCustomer,
  deleteCustomer,
  listCustomers,
  updateCustomer,
} from '@dream/contract/customers';
import type { holdUsage } from '@dream/contract/holds';
import type {
  fulfilOrder,
  getOrder,
  listOrders,
  previewRefund,
  refundOrder,
} from '@dream/contract/orders';
import type { listPayments } from '@dream/contract/payments';
import type { moveCustomer } from '@dream/contract/test-clock';
import type { createSession, getJwks } from '@dream/contract/sessions';
import type {
  changeSubscription,
  previewChange,
  resumeSubscription,
} from '@dream/contract/subscription';
import type { listProducts } from '@dream/contract/products';
import type { listTiers } from '@dream/contract/tiers';
import type { getUsage, trackUsage } from '@dream/contract/usage';
import type { grantUsage } from '@dream/contract/usage-grants';
import type { getUsageHistory } from '@dream/contract/usage-history';
import { expectTypeOf, it } from 'vitest';
import type { BillingApi } from './billing.ts';
import type { CartApi } from './cart.ts';
import type { CustomersApi } from './customers.ts';
import type * as sdk from './index.ts';
import type { OrdersApi } from './orders.ts';
import type { ProductsApi } from './products.ts';
import type { SubscriptionApi } from './subscription.ts';
import type { Hold } from './types.ts';
import type { UsageApi } from './usage.ts';

/** What a route takes and gives, by its schemas. */
type Body<R extends { body?: { '~types'?: unknown } }> = Side<R['body'], 'input'>;
type Answer<R extends { answer?: { '~types'?: unknown } }> = Side<R['answer'], 'output'>;
type Side<Schema, S extends string> =
  NonNullable<Schema> extends { '~types'?: infer Types }
    ? NonNullable<Types> extends Record<S, infer T>
      ? T
      : never
    : never;

/** What a method takes besides the customer it is about. */
type Fields<F extends (input: never) => unknown> = Omit<Parameters<F>[0], keyof sdk.User>;
type Result<F extends (...input: never[]) => unknown> = Awaited<ReturnType<F>>;

it('declares the shapes the API answers', () => {
  expectTypeOf<sdk.Usage>().toEqualTypeOf<contract.Usage>();
  expectTypeOf<sdk.UsageStatus>().toEqualTypeOf<contract.UsageStatus>();
  expectTypeOf<sdk.Credits>().toEqualTypeOf<contract.Credits>();
  expectTypeOf<sdk.UsageHistory>().toEqualTypeOf<contract.UsageHistory>();
  expectTypeOf<Hold>().toEqualTypeOf<contract.Hold>();
  expectTypeOf<sdk.Subscription>().toEqualTypeOf<contract.Subscription>();
  expectTypeOf<sdk.Customer>().toEqualTypeOf<contract.Customer>();
  expectTypeOf<sdk.CustomerSession>().toEqualTypeOf<contract.CustomerSession>();
  expectTypeOf<sdk.Session>().toEqualTypeOf<contract.Session>();
  expectTypeOf<sdk.Tier>().toEqualTypeOf<contract.PublicTier>();
  expectTypeOf<sdk.Order>().toEqualTypeOf<contract.Order>();
  expectTypeOf<sdk.OrderEvent>().toEqualTypeOf<contract.OrderEvent>();
  expectTypeOf<sdk.WebhookEvent>().toEqualTypeOf<contract.WebhookEvent>();
});

it('takes what the routes take', () => {
  expectTypeOf<sdk.NewCustomer>().toEqualTypeOf<Body<typeof createCustomer>>();
  expectTypeOf<sdk.ClockMove>().toEqualTypeOf<Body<typeof moveCustomer>>();
  expectTypeOf<sdk.CustomerPatch>().toEqualTypeOf<Body<typeof updateCustomer>>();
  expectTypeOf<Fields<BillingApi['checkout']>>().toEqualTypeOf<Body<typeof createCheckout>>();
  expectTypeOf<Fields<BillingApi['confirm']>>().toEqualTypeOf<Body<typeof confirmCheckout>>();
  expectTypeOf<Fields<BillingApi['portal']>>().toEqualTypeOf<Body<typeof createPortal>>();
  expectTypeOf<sdk.Cart>().toEqualTypeOf<Body<typeof cartCheckout>>();
  expectTypeOf<sdk.RefundInput>().toEqualTypeOf<Body<typeof refundOrder>>();
  expectTypeOf<Omit<sdk.RefundInput, 'reason'>>().toEqualTypeOf<Body<typeof previewRefund>>();
  expectTypeOf<NonNullable<Parameters<OrdersApi['fulfil']>[1]>>().toEqualTypeOf<
    Body<typeof fulfilOrder>
  >();
  expectTypeOf<Fields<SubscriptionApi['preview']>>().toEqualTypeOf<Body<typeof previewChange>>();
  expectTypeOf<Fields<SubscriptionApi['change']>>().toEqualTypeOf<
    Body<typeof changeSubscription>
  >();
  expectTypeOf<Pick<sdk.TrackInput, 'amount' | 'feature'>>().toEqualTypeOf<
    Body<typeof trackUsage>
  >();
  expectTypeOf<Pick<sdk.UsageGrantInput, 'units' | 'feature'>>().toEqualTypeOf<
    Body<typeof grantUsage>
  >();
  type Reserved = Pick<sdk.ReserveInput, 'amount' | 'atLeast' | 'seconds' | 'feature'>;
  expectTypeOf<Reserved>().toExtend<Body<typeof holdUsage>>();
  expectTypeOf<Body<typeof holdUsage>>().toExtend<Partial<Reserved>>();
  expectTypeOf<{ externalId: string; email?: string }>().toExtend<Body<typeof createSession>>();
});

it('gives what the routes answer', () => {
  expectTypeOf<Result<BillingApi['checkout']>>().toEqualTypeOf<Answer<typeof createCheckout>>();
  expectTypeOf<Result<BillingApi['confirm']>>().toEqualTypeOf<Answer<typeof confirmCheckout>>();
  expectTypeOf<Result<BillingApi['portal']>>().toEqualTypeOf<Answer<typeof createPortal>>();
  expectTypeOf<Result<CartApi['checkout']>>().toEqualTypeOf<Answer<typeof cartCheckout>>();
  expectTypeOf<{ order: Result<CartApi['confirm']> }>().toEqualTypeOf<Answer<typeof confirmCart>>();
  expectTypeOf<sdk.OrderPage>().toEqualTypeOf<Answer<typeof listOrders>>();
  expectTypeOf<Result<OrdersApi['get']>>().toEqualTypeOf<Answer<typeof getOrder>>();
  expectTypeOf<sdk.RefundPreview>().toEqualTypeOf<Answer<typeof previewRefund>>();
  expectTypeOf<sdk.PlanChangePreview>().toEqualTypeOf<Answer<typeof previewChange>>();
  expectTypeOf<Result<SubscriptionApi['change']>>().toEqualTypeOf<
    Answer<typeof changeSubscription>
  >();
  expectTypeOf<Result<SubscriptionApi['resume']>>().toEqualTypeOf<
    Answer<typeof resumeSubscription>
  >();
  expectTypeOf<Result<UsageApi['check']>>().toEqualTypeOf<Answer<typeof getUsage>>();
  expectTypeOf<Result<UsageApi['history']>>().toEqualTypeOf<Answer<typeof getUsageHistory>>();
  expectTypeOf<sdk.MovedCustomer>().toEqualTypeOf<Answer<typeof moveCustomer>>();
  expectTypeOf<sdk.PaymentPage>().toEqualTypeOf<Answer<typeof listPayments>>();
  expectTypeOf<sdk.CustomerPage>().toEqualTypeOf<Answer<typeof listCustomers>>();
  type Erasure = Answer<typeof deleteCustomer>;
  expectTypeOf<Result<CustomersApi['delete']>>().toExtend<
    Erasure['deleted'] & Pick<Erasure, 'kept'>
  >();
  type Products = Answer<typeof listProducts>['products'];
  expectTypeOf<Result<ProductsApi['list']>>().toEqualTypeOf<Products>();
  expectTypeOf<{ tiers: sdk.Tier[] }>().toEqualTypeOf<Answer<typeof listTiers>>();
  expectTypeOf<Answer<typeof getJwks>['keys'][number]>().toExtend<{ kid: string }>();
});

it('treats as refusals codes that the metered call can answer', () => {
  type Refused = Extract<sdk.TrackResult, { allowed: false }>['code'];
  expectTypeOf<Exclude<Refused, 'unavailable'>>().toExtend<(typeof trackUsage)['errors'][number]>();
});
