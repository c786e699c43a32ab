import * as v from 'valibot';
import { endCustomerSession, endCustomerSessions, listCustomerSessions } from './account.ts';
import { createCheckout, createPortal, userErrors } from './billing.ts';
import { Customer, deleteCustomer, updateCustomer } from './customers.ts';
import { getCredits, grantCredits } from './credits.ts';
import { IDEMPOTENCY_ERRORS } from './errors.ts';
import { managed } from './managed.ts';
import { listPayments } from './payments.ts';
import { AtMs, Name, PageQuery, pageOf, whole } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';
import {
  cancelSubscription,
  changeSubscription,
  previewChange,
  resumeSubscription,
} from './subscription.ts';
import { MAX_AMOUNT_UNITS, Usage, UsageStatus } from './usage.ts';
import { grantUsage } from './usage-grants.ts';
import { getUsageHistory } from './usage-history.ts';

const path = '/api/projects/:project/:mode/customers';
const one = `${path}/:id`;

/**
 * How a customer stands. The first four are of a live subscription: `cancelling` is one that is to end,
 * whatever its status is; `none` has no live one. `banned` goes beside all of them.
 */
export const CUSTOMER_STATUSES = [
  'active',
  'trialing',
  'past_due',
  'cancelling',
  'none',
  'banned',
] as const;
export type CustomerStatus = (typeof CUSTOMER_STATUSES)[number];

/**
 * Which customers: of the plan in force, of a status, or with `q` in e-mail, name or own id, or at the
 * beginning of the id. A whole e-mail or id finds its customer alone.
 */
const CustomerFilter = v.object({
  q: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(254))),
  plan: v.optional(Name),
  status: v.optional(
    v.picklist(CUSTOMER_STATUSES, `Must be one of ${CUSTOMER_STATUSES.join(', ')}.`),
  ),
});

/** A page of customers goes on behind a number. */
const CustomerPageQuery = v.object({
  ...CustomerFilter.entries,
  limit: v.optional(PageQuery.entries.limit.wrapped, '50'),
  cursor: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'Must be the nextCursor of a page before.')),
  ),
});

export const listManagedCustomers = route({
  method: 'get',
  path,
  summary:
    'Customers, newest first. A search that looked through very many answers what it found, with where to go on.',
  auth: managers,
  query: CustomerPageQuery,
  answer: pageOf('customers', Customer),
  errors: managementErrors,
});

export const exportManagedCustomers = route({
  method: 'get',
  path: `${path}.csv`,
  summary: 'Customers as a table for spreadsheets, newest first, one row each.',
  auth: managers,
  query: CustomerFilter,
  errors: managementErrors,
});

/**
 * A customer with the usage of every metered feature of its plan. `setPlan` and `headerPlan` are what
 * decides where no subscription does. `providers` are those it signs in at, such as google; `clockMs`
 * is what its test clock says, null for whom time passes.
 */
export const CustomerDetail = v.object({
  customer: Customer,
  usage: v.array(UsageStatus),
  providers: v.array(v.string()),
  setPlan: v.nullable(v.string()),
  headerPlan: v.nullable(v.string()),
  clockMs: v.nullable(AtMs),
});
export type CustomerDetail = v.InferOutput<typeof CustomerDetail>;

export const getManagedCustomer = route({
  method: 'get',
  path: one,
  summary: 'Read a customer with its usage, by cust_… id or by your own id.',
  auth: managers,
  answer: CustomerDetail,
  errors: [...managementErrors, 'customer_not_found'],
});

export const updateManagedCustomer = managed(updateCustomer);
export const deleteManagedCustomer = managed(deleteCustomer);
export const listManagedSessions = managed(listCustomerSessions);
export const endManagedSession = managed(endCustomerSession);
export const endManagedSessions = managed(endCustomerSessions);
export const listManagedPayments = managed(listPayments);

/** What a route that names its customer in the path cannot answer. */
const ofOthers: ReadonlySet<string> = new Set(
  userErrors.filter((code) => code !== 'customer_not_found' && code !== 'session_ended'),
);
const inPath = <E extends string>(errors: readonly E[]): E[] =>
  errors.filter((code) => !ofOthers.has(code));

export const createManagedCheckout = managed(
  { ...createCheckout, errors: inPath(createCheckout.errors) },
  '/api/customers/:id/checkout',
);
export const createManagedPortal = managed(
  { ...createPortal, errors: inPath(createPortal.errors) },
  '/api/customers/:id/portal',
);
export const getManagedUsageHistory = managed(
  { ...getUsageHistory, errors: inPath(getUsageHistory.errors) },
  '/api/customers/:id/usage/history',
);
export const getManagedCredits = managed(
  { ...getCredits, errors: inPath(getCredits.errors) },
  '/api/customers/:id/credits',
);
export const grantManagedCredits = managed(
  { ...grantCredits, errors: inPath(grantCredits.errors) },
  '/api/customers/:id/credits/grants',
);
export const grantManagedUsage = managed(
  { ...grantUsage, errors: inPath(grantUsage.errors) },
  '/api/customers/:id/usage/grants',
);
export const previewManagedChange = managed(
  { ...previewChange, errors: inPath(previewChange.errors) },
  '/api/customers/:id/subscription/preview',
);
export const changeManagedSubscription = managed(
  { ...changeSubscription, errors: inPath(changeSubscription.errors) },
  '/api/customers/:id/subscription/change',
);
export const cancelManagedSubscription = managed(
  { ...cancelSubscription, errors: inPath(cancelSubscription.errors) },
  '/api/customers/:id/subscription/cancel',
);
export const resumeManagedSubscription = managed(
  { ...resumeSubscription, errors: inPath(resumeSubscription.errors) },
  '/api/customers/:id/subscription/resume',
);

export const adjustUsage = route({
  method: 'post',
  path: `${one}/usage`,
  summary:
    'Change the count of the running period: back to 0, or by so many units. Below 0 gives units back; the count never goes below 0, and what was billed stays billed.',
  auth: managers,
  body: v.variant(
    'kind',
    [
      v.strictObject({ kind: v.literal('reset'), feature: v.optional(Name) }),
      v.strictObject({
        kind: v.literal('change'),
        feature: v.optional(Name),
        units: v.pipe(whole(-MAX_AMOUNT_UNITS, MAX_AMOUNT_UNITS), v.notValue(0, 'Must not be 0.')),
      }),
    ],
    'Must be "reset" or "change".',
  ),
  answer: v.object({ usage: Usage }),
  errors: [
    ...managementErrors,
    ...IDEMPOTENCY_ERRORS,
    'customer_not_found',
    'feature_not_found',
    'feature_not_included',
    'feature_not_metered',
    'tier_not_found',
  ],
});

/**
 * Something that happened to a customer, as far as it is kept: what managers did (`by` is who), and
 * what webhooks tell of (`by` is null), for 30 days, whether or not an endpoint asked for it.
 */
export const CustomerEvent = v.object({
  id: v.string(),
  type: v.string(),
  atMs: AtMs,
  by: v.nullable(v.string()),
});
export type CustomerEvent = v.InferOutput<typeof CustomerEvent>;

export const listCustomerEvents = route({
  method: 'get',
  path: `${one}/events`,
  summary: 'What happened to a customer, newest first: the newest 100 of what is kept.',
  auth: managers,
  answer: v.object({ events: v.array(CustomerEvent) }),
  errors: [...managementErrors, 'customer_not_found'],
});
