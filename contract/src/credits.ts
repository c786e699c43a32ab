import * as v from 'valibot';
import { userErrors } from './billing.ts';
import { IDEMPOTENCY_ERRORS } from './errors.ts';
import { AtMs, Name, PageQuery, text, whole } from './primitives.ts';
import { route } from './respond.ts';

/** The most credits of one grant. */
const MAX_GRANT_UNITS = 1_000_000_000_000;

/** Where credits came from: with the plan, left of the period before, bought, or given. */
export const CREDIT_SOURCES = ['allowance', 'roll_over', 'purchase', 'grant'] as const;
export type CreditSource = (typeof CREDIT_SOURCES)[number];

/**
 * Credits of a customer with one end. `leftUnits` are those not used yet; those of the plan end with
 * the period, `expiresAtMs` null never. `note` is what was said with the grant: its customer reads it.
 */
export const CreditGrant = v.object({
  id: v.string(),
  source: v.picklist(CREDIT_SOURCES),
  units: v.number(),
  leftUnits: v.number(),
  startsAtMs: AtMs,
  expiresAtMs: v.nullable(AtMs),
  note: v.nullable(v.string()),
});
export type CreditGrant = v.InferOutput<typeof CreditGrant>;

/**
 * A change of a balance; all of a customer's add up to it. `units` is below 0 where credits went.
 * `use` is what one feature took on one `day` of the project's time zone: one entry, which grows, so
 * `atMs` is of its newest call. `opening` is what all older ones add up to. `grantId` is of what came
 * or went otherwise, and `note` what was said with that grant, as long as it is kept.
 */
export const CreditEntry = v.object({
  seq: v.number(),
  kind: v.picklist([...CREDIT_SOURCES, 'use', 'expire', 'revoke', 'opening']),
  units: v.number(),
  atMs: AtMs,
  feature: v.nullable(Name),
  day: v.nullable(v.string()),
  grantId: v.nullable(v.string()),
  note: v.nullable(v.string()),
});
export type CreditEntry = v.InferOutput<typeof CreditEntry>;

/**
 * A customer's credits: the balance, of which `heldUnits` are set aside; the grants that have some
 * left, the first 100 in the order in which they are drawn; and a page of the ledger, newest first.
 */
export const Credits = v.object({
  userId: v.string(),
  balanceUnits: v.number(),
  heldUnits: v.number(),
  grants: v.array(CreditGrant),
  entries: v.array(CreditEntry),
  nextCursor: v.nullable(v.string()),
});
export type Credits = v.InferOutput<typeof Credits>;

export const getCredits = route({
  method: 'get',
  path: '/api/credits',
  summary: "Read a customer's credits: the balance, what it is made of, and every change of it.",
  auth: ['user', 'session'],
  query: v.object({
    limit: PageQuery.entries.limit,
    cursor: v.optional(
      v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'Must be the nextCursor of a page before.')),
    ),
  }),
  answer: Credits,
  errors: userErrors,
});

export const grantCredits = route({
  method: 'post',
  path: '/api/credits/grants',
  summary: 'Give a customer credits, once for an Idempotency-Key.',
  auth: ['user'],
  body: v.pipe(
    v.strictObject({
      units: whole(1, MAX_GRANT_UNITS),
      expiresAtMs: v.optional(whole(0, 8_640_000_000_000_000)),
      expiresInDays: v.optional(whole(1, 3650)),
      note: v.optional(text(200)),
    }),
    v.check(
      ({ expiresAtMs, expiresInDays }) => expiresAtMs === undefined || expiresInDays === undefined,
      'Must have "expiresAtMs" or "expiresInDays", not both.',
    ),
  ),
  answer: v.object({
    success: v.literal(true),
    grant: CreditGrant,
    balanceUnits: v.number(),
  }),
  status: 201,
  errors: [
    ...userErrors.filter((code) => code !== 'session_required' && code !== 'origin_not_allowed'),
    ...IDEMPOTENCY_ERRORS,
    'customer_banned',
  ],
});
