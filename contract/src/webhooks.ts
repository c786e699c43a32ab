import * as v from 'valibot';
import { CreditGrant } from './credits.ts';
import { Customer, PlanSource, Subscription } from './customers.ts';
import { IDEMPOTENCY_ERRORS } from './errors.ts';
import { Order } from './orders.ts';
import { Payment } from './payments.ts';
import { AtMs, HttpUrl, Mode, Name, pageOf, PageQuery, text, whole } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';

const path = '/api/projects/:project/:mode/webhooks';
const one = `${path}/:webhook`;

/** What an endpoint can ask to be told. */
export const WEBHOOK_EVENTS = [
  'customer.created',
  'customer.deleted',
  'plan.changed',
  'usage.threshold',
  'usage.limit_reached',
  'credits.low',
  'credits.granted',
  'payment.failed',
  'payment.refunded',
  'payment.disputed',
  'order.processing',
  'order.paid',
  'order.failed',
  'order.expired',
  'order.refunded',
  'order.fulfilled',
  'project.grace_started',
  'project.blocked',
  'project.erasure_planned',
] as const;
const EventType = v.picklist(WEBHOOK_EVENTS, `Must be one of ${WEBHOOK_EVENTS.join(', ')}.`);
export type WebhookEventType = v.InferOutput<typeof EventType>;

/** Who an event is about, in as few words as will do. */
const About = v.object({ id: v.string(), externalId: v.nullable(v.string()) });

const units = v.pipe(v.number(), v.integer());
const usageEntries = {
  customer: About,
  feature: Name,
  plan: Name,
  usedUnits: units,
  limitUnits: units,
  /** When the running period ends and the count starts anew. */
  resetsAtMs: AtMs,
};

/** The shares of a balance used, in percent, at which `credits.low` tells. */
export const CREDIT_THRESHOLDS = [80, 100] as const;

/** A charge as it was right after, and whose it is. */
const paymentEntries = { customer: About, payment: Payment };

/** An order as it was right after, and whose it is; null for a guest's. */
const orderEntries = { customer: v.nullable(About), order: Order };

/** When a project's plan of the platform ended, and what comes of it unless another one is chosen. */
const lapseEntries = { lapsedAtMs: AtMs, blocksAtMs: AtMs, erasesAtMs: AtMs };

/** The shares of a limit, in percent, at which `usage.threshold` tells. */
export const USAGE_THRESHOLDS = [80, 100] as const;

/** What each event says, besides what all say. `webhook.test` is sent on demand, to one endpoint. */
export const WebhookData = {
  'customer.created': v.object({ customer: Customer }),
  /** The customer is erased: forget it, too. */
  'customer.deleted': v.object({ customer: About }),
  /** `why` says what decides the plan now; `subscription` is the live one, if there is one. */
  'plan.changed': v.object({
    customer: About,
    from: Name,
    to: Name,
    why: PlanSource,
    subscription: v.nullable(Subscription),
  }),
  /** Once a customer, feature, period and threshold. */
  'usage.threshold': v.object({ ...usageEntries, percent: v.picklist(USAGE_THRESHOLDS) }),
  /** A call was refused for the limit, for the first time in this period. */
  'usage.limit_reached': v.object(usageEntries),
  /**
   * Of the `fullUnits` that the balance came to when it last rose, so many percent are used or over:
   * once for each, until it rises again.
   */
  'credits.low': v.object({
    customer: About,
    plan: Name,
    balanceUnits: units,
    fullUnits: units,
    percent: v.picklist(CREDIT_THRESHOLDS),
  }),
  /** Credits were given or bought, and are in the balance. */
  'credits.granted': v.object({ customer: About, grant: CreditGrant, balanceUnits: units }),
  /** A bank refused a charge: the first one, a renewal, or a later try of it. */
  'payment.failed': v.object(paymentEntries),
  /** More of a charge was given back than before; `refundedMinor` is the sum. */
  'payment.refunded': v.object(paymentEntries),
  /** A bank took a charge into dispute; `dispute` says where that stands. */
  'payment.disputed': v.object(paymentEntries),
  /** The buyer is done; the money is on its way and may still fail. Nothing is to be sent yet. */
  'order.processing': v.object(orderEntries),
  'order.paid': v.object(orderEntries),
  /** A payment that was on its way did not come. */
  'order.failed': v.object(orderEntries),
  /** Nobody paid while the checkout was open. */
  'order.expired': v.object(orderEntries),
  /** More of it was given back than before; `refundedMinor` is the sum. */
  'order.refunded': v.object(orderEntries),
  'order.fulfilled': v.object(orderEntries),
  /** The project's plan ended: its API answers on until `blocksAtMs`. */
  'project.grace_started': v.object(lapseEntries),
  /** The project's API answers `subscription_expired` from now on. */
  'project.blocked': v.object(lapseEntries),
  /** A week before it: the project is erased at `erasesAtMs`. */
  'project.erasure_planned': v.object(lapseEntries),
  'webhook.test': v.object({ message: v.string() }),
} as const;

type EventOf<T extends keyof typeof WebhookData> = {
  /** The same in every try, and in the header `webhook-id`: what was seen before is a repeat. */
  id: string;
  type: T;
  /** When it happened, ISO 8601. */
  timestamp: string;
  project: string;
  mode: Mode;
  data: v.InferOutput<(typeof WebhookData)[T]>;
};

/** The body of a webhook, as Standard Webhooks lays it out. */
export type WebhookEvent = {
  [T in keyof typeof WebhookData]: EventOf<T>;
}[keyof typeof WebhookData];

/**
 * An endpoint of the developer's. `events` null is all, those to come included. `disabledReason` says
 * who ended it: the developer, five days of failures, or the endpoint itself by answering 410.
 */
export const Webhook = v.object({
  id: v.string(),
  url: v.string(),
  description: v.string(),
  events: v.nullable(v.array(EventType)),
  disabled: v.boolean(),
  disabledReason: v.nullable(v.picklist(['developer', 'failing', 'gone'])),
  disabledAtMs: v.nullable(AtMs),
  /** The first failure since something last arrived; null while all is well. */
  failingSinceMs: v.nullable(AtMs),
  /** Until then the secret of before signs as well. */
  oldSecretUntilMs: v.nullable(AtMs),
  createdAtMs: AtMs,
});
export type Webhook = v.InferOutput<typeof Webhook>;

/**
 * One event on its way to one endpoint. `waiting` is tried at `nextTryAtMs`; `failed` is tried no more
 * unless asked for. Of an erased customer's events `payload` is null.
 */
export const WebhookDelivery = v.object({
  id: v.string(),
  eventId: v.string(),
  type: v.picklist([...WEBHOOK_EVENTS, 'webhook.test']),
  status: v.picklist(['waiting', 'delivered', 'failed']),
  attempts: v.pipe(v.number(), v.integer()),
  /** What was sent, as text. */
  payload: v.nullable(v.string()),
  /** Of the last try; null when there was no answer. */
  responseStatus: v.nullable(v.pipe(v.number(), v.integer())),
  /** The beginning of the last answer, 1 KB at most. */
  responseBody: v.nullable(v.string()),
  /** Why the last try failed, in words. */
  error: v.nullable(v.string()),
  lastTryAtMs: v.nullable(AtMs),
  nextTryAtMs: v.nullable(AtMs),
  createdAtMs: AtMs,
});
export type WebhookDelivery = v.InferOutput<typeof WebhookDelivery>;

const entries = {
  url: HttpUrl,
  /** Left out or null: all. */
  events: v.nullable(
    v.pipe(
      v.array(EventType),
      v.minLength(1, 'Must name at least one event, or be null for all.'),
      v.maxLength(WEBHOOK_EVENTS.length, 'Must name each event once.'),
      v.check((names) => new Set(names).size === names.length, 'Must name each event once.'),
    ),
  ),
  description: text(200, 0),
};

export const listWebhooks = route({
  method: 'get',
  path,
  summary: 'The endpoints that are told what happens, oldest first.',
  auth: managers,
  answer: v.object({ webhooks: v.array(Webhook) }),
  errors: managementErrors,
});

/** How many endpoints an environment can have. */
export const MAX_WEBHOOKS = 10;

export const createWebhook = route({
  method: 'post',
  path,
  summary: 'Tell an endpoint what happens. Its signing secret is shown this once.',
  auth: managers,
  body: v.strictObject({
    url: entries.url,
    events: v.optional(entries.events, null),
    description: v.optional(entries.description, ''),
  }),
  answer: v.object({ webhook: Webhook, secret: v.string() }),
  status: 201,
  errors: [
    ...managementErrors,
    ...IDEMPOTENCY_ERRORS,
    'webhook_url_not_allowed',
    'too_many_webhooks',
    'already_done',
  ],
  secretAnswer: true,
});

export const updateWebhook = route({
  method: 'patch',
  path: one,
  summary:
    'Change an endpoint, or switch it off and on. What waited when it was switched off fails.',
  auth: managers,
  body: v.partial(v.strictObject({ ...entries, disabled: v.boolean() })),
  answer: v.object({ webhook: Webhook }),
  errors: [...managementErrors, 'webhook_not_found', 'webhook_url_not_allowed'],
});

export const deleteWebhook = route({
  method: 'delete',
  path: one,
  summary: 'Forget an endpoint, its log and what waits for it.',
  auth: managers,
  answer: v.object({ success: v.literal(true) }),
  errors: [...managementErrors, 'webhook_not_found'],
});

export const rotateWebhook = route({
  method: 'post',
  path: `${one}/rotate`,
  summary: 'Make a new signing secret; for `overlapHours` the old one signs as well.',
  auth: managers,
  body: v.strictObject({ overlapHours: v.optional(whole(0, 720), 24) }),
  answer: v.object({ webhook: Webhook, secret: v.string() }),
  status: 201,
  errors: [...managementErrors, ...IDEMPOTENCY_ERRORS, 'webhook_not_found', 'already_done'],
  secretAnswer: true,
});

export const testWebhook = route({
  method: 'post',
  path: `${one}/test`,
  summary: 'Send `webhook.test` now, and see what became of it.',
  auth: managers,
  answer: v.object({ delivery: WebhookDelivery }),
  errors: [...managementErrors, ...IDEMPOTENCY_ERRORS, 'webhook_not_found', 'webhook_disabled'],
});

export const listDeliveries = route({
  method: 'get',
  path: `${one}/deliveries`,
  summary: 'What was sent to an endpoint in the last 30 days, newest first.',
  auth: managers,
  query: v.object({
    ...PageQuery.entries,
    status: v.optional(WebhookDelivery.entries.status),
  }),
  answer: pageOf('deliveries', WebhookDelivery),
  errors: [...managementErrors, 'webhook_not_found'],
});

export const retryDelivery = route({
  method: 'post',
  path: `${one}/deliveries/:delivery/retry`,
  summary: 'Send something once more, now, whatever became of it before.',
  auth: managers,
  answer: v.object({ delivery: WebhookDelivery }),
  errors: [
    ...managementErrors,
    ...IDEMPOTENCY_ERRORS,
    'webhook_not_found',
    'webhook_disabled',
    'webhook_delivery_not_found',
    'webhook_event_erased',
  ],
});
