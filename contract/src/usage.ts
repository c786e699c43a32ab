import * as v from 'valibot';
import { KEY_ERRORS } from './errors.ts';
import { AtMs, Limit, Name, text, whole } from './primitives.ts';
import { route } from './respond.ts';

/** The most units one call may count. */
export const MAX_AMOUNT_UNITS = 1_000_000_000;

/** What a plan can refuse a call for; in an environment that only observes, what it would have. */
export const WouldRefuse = v.picklist(['limit_reached', 'rate_limited', 'feature_not_included']);
export type WouldRefuse = v.InferOutput<typeof WouldRefuse>;

/**
 * The balance a feature draws on, with what one unit of it takes. `nextExpiryAtMs` is when the first
 * of it is over, left out when nothing of it ever is.
 */
export const UsageCredits = v.object({
  balanceUnits: v.number(),
  weight: v.number(),
  nextExpiryAtMs: v.exactOptional(AtMs),
});
export type UsageCredits = v.InferOutput<typeof UsageCredits>;

/**
 * A customer's usage of one feature in the running period. `periodStart` and `periodEnd` are days
 * (YYYY-MM-DD, the end being the last day) or, for hourly periods, instants; `resetsAtMs` is exact.
 * `granted` are units granted for this period on top of the plan's: `limit` has them in it.
 * `overageUnits` is there when a feature with overage is above its limit: by how much; `held` when
 * units are in holds: they are not in `count`, and not in `remaining` either; `wouldRefuse` when the
 * call was counted only because the environment refuses nothing yet; `credits` of a feature that draws
 * on them: `remaining` are the units the balance is enough for, and `limit` is what was used of the
 * period, held and remaining, so it moves with the balance. Of a boolean feature nothing is
 * counted: an answer says that the plan includes it, an error that it does not.
 */
export const Usage = v.object({
  count: v.number(),
  limit: Limit,
  remaining: Limit,
  granted: v.exactOptional(v.number()),
  overageUnits: v.exactOptional(v.number()),
  held: v.exactOptional(v.number()),
  wouldRefuse: v.exactOptional(WouldRefuse),
  credits: v.exactOptional(UsageCredits),
  plan: Name,
  feature: Name,
  periodStart: v.string(),
  periodEnd: v.string(),
  resetsAtMs: AtMs,
});
export type Usage = v.InferOutput<typeof Usage>;

export const trackUsage = route({
  method: 'post',
  path: '/api/usage',
  aliases: ['/api/data'],
  summary:
    "Count units against a customer's limit, or refuse. Atomic, and safe to repeat with an Idempotency-Key.",
  auth: ['user'],
  body: v.strictObject({
    amount: v.optional(whole(1, MAX_AMOUNT_UNITS), 1),
    feature: v.optional(Name),
  }),
  answer: v.object({ success: v.literal(true), usage: Usage }),
  errors: [
    ...KEY_ERRORS,
    'secret_key_required',
    'user_id_required',
    'user_id_invalid',
    'test_customers_reached',
    'user_mismatch',
    'customer_not_found',
    'customer_banned',
    'token_invalid',
    'session_expired',
    'session_ended',
    'tier_not_found',
    'feature_not_found',
    'feature_not_included',
    'limit_reached',
    'rate_limited',
    'idempotency_conflict',
    'idempotency_key_invalid',
  ],
});

/** The most events of one batch. */
export const MAX_BATCH_EVENTS = 500;

/**
 * One call of a batch. `customer` is a cust_… id or your own, which makes a customer at first use.
 * An event with an `idempotencyKey` counts once for its customer in 24 h, in a batch or alone.
 */
export const TrackEvent = v.strictObject({
  customer: text(200),
  feature: v.optional(Name),
  amount: v.optional(whole(1, MAX_AMOUNT_UNITS), 1),
  idempotencyKey: v.optional(
    v.pipe(
      v.string('Must be a text.'),
      v.regex(
        /^[\x21-\x7e]{1,200}$/,
        'Must be 1 to 200 printable ASCII characters without spaces.',
      ),
    ),
  ),
});
export type TrackEvent = v.InferInput<typeof TrackEvent>;

/** What became of one event: what the single call would have answered, by its body. */
export const BatchResult = v.variant('ok', [
  v.object({ ok: v.literal(true), usage: Usage, replayed: v.exactOptional(v.literal(true)) }),
  v.looseObject({
    ok: v.literal(false),
    status: v.number(),
    code: v.string(),
    error: v.string(),
    message: v.string(),
    docs: v.string(),
    requestId: v.string(),
    retryAfterSeconds: v.exactOptional(v.number()),
  }),
]);
export type BatchResult = v.InferOutput<typeof BatchResult>;

export const trackBatch = route({
  method: 'post',
  path: '/api/usage/batch',
  summary:
    'Count up to 500 events of many customers. Each is judged alone and answered in its place: the answer is 200 whatever became of them.',
  auth: ['sk'],
  body: v.strictObject({
    // An event that is none is refused in its place, and refuses no other. Anything goes here, so that
    // each is checked once, by who answers for it; what comes second says what is expected.
    events: v.pipe(
      v.array(v.union([v.unknown(), TrackEvent]), 'Must be a list of events.'),
      v.minLength(1, 'Must have at least one event.'),
      v.maxLength(MAX_BATCH_EVENTS, `Must have at most ${MAX_BATCH_EVENTS} events.`),
    ),
  }),
  answer: v.object({ results: v.array(BatchResult) }),
  errors: [...KEY_ERRORS, 'secret_key_required', 'idempotency_key_invalid'],
});

/** `GET /api/usage`: the field names of the first contract. */
export const UsageStatus = v.object({
  userId: v.string(),
  plan: Name,
  feature: Name,
  usageCount: v.number(),
  limit: Limit,
  remaining: Limit,
  granted: v.exactOptional(v.number()),
  overageUnits: v.exactOptional(v.number()),
  held: v.exactOptional(v.number()),
  wouldRefuse: v.exactOptional(WouldRefuse),
  credits: v.exactOptional(UsageCredits),
  periodStart: v.string(),
  periodEnd: v.string(),
  resetsAtMs: AtMs,
});
export type UsageStatus = v.InferOutput<typeof UsageStatus>;

export const getUsage = route({
  method: 'get',
  path: '/api/usage',
  summary: "Read a customer's usage without counting anything.",
  auth: ['user', 'session'],
  query: v.object({ feature: v.optional(Name) }),
  answer: UsageStatus,
  errors: [
    ...KEY_ERRORS,
    'secret_key_required',
    'session_required',
    'user_id_required',
    'user_id_invalid',
    'test_customers_reached',
    'user_mismatch',
    'customer_not_found',
    'token_invalid',
    'session_expired',
    'session_ended',
    'feature_not_found',
    'feature_not_included',
    'tier_not_found',
    'origin_not_allowed',
  ],
});
