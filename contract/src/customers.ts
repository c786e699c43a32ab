import * as v from 'valibot';
import { IDEMPOTENCY_ERRORS, KEY_ERRORS } from './errors.ts';
import { AtMs, Email, Name, pageOf, PageQuery, text } from './primitives.ts';
import { route } from './respond.ts';
import { TierPrice } from './tiers.ts';

/** Where a customer's plan comes from: the first that applies, in this order. */
export const PLAN_SOURCES = ['subscription', 'set', 'header', 'default'] as const;
export const PlanSource = v.picklist(PLAN_SOURCES);
export type PlanSource = v.InferOutput<typeof PlanSource>;

/**
 * A live subscription, as its customer may see it. `endsAtMs` is set when it is to end, `next` when
 * another tier is to follow, `graceEndsAtMs` while a payment is missing: the plan lasts until then.
 */
export const Subscription = v.object({
  status: v.picklist([
    'active',
    'trialing',
    'past_due',
    'unpaid',
    'paused',
    'incomplete',
    'canceled',
  ]),
  plan: Name,
  price: v.nullable(v.object({ priceId: v.string(), ...TierPrice.entries })),
  renewsAtMs: v.nullable(AtMs),
  endsAtMs: v.nullable(AtMs),
  trialEndsAtMs: v.nullable(AtMs),
  graceEndsAtMs: v.nullable(AtMs),
  next: v.nullable(v.object({ plan: Name, priceId: v.string(), atMs: AtMs })),
});
export type Subscription = v.InferOutput<typeof Subscription>;

/** An end user of one environment. `plan` is the tier in force; `planSource` says why. */
export const Customer = v.object({
  id: v.string(),
  email: v.nullable(v.string()),
  emailVerified: v.boolean(),
  firstName: v.nullable(v.string()),
  lastName: v.nullable(v.string()),
  /** The developer's own id, if one was given. */
  externalId: v.nullable(v.string()),
  plan: Name,
  planSource: PlanSource,
  subscription: v.nullable(Subscription),
  /** A trial is given once, with the first subscription; this customer gets none any more. */
  hadTrial: v.boolean(),
  hasPassword: v.boolean(),
  /** A banned customer cannot sign in, and nothing is counted for it. */
  banned: v.boolean(),
  createdAtMs: AtMs,
});
export type Customer = v.InferOutput<typeof Customer>;

export const Password = v.pipe(
  v.string('Must be a text.'),
  v.minLength(8, 'Must have at least 8 characters.'),
  v.maxLength(72, 'Must have at most 72 characters.'),
);

/**
 * The developer's own id for a customer: 1 to 128 printable characters, not starting with cust_. Not
 * "." or "..", which stand for folders in a URL and would never arrive in its path (RFC 3986, 5.2.4).
 */
export const ExternalId = v.pipe(
  v.string('Must be a text.'),
  v.regex(/^[^\p{C}\s](?:[^\p{C}]{0,126}[^\p{C}\s])?$/u, 'Must be 1 to 128 printable characters.'),
  v.check((id) => !id.startsWith('cust_'), 'Must not start with "cust_".'),
  v.check((id) => id !== '.' && id !== '..', 'Must not be "." or "..": a URL cannot carry it.'),
);

/**
 * What an erasure answers. `kept` says in words what stays of who had proved an e-mail or has an own
 * id, so that who comes back does not start anew and no ban is lost; null when nothing stays.
 */
export const Erased = v.object({
  success: v.literal(true),
  deleted: v.object({ id: v.string(), email: v.nullable(v.string()) }),
  kept: v.nullable(v.string()),
});
export type Erased = v.InferOutput<typeof Erased>;

export const createCustomer = route({
  method: 'post',
  path: '/api/customers',
  summary: 'Create a customer. The e-mail counts as unverified until its owner proves it.',
  auth: ['sk'],
  body: v.strictObject({
    email: Email,
    firstName: v.optional(text(100)),
    lastName: v.optional(text(100)),
    password: v.optional(Password),
    plan: v.optional(Name),
    externalId: v.optional(ExternalId),
    /** In test mode: a customer whose time stands still until it is moved. */
    testClock: v.optional(v.boolean()),
  }),
  answer: v.object({ success: v.literal(true), customer: Customer }),
  errors: [
    ...KEY_ERRORS,
    'secret_key_required',
    'customer_exists',
    'test_customers_reached',
    'tier_not_found',
    'test_mode_only',
    'password_rejected',
    'provider_unavailable',
    'provider_refused',
    ...IDEMPOTENCY_ERRORS,
  ],
});

export const listCustomers = route({
  method: 'get',
  path: '/api/customers',
  summary: 'List customers, newest first.',
  auth: ['sk'],
  query: v.object({ ...PageQuery.entries, email: v.optional(Email) }),
  answer: pageOf('customers', Customer),
  errors: [...KEY_ERRORS, 'secret_key_required'],
});

export const getCustomer = route({
  method: 'get',
  path: '/api/customers/:id',
  summary: 'Read a customer by cust_… id or by your own id.',
  auth: ['sk'],
  answer: v.object({ customer: Customer }),
  errors: [...KEY_ERRORS, 'secret_key_required', 'customer_not_found'],
});

export const updateCustomer = route({
  method: 'patch',
  path: '/api/customers/:id',
  summary:
    "Change a customer's plan or names, ban it, or let it in again. An own id is given to a customer that has none.",
  auth: ['sk'],
  body: v.strictObject({
    plan: v.optional(Name),
    firstName: v.optional(v.nullable(text(100))),
    lastName: v.optional(v.nullable(text(100))),
    banned: v.optional(v.boolean()),
    externalId: v.optional(ExternalId),
  }),
  answer: v.object({ customer: Customer }),
  errors: [
    ...KEY_ERRORS,
    'secret_key_required',
    'customer_not_found',
    'tier_not_found',
    'subscription_active',
    'customer_exists',
    'external_id_set',
  ],
});

export const deleteCustomer = route({
  method: 'delete',
  path: '/api/customers/:id',
  summary: 'Erase a customer: cancels a live subscription, ends sessions, removes usage.',
  auth: ['sk'],
  answer: Erased,
  errors: [...KEY_ERRORS, 'secret_key_required', 'customer_not_found'],
});
