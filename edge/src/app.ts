import { Hono } from 'hono';
import { billingRoutes } from './billing/billing.route.ts';
import { paymentRoutes } from './billing/payments.route.ts';
import { stripeEventRoutes } from './billing/stripe-events.route.ts';
import { subscriptionRoutes } from './billing/subscription.route.ts';
import { turnstileRoutes } from './bots/turnstile.route.ts';
import { bootstrapRoutes } from './catalog/bootstrap.route.ts';
import { tierRoutes } from './catalog/tiers.route.ts';
import { contentRoutes } from './content/content.route.ts';
import { imageRoutes } from './content/images.route.ts';
import { creditRoutes } from './credits/credits.route.ts';
import { customerRoutes } from './customers/customers.route.ts';
import { managedCustomerRoutes } from './customers/managed.route.ts';
import type { Deps } from './deps.ts';
import { docsRoutes } from './docs/docs.route.ts';
import type { AppEnv } from './http/call.ts';
import { failOf, onError } from './http/errors.ts';
import { Fail } from './http/fail.ts';
import { contentHost, cors, securityHeaders } from './http/headers.ts';
import { dashboardRoutes } from './metrics/dashboard.route.ts';
import { oauthRoutes } from './oauth/oauth.route.ts';
import { operatorRoutes } from './projects/operator.route.ts';
import { cartRoutes } from './orders/cart.route.ts';
import { orderRoutes } from './orders/orders.route.ts';
import { webhookRoutes } from './outgoing/webhooks.route.ts';
import { clerkAppRoutes } from './projects/clerk-app.route.ts';
import { connectionRoutes } from './projects/connection.route.ts';
import { environmentRoutes } from './projects/environment.route.ts';
import { projectRoutes } from './projects/projects.route.ts';
import { promotionRoutes } from './promotion/promotion.route.ts';
import { noteRefused } from './requests/note.client.ts';
import { requestRoutes } from './requests/requests.route.ts';
import { clerkProxyRoutes } from './sessions/clerk-proxy.route.ts';
import { accountRoutes } from './sessions/account.route.ts';
import { sessionRoutes } from './sessions/sessions.route.ts';
import { productRoutes } from './store/products.route.ts';
import { adjustUsageRoutes } from './usage/adjust.route.ts';
import { holdRoutes } from './usage/holds.route.ts';
import { usageBatchRoutes } from './usage/batch.route.ts';
import { testCallRoutes } from './usage/test-call.route.ts';
import { grantUsageRoutes } from './usage/grant.route.ts';
import { usageHistoryRoutes } from './usage/history.route.ts';
import { usageRoutes } from './usage/usage.route.ts';
import { clerkWebhookRoutes } from './webhooks/clerk-webhook.route.ts';
import { stripeWebhookRoutes } from './webhooks/stripe-webhook.route.ts';
import { testClockRoutes } from './test-clock/clock.route.ts';

/** The API: middleware, then routes, in the order a request meets them. */
export function createApp(deps: Deps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set('requestId', deps.newId('req_'));
    c.set('nowMs', deps.nowMs());
    await next();
  });
  app.use(securityHeaders, contentHost(deps.config.contentUrl), cors);
  app.onError((error, c) => {
    const fail = failOf(error, c);
    noteRefused(deps, c, fail);
    return onError(fail, c, deps.config.publicUrl);
  });
  for (const routes of [
    usageRoutes,
    usageBatchRoutes,
    holdRoutes,
    creditRoutes,
    usageHistoryRoutes,
    customerRoutes,
    managedCustomerRoutes,
    adjustUsageRoutes,
    testCallRoutes,
    grantUsageRoutes,
    tierRoutes,
    productRoutes,
    bootstrapRoutes,
    billingRoutes,
    subscriptionRoutes,
    paymentRoutes,
    cartRoutes,
    orderRoutes,
    testClockRoutes,
    sessionRoutes,
    clerkProxyRoutes,
    oauthRoutes,
    stripeWebhookRoutes,
    clerkWebhookRoutes,
    projectRoutes,
    environmentRoutes,
    promotionRoutes,
    operatorRoutes,
    requestRoutes,
    connectionRoutes,
    stripeEventRoutes,
    clerkAppRoutes,
    turnstileRoutes,
    webhookRoutes,
    contentRoutes,
    imageRoutes,
    docsRoutes,
    accountRoutes,
    dashboardRoutes,
  ]) {
    routes(app, deps);
  }
  app.notFound((c) => {
    const allowed = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) =>
      app.router.match(method, c.req.path)[0].some(([[, route]]) => route.method === method),
    );
    if (allowed.length === 0) throw new Fail('route_not_found');
    c.header('Allow', allowed.join(', '));
    throw new Fail('method_not_allowed', { allowed });
  });
  return app;
}
