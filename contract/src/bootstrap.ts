import * as v from 'valibot';
import { KEY_ERRORS } from './errors.ts';
import { Mode } from './primitives.ts';
import { route } from './respond.ts';
import { PublicTier } from './tiers.ts';

/**
 * How the widgets of an environment look and speak; what is null, or left out of `look`, is the page's.
 * `look` are values of CSS by the tokens they stand for, `--dream-accent` and so on.
 */
export const Branding = v.object({
  name: v.string(),
  logoUrl: v.nullable(v.string()),
  accentColor: v.nullable(v.string()),
  look: v.object({
    accent: v.exactOptional(v.string()),
    surface: v.exactOptional(v.string()),
    text: v.exactOptional(v.string()),
    radius: v.exactOptional(v.string()),
    font: v.exactOptional(v.string()),
  }),
  locale: v.nullable(v.string()),
  supportEmail: v.nullable(v.string()),
});
export type Branding = v.InferOutput<typeof Branding>;

/** Everything any set of widgets on a page needs before somebody is signed in. */
export const Bootstrap = v.object({
  mode: Mode,
  branding: Branding,
  tiers: v.array(PublicTier),
  signIn: v.object({
    /** For clerk-js, which is loaded only when the visitor acts. */
    clerkPublishableKey: v.string(),
    emailCode: v.boolean(),
    password: v.boolean(),
    /** Providers to sign in with, in the order of the settings: `google`, `github`. */
    oauth: v.array(v.string()),
    /** The Turnstile widget to solve before a code is asked for or a password is tried, or null. */
    turnstileSiteKey: v.nullable(v.string()),
  }),
  /** Whether something can be bought: a Stripe account is there. */
  sells: v.boolean(),
});
export type Bootstrap = v.InferOutput<typeof Bootstrap>;

export const getBootstrap = route({
  method: 'get',
  path: '/api/bootstrap',
  summary: 'The first data of a page, for all widgets at once. Cacheable.',
  auth: ['pk'],
  answer: Bootstrap,
  errors: [...KEY_ERRORS, 'origin_not_allowed'],
});

export const health = route({
  method: 'get',
  path: '/health',
  summary: 'The state of each binding.',
  auth: ['none'],
  answer: v.object({
    status: v.picklist(['ok', 'degraded']),
    bindings: v.record(v.string(), v.picklist(['ok', 'failed'])),
  }),
  errors: ['too_many_attempts'],
});
