import * as v from 'valibot';
import { KEY_ERRORS } from './errors.ts';
import { AtMs, Name, whole } from './primitives.ts';
import { route } from './respond.ts';
import { MAX_AMOUNT_UNITS, trackUsage, Usage } from './usage.ts';

/** How long a hold may last at most. */
export const MAX_HOLD_SECONDS = 60;

/**
 * Units set aside for a customer: nobody else gets them, and they are not used yet. `lastsMs` is how
 * long it lasts from the grant, so that a holder whose clock is wrong counts from before it asked;
 * `expiresAtMs` is the same by the edge's clock.
 */
export const Hold = v.object({
  id: v.string(),
  feature: Name,
  units: v.number(),
  expiresAtMs: AtMs,
  lastsMs: v.number(),
});
export type Hold = v.InferOutput<typeof Hold>;

const Units = whole(1, MAX_AMOUNT_UNITS);
const seconds = v.optional(whole(1, MAX_HOLD_SECONDS), MAX_HOLD_SECONDS);
const used = whole(0, MAX_AMOUNT_UNITS);

/** What every route of a hold that is named can answer. */
const HOLD_ERRORS = [
  ...KEY_ERRORS,
  'secret_key_required',
  'hold_not_found',
  'hold_settled',
  'hold_expired',
  'idempotency_conflict',
  'idempotency_key_invalid',
] as const;

export const holdUsage = route({
  method: 'post',
  path: '/api/usage/holds',
  summary:
    'Set units of a customer aside for at most a minute: all of them, or as many as are left from "atLeast" on.',
  auth: ['user'],
  body: v.strictObject({
    amount: v.optional(Units, 1),
    feature: v.optional(Name),
    atLeast: v.optional(Units),
    seconds,
  }),
  answer: v.object({ success: v.literal(true), hold: Hold, usage: Usage }),
  status: 201,
  errors: [...trackUsage.errors, 'feature_not_metered'],
});

export const settleHold = route({
  method: 'post',
  path: '/api/usage/holds/:hold/settle',
  summary: 'Count the units of a hold that were used, and give the rest back. Safe to repeat.',
  auth: ['sk'],
  body: v.strictObject({ used }),
  answer: v.object({ success: v.literal(true), usage: Usage }),
  errors: HOLD_ERRORS,
});

/** Why a hold was settled and no new one granted: the body of that error, with its status. */
const Refusal = v.looseObject({
  status: v.number(),
  code: v.string(),
  error: v.string(),
  message: v.string(),
  docs: v.string(),
  requestId: v.string(),
  retryAfterSeconds: v.exactOptional(v.number()),
});

export const renewHold = route({
  method: 'post',
  path: '/api/usage/holds/:hold/renew',
  summary:
    'Settle a hold and grant the next one, both or neither. Where no more is granted the settlement stands, "hold" is null and "refusal" says why. Safe to repeat.',
  auth: ['sk'],
  body: v.strictObject({
    used,
    amount: v.optional(Units),
    atLeast: v.optional(Units),
    seconds,
  }),
  answer: v.object({
    success: v.literal(true),
    hold: v.nullable(Hold),
    refusal: v.exactOptional(Refusal),
    usage: Usage,
  }),
  errors: HOLD_ERRORS,
});
