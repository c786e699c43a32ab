import * as v from 'valibot';
import { KEY_ERRORS } from './errors.ts';
import { Order } from './orders.ts';
import { AtMs, MODES, Name, ProjectId } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';
import { Day, TopCustomer, UsageTotal } from './usage-history.ts';

/** Ranges that end today, by their length. */
export const RANGES = ['7d', '30d', '90d', '12m'] as const;

const rangeEntries = {
  /** Up to today; 30 days unless told. `from` and `to` go before it. */
  range: v.optional(v.picklist(RANGES, 'Must be "7d", "30d", "90d" or "12m".')),
  from: v.optional(Day),
  to: v.optional(Day),
};
const Mode = v.picklist(MODES, 'Must be "test" or "live".');

/** A number at the end of the range or over it, and the same of the range of equal length before. */
export const Figure = v.object({ now: v.number(), before: v.number() });
export type Figure = v.InferOutput<typeof Figure>;

/** The same of money: minor units of one currency. */
export const MoneyFigure = v.object({
  currency: v.string(),
  nowMinor: v.number(),
  beforeMinor: v.number(),
});
export type MoneyFigure = v.InferOutput<typeof MoneyFigure>;

/**
 * Of the subscriptions that paid when the range began, how many ended in it. `rate` is null where there
 * were none.
 */
export const Churn = v.object({
  atStart: v.number(),
  ended: v.number(),
  rate: v.nullable(v.number()),
});
export type Churn = v.InferOutput<typeof Churn>;

/**
 * How an environment is doing. Numbers of subscriptions and MRR are those at the end of the range, the
 * others are of the range. MRR is what the prices of active and past due subscriptions come to a month:
 * a yearly price is a twelfth of it; trials, discounts, tax and overage are not in it. Revenue is what was
 * charged, less what was given back, overage and tax being in it.
 */
export const Metrics = v.object({
  mrr: v.array(MoneyFigure),
  active: Figure,
  trialing: Figure,
  pastDue: Figure,
  /** Those of the others that are set to end. */
  cancelling: Figure,
  churn: v.object({ now: Churn, before: Churn }),
  newCustomers: Figure,
  revenue: v.array(MoneyFigure),
  usage: v.array(v.object({ feature: Name, ...Figure.entries })),
});
export type Metrics = v.InferOutput<typeof Metrics>;

/** The same day by day. A day on which nothing was or happened may be left out of `revenue` and `usage`. */
export const MetricDays = v.object({
  mrr: v.array(v.object({ day: Day, currency: v.string(), minor: v.number() })),
  subscriptions: v.array(
    v.object({ day: Day, active: v.number(), trialing: v.number(), pastDue: v.number() }),
  ),
  newCustomers: v.array(v.object({ day: Day, customers: v.number() })),
  revenue: v.array(
    v.object({
      day: Day,
      currency: v.string(),
      subscriptionsMinor: v.number(),
      ordersMinor: v.number(),
      refundedMinor: v.number(),
    }),
  ),
  usage: v.array(UsageTotal),
});
export type MetricDays = v.InferOutput<typeof MetricDays>;

/** A customer who used 80 % or more of what the plan has of a feature, a minute ago at the latest. */
export const NearLimit = v.object({
  id: v.string(),
  externalId: v.nullable(v.string()),
  email: v.nullable(v.string()),
  plan: Name,
  feature: Name,
  usedUnits: v.number(),
  limitUnits: v.number(),
  resetsAtMs: AtMs,
});
export type NearLimit = v.InferOutput<typeof NearLimit>;

/** A tier and how many customers are on it, paying or not. */
export const TierCount = v.object({
  name: Name,
  displayName: v.string(),
  archived: v.boolean(),
  customers: v.number(),
});
export type TierCount = v.InferOutput<typeof TierCount>;

/** Something that happened lately. `subject` is the id of what it happened to. */
export const RecentEvent = v.object({
  type: v.picklist([
    'customer.created',
    'subscription.started',
    'subscription.ended',
    'payment.succeeded',
    'order.paid',
  ]),
  subject: v.string(),
  customerId: v.nullable(v.string()),
  atMs: AtMs,
});
export type RecentEvent = v.InferOutput<typeof RecentEvent>;

/** Days, both of the range, in the time zone they are days of. */
export const RangeOfDays = v.object({ from: Day, to: Day, timeZone: v.string() });
export type RangeOfDays = v.InferOutput<typeof RangeOfDays>;

/** How an environment is doing, and who and what stands behind it. */
export const Dashboard = v.object({
  mode: Mode,
  range: RangeOfDays,
  metrics: Metrics,
  days: MetricDays,
  customers: v.object({
    total: v.number(),
    /** Who used most in the month in which the range ends. */
    top: v.array(TopCustomer),
    nearLimit: v.array(NearLimit),
  }),
  tiers: v.array(TierCount),
  /** The newest first. */
  orders: v.array(Order),
  events: v.array(RecentEvent),
});
export type Dashboard = v.InferOutput<typeof Dashboard>;

export const getDashboard = route({
  method: 'get',
  path: '/api/dashboard',
  summary:
    'Read metrics, customers, tiers, orders and events: by secret key, or as a developer with `project` and `mode`.',
  auth: ['sk', ...managers],
  query: v.object({
    ...rangeEntries,
    /** For developers to say; a key has its own. */
    project: v.optional(ProjectId),
    mode: v.optional(Mode),
  }),
  answer: Dashboard,
  errors: [...new Set([...KEY_ERRORS, 'secret_key_required', ...managementErrors] as const)],
});

export const getManagedDashboard = route({
  method: 'get',
  path: '/api/projects/:project/:mode/dashboard',
  summary: 'Read metrics, customers, tiers, orders and events of an environment.',
  auth: managers,
  query: v.object(rangeEntries),
  answer: Dashboard,
  errors: managementErrors,
});

/** All projects of an account, in one mode: added up, and each by itself. */
export const DashboardTotals = v.object({
  mode: Mode,
  range: RangeOfDays,
  metrics: Metrics,
  days: MetricDays,
  projects: v.array(v.object({ id: ProjectId, name: v.string(), metrics: Metrics })),
  /** Projects that did not answer; they are in no number. */
  unavailable: v.array(ProjectId),
});
export type DashboardTotals = v.InferOutput<typeof DashboardTotals>;

export const getDashboardTotals = route({
  method: 'get',
  path: '/api/dashboard/totals',
  summary:
    'Read the metrics of all your projects together, up to 30 seconds old; live unless told.',
  auth: managers,
  query: v.object({ ...rangeEntries, mode: v.optional(Mode, 'live') }),
  answer: DashboardTotals,
  errors: managementErrors,
});
