import { paths } from './paths.ts';
import { STEPS } from './start-steps.ts';

/** What the path of a page holds. */
export type Params = Readonly<Record<string, string>>;

/** A page: its path, its title, its element, and the chunk that defines it. */
export interface Route {
  path: string;
  title: string;
  tag: string;
  /** The item of the navigation that is current on it. */
  section: string;
  /** It is shown to anybody, signed in or not. */
  isOpen?: true;
  load: () => Promise<unknown>;
}

const environment = '/projects/:project/:mode';

/** Every page. */
export const routes: readonly Route[] = [
  {
    path: '/',
    title: 'Sign-up, plans and limits for any website',
    tag: 'page-welcome',
    section: 'welcome',
    isOpen: true,
    load: () => import('./pages/begin/welcome.ts'),
  },
  ...STEPS.map(
    (step): Route => ({
      path: paths.start(step),
      title: 'Begin',
      tag: 'page-begin',
      section: 'begin',
      isOpen: true,
      load: () => import('./pages/begin/begin.ts'),
    }),
  ),
  {
    path: '/start/save',
    title: 'Keep your project',
    tag: 'page-keep',
    section: 'begin',
    isOpen: true,
    load: () => import('./pages/begin/keep.ts'),
  },
  {
    path: '/projects',
    title: 'Projects',
    tag: 'page-projects',
    section: 'projects',
    load: () => import('./pages/start/projects.ts'),
  },
  {
    path: '/projects/new',
    title: 'New project',
    tag: 'page-new-project',
    section: 'projects',
    load: () => import('./pages/start/new-project.ts'),
  },
  {
    path: '/account',
    title: 'Your account',
    tag: 'page-account',
    section: 'account',
    load: () => import('./pages/start/account.ts'),
  },
  {
    path: '/totals',
    title: 'Totals',
    tag: 'page-totals',
    section: 'totals',
    load: () => import('./pages/metrics/totals.ts'),
  },
  {
    path: '/totals/test',
    title: 'Totals in test mode',
    tag: 'page-totals',
    section: 'totals',
    load: () => import('./pages/metrics/totals.ts'),
  },
  {
    path: '/plan',
    title: 'Your plan',
    tag: 'page-plan',
    section: 'plan',
    load: () => import('./pages/start/plan.ts'),
  },
  {
    path: '/operator',
    title: 'Every account',
    tag: 'page-operator-projects',
    section: 'operatorProjects',
    load: () => import('./pages/operator/projects.ts'),
  },
  {
    path: '/operator/health',
    title: 'Inboxes and outboxes',
    tag: 'page-operator-health',
    section: 'operatorHealth',
    load: () => import('./pages/operator/health.ts'),
  },
  {
    path: '/stripe',
    title: 'Back from Stripe',
    tag: 'page-stripe-return',
    section: 'stripe',
    load: () => import('./pages/start/stripe-return.ts'),
  },
  {
    path: '/projects/:project/promote',
    title: 'Promote to live',
    tag: 'page-promote',
    section: 'promote',
    load: () => import('./pages/promote/promote.ts'),
  },
  {
    path: environment,
    title: 'Overview',
    tag: 'page-overview',
    section: 'overview',
    load: () => import('./pages/environment/overview.ts'),
  },
  {
    path: `${environment}/metrics`,
    title: 'Metrics',
    tag: 'page-metrics',
    section: 'metrics',
    load: () => import('./pages/metrics/metrics.ts'),
  },
  {
    path: `${environment}/integrate`,
    title: 'Integrate',
    tag: 'page-integrate',
    section: 'integrate',
    load: () => import('./pages/integrate/integrate.ts'),
  },
  {
    path: `${environment}/tiers`,
    title: 'Tiers',
    tag: 'page-tiers',
    section: 'tiers',
    load: () => import('./pages/tiers/tiers.ts'),
  },
  {
    path: `${environment}/tiers/new`,
    title: 'New tier',
    tag: 'page-tier',
    section: 'tiers',
    load: () => import('./pages/tiers/tier.ts'),
  },
  {
    path: `${environment}/tiers/edit/:tier`,
    title: 'Tier',
    tag: 'page-tier',
    section: 'tiers',
    load: () => import('./pages/tiers/tier.ts'),
  },
  {
    path: `${environment}/products`,
    title: 'Products',
    tag: 'page-products',
    section: 'products',
    load: () => import('./pages/products/products.ts'),
  },
  {
    path: `${environment}/products/new`,
    title: 'New product',
    tag: 'page-product',
    section: 'products',
    load: () => import('./pages/products/product.ts'),
  },
  {
    path: `${environment}/products/edit/:product`,
    title: 'Product',
    tag: 'page-product',
    section: 'products',
    load: () => import('./pages/products/product.ts'),
  },
  {
    path: `${environment}/orders`,
    title: 'Orders',
    tag: 'page-orders',
    section: 'orders',
    load: () => import('./pages/orders/orders.ts'),
  },
  {
    path: `${environment}/orders/:order`,
    title: 'Order',
    tag: 'page-order',
    section: 'orders',
    load: () => import('./pages/orders/order.ts'),
  },
  {
    path: `${environment}/store`,
    title: 'Store settings',
    tag: 'page-store',
    section: 'store',
    load: () => import('./pages/store/store.ts'),
  },
  {
    path: `${environment}/customers`,
    title: 'Customers',
    tag: 'page-customers',
    section: 'customers',
    load: () => import('./pages/customers/customers.ts'),
  },
  {
    path: `${environment}/customers/:customer`,
    title: 'Customer',
    tag: 'page-customer',
    section: 'customers',
    load: () => import('./pages/customers/customer.ts'),
  },
  {
    path: `${environment}/keys`,
    title: 'Keys',
    tag: 'page-keys',
    section: 'keys',
    load: () => import('./pages/environment/keys.ts'),
  },
  {
    path: `${environment}/origins`,
    title: 'Origins',
    tag: 'page-origins',
    section: 'origins',
    load: () => import('./pages/environment/origins.ts'),
  },
  {
    path: `${environment}/stripe`,
    title: 'Stripe',
    tag: 'page-stripe',
    section: 'stripe',
    load: () => import('./pages/environment/stripe.ts'),
  },
  {
    path: `${environment}/webhooks`,
    title: 'Webhooks',
    tag: 'page-webhooks',
    section: 'webhooks',
    load: () => import('./pages/webhooks/webhooks.ts'),
  },
  {
    path: `${environment}/webhooks/stripe`,
    title: 'Stripe events',
    tag: 'page-stripe-events',
    section: 'webhooks',
    load: () => import('./pages/webhooks/stripe-events.ts'),
  },
  {
    path: `${environment}/webhooks/:webhook`,
    title: 'Webhook',
    tag: 'page-webhook',
    section: 'webhooks',
    load: () => import('./pages/webhooks/webhook.ts'),
  },
  {
    path: `${environment}/clerk`,
    title: 'Own Clerk app',
    tag: 'page-clerk-app',
    section: 'clerk',
    load: () => import('./pages/environment/clerk-app.ts'),
  },
  {
    path: `${environment}/turnstile`,
    title: 'Turnstile',
    tag: 'page-turnstile',
    section: 'turnstile',
    load: () => import('./pages/environment/turnstile.ts'),
  },
  {
    path: `${environment}/requests`,
    title: 'Requests',
    tag: 'page-requests',
    section: 'requests',
    load: () => import('./pages/requests/requests.ts'),
  },
  {
    path: `${environment}/requests/:request`,
    title: 'Request',
    tag: 'page-request',
    section: 'requests',
    load: () => import('./pages/requests/request.ts'),
  },
  {
    path: `${environment}/audit`,
    title: 'Audit log',
    tag: 'page-audit',
    section: 'audit',
    load: () => import('./pages/environment/audit.ts'),
  },
  {
    path: `${environment}/settings`,
    title: 'Settings',
    tag: 'page-settings',
    section: 'settings',
    load: () => import('./pages/environment/settings.ts'),
  },
];

/** The page of a path and what the path holds; null when there is none. */
export function match(pathname: string): { route: Route; params: Params } | null {
  const given = pathname.replace(/\/+$/, '').split('/');
  for (const route of routes) {
    const params = paramsOf(route.path.replace(/\/$/, '').split('/'), given);
    if (params) return { route, params };
  }
  return null;
}

function paramsOf(pattern: readonly string[], given: readonly string[]): Params | null {
  if (pattern.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const value = decoded(given[index] ?? '');
    if (value === null) return null;
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return 'mode' in params && !['test', 'live'].includes(params.mode ?? '') ? null : params;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
