import type { Mode } from '@dream/contract';
import type { StartStep } from './start-steps.ts';

const segment = encodeURIComponent;
const environment = (project: string, mode: Mode) => `/projects/${segment(project)}/${mode}`;

/** Every URL of the dashboard. */
export const paths = {
  welcome: () => '/',
  /** The wizard that needs no account. */
  start: (step: StartStep) => (step === 'branding' ? '/start' : `/start/${step}`),
  saveStart: () => '/start/save',
  projects: () => '/projects',
  newProject: () => '/projects/new',
  account: () => '/account',
  totals: (mode: Mode) => (mode === 'live' ? '/totals' : `/totals/${mode}`),
  plan: () => '/plan',
  operatorProjects: () => '/operator',
  operatorHealth: () => '/operator/health',
  /** Where Stripe sends developers back to: one address for all projects, as Stripe wants it listed. */
  stripeReturn: () => '/stripe',
  promote: (project: string) => `/projects/${segment(project)}/promote`,
  overview: (project: string, mode: Mode) => environment(project, mode),
  metrics: (project: string, mode: Mode) => `${environment(project, mode)}/metrics`,
  integrate: (project: string, mode: Mode) => `${environment(project, mode)}/integrate`,
  tiers: (project: string, mode: Mode) => `${environment(project, mode)}/tiers`,
  newTier: (project: string, mode: Mode) => `${environment(project, mode)}/tiers/new`,
  tier: (project: string, mode: Mode, tier: string) =>
    `${environment(project, mode)}/tiers/edit/${segment(tier)}`,
  products: (project: string, mode: Mode) => `${environment(project, mode)}/products`,
  newProduct: (project: string, mode: Mode) => `${environment(project, mode)}/products/new`,
  product: (project: string, mode: Mode, product: string) =>
    `${environment(project, mode)}/products/edit/${segment(product)}`,
  orders: (project: string, mode: Mode) => `${environment(project, mode)}/orders`,
  order: (project: string, mode: Mode, order: string) =>
    `${environment(project, mode)}/orders/${segment(order)}`,
  store: (project: string, mode: Mode) => `${environment(project, mode)}/store`,
  customers: (project: string, mode: Mode) => `${environment(project, mode)}/customers`,
  customer: (project: string, mode: Mode, customer: string) =>
    `${environment(project, mode)}/customers/${segment(customer)}`,
  keys: (project: string, mode: Mode) => `${environment(project, mode)}/keys`,
  origins: (project: string, mode: Mode) => `${environment(project, mode)}/origins`,
  stripe: (project: string, mode: Mode) => `${environment(project, mode)}/stripe`,
  webhooks: (project: string, mode: Mode) => `${environment(project, mode)}/webhooks`,
  webhook: (project: string, mode: Mode, webhook: string) =>
    `${environment(project, mode)}/webhooks/${segment(webhook)}`,
  stripeEvents: (project: string, mode: Mode) => `${environment(project, mode)}/webhooks/stripe`,
  clerk: (project: string, mode: Mode) => `${environment(project, mode)}/clerk`,
  turnstile: (project: string, mode: Mode) => `${environment(project, mode)}/turnstile`,
  requests: (project: string, mode: Mode) => `${environment(project, mode)}/requests`,
  request: (project: string, mode: Mode, request: string) =>
    `${environment(project, mode)}/requests/${segment(request)}`,
  audit: (project: string, mode: Mode) => `${environment(project, mode)}/audit`,
  settings: (project: string, mode: Mode) => `${environment(project, mode)}/settings`,
} as const;

/** The same page of another environment; its overview when the page is of one thing in it. */
export function inEnvironment(path: string, project: string, mode: Mode): string {
  const page = /^\/projects\/[^/]+\/(?:test|live)\/(\w+)/.exec(path)?.[1];
  return page ? `${environment(project, mode)}/${page}` : environment(project, mode);
}
