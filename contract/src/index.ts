import * as account from './account.ts';
import * as billing from './billing.ts';
import * as bootstrap from './bootstrap.ts';
import * as botCheck from './bot-check.ts';
import * as cart from './cart.ts';
import * as clerkApp from './clerk-app.ts';
import * as credits from './credits.ts';
import * as customers from './customers.ts';
import * as managedCustomers from './managed-customers.ts';
import * as dashboard from './dashboard.ts';
import * as holds from './holds.ts';
import * as images from './images.ts';
import * as oauth from './oauth.ts';
import * as operator from './operator.ts';
import * as orders from './orders.ts';
import * as payments from './payments.ts';
import * as products from './products.ts';
import * as projects from './projects.ts';
import type { Route } from './respond.ts';
import * as promotion from './promotion.ts';
import * as requests from './requests.ts';
import * as sessions from './sessions.ts';
import * as stripeEvents from './stripe-events.ts';
import * as store from './store.ts';
import * as subscription from './subscription.ts';
import * as testCall from './test-call.ts';
import * as testClock from './test-clock.ts';
import * as tiers from './tiers.ts';
import * as usage from './usage.ts';
import * as usageGrants from './usage-grants.ts';
import * as usageHistory from './usage-history.ts';
import * as webhooks from './webhooks.ts';

const isRoute = (value: unknown): value is Route =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value;

// A module lists its exports in an order of the tool that loads it, so the paths give one.
const byPath = ([, a]: [string, Route], [, b]: [string, Route]): number =>
  `${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1;

/** Every route of the API by its name, resource by resource, each in the order of its paths. */
export const ROUTES: ReadonlyMap<string, Route> = new Map(
  [
    customers,
    managedCustomers,
    usage,
    holds,
    credits,
    usageGrants,
    usageHistory,
    tiers,
    products,
    billing,
    subscription,
    payments,
    stripeEvents,
    store,
    cart,
    orders,
    testCall,
    testClock,
    sessions,
    oauth,
    bootstrap,
    projects,
    promotion,
    operator,
    requests,
    clerkApp,
    botCheck,
    account,
    images,
    webhooks,
    dashboard,
  ].flatMap((resource) =>
    Object.entries(resource)
      .filter((entry): entry is [string, Route] => isRoute(entry[1]))
      .sort(byPath),
  ),
);

export type * from './account.ts';
export type * from './bootstrap.ts';
export type * from './bot-check.ts';
export type * from './clerk-app.ts';
export type * from './credits.ts';
export type * from './customers.ts';
export type * from './dashboard.ts';
export type { CartProblem } from './cart.ts';
export type { ErrorCode } from './errors.ts';
export type { Hold } from './holds.ts';
export type * from './images.ts';
export type { CustomerDetail, CustomerEvent, CustomerStatus } from './managed-customers.ts';
export type { Interval, Limit, Mode } from './primitives.ts';
export type { EnvironmentHealth, OperatorProject } from './operator.ts';
export type * from './orders.ts';
export type * from './payments.ts';
export type * from './products.ts';
export type * from './projects.ts';
export type * from './promotion.ts';
export type { TaxBehavior } from './price.ts';
export type { RefusedRequest } from './requests.ts';
export type { ErrorBody } from './respond.ts';
export type * from './sessions.ts';
export type * from './stripe-events.ts';
export type { CheckoutPlace } from './billing.ts';
export type { StoreSettings } from './store.ts';
export type * from './subscription.ts';
export type { TestCall } from './test-call.ts';
export type * from './test-clock.ts';
export type * from './tiers.ts';
export type * from './usage.ts';
export type * from './usage-history.ts';
export type * from './webhooks.ts';
