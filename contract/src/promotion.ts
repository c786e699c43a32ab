import * as v from 'valibot';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';

/** One field that live gets from test, in lines people read; no lines is nothing. */
export const PromotedField = v.object({
  field: v.string(),
  before: v.array(v.string()),
  after: v.array(v.string()),
});
export type PromotedField = v.InferOutput<typeof PromotedField>;

/** One thing live gets from test. `name` is the tier's name or the product's id; settings have none. */
export const PromotedChange = v.object({
  kind: v.picklist(['settings', 'tier', 'product']),
  name: v.nullable(v.string()),
  title: v.string(),
  action: v.picklist(['create', 'change']),
  fields: v.array(PromotedField),
});
export type PromotedChange = v.InferOutput<typeof PromotedChange>;

/**
 * What promoting does to live. `kept` are things live has and test has not: they stay. Without
 * `stripeReady` prices could not be made, and nothing is promoted that has some.
 */
export const Promotion = v.object({
  fingerprint: v.string(),
  changes: v.array(PromotedChange),
  kept: v.array(
    v.object({ kind: v.picklist(['tier', 'product']), name: v.string(), title: v.string() }),
  ),
  stripeReady: v.boolean(),
});
export type Promotion = v.InferOutput<typeof Promotion>;

export const promoteProject = route({
  method: 'post',
  path: '/api/projects/:project/promote',
  summary:
    'Bring settings, tiers and products from test to live; with `dryRun` say what that would change. Safe to repeat.',
  auth: managers,
  body: v.union(
    [
      v.strictObject({ dryRun: v.literal(true) }),
      /** Of the dry run that was read and agreed to. */
      v.strictObject({ fingerprint: v.pipe(v.string(), v.maxLength(200)) }),
    ],
    'Must have "dryRun": true, or the "fingerprint" a dry run answered.',
  ),
  /** `published`: whether Stripe has all of it. What it did not take is tried again. */
  answer: v.object({ promotion: Promotion, applied: v.boolean(), published: v.boolean() }),
  errors: [
    ...managementErrors,
    'idempotency_key_invalid',
    'promotion_changed',
    'platform_protected',
    'stripe_not_connected',
    'catalog_full',
    'too_many_tiers',
  ],
});
