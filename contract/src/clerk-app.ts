import * as v from 'valibot';
import { AtMs } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';

const path = '/api/projects/:project/:mode/clerk-app';

/**
 * The Clerk application an environment signs people in with, instead of the one all projects share.
 * Of its secrets only the last four characters are ever shown.
 */
export const OwnClerkApp = v.object({
  instanceId: v.string(),
  /** Of its Frontend API, as Clerk itself names it. */
  host: v.string(),
  publishableKey: v.string(),
  secretKeyLast4: v.string(),
  webhookSecretLast4: v.nullable(v.string()),
  /** Where Clerk is to send its events. */
  webhookUrl: v.string(),
  connectedAtMs: AtMs,
});
export type OwnClerkApp = v.InferOutput<typeof OwnClerkApp>;

/**
 * How many customers' passwords are void now: a password lives in the application it was set in.
 * They sign in by code, and may set a new one.
 */
const passwordsEnded = v.pipe(v.number(), v.integer());

export const getClerkApp = route({
  method: 'get',
  path,
  summary: "The project's own Clerk application; null while it uses the shared one.",
  auth: managers,
  answer: v.object({ clerkApp: v.nullable(OwnClerkApp) }),
  errors: managementErrors,
});

export const putClerkApp = route({
  method: 'put',
  path,
  summary:
    'Use an own Clerk application, or another key of it. Changing the application voids all passwords set before.',
  auth: managers,
  body: v.strictObject({
    secretKey: v.pipe(
      v.string('Must be a secret key of Clerk.'),
      v.maxLength(200, 'Must have at most 200 characters.'),
      v.regex(/^sk_(test|live)_[\w-]+$/, 'Must be a secret key of Clerk, like "sk_test_…".'),
    ),
    /** Left out, the one that was given for the same application stays. */
    webhookSecret: v.optional(
      v.pipe(
        v.string('Must be a signing secret of Clerk.'),
        v.maxLength(200, 'Must have at most 200 characters.'),
        v.regex(
          /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/,
          'Must be the signing secret of a webhook endpoint at Clerk, like "whsec_…".',
        ),
      ),
    ),
  }),
  answer: v.object({ clerkApp: OwnClerkApp, passwordsEnded }),
  errors: [...managementErrors, 'clerk_app_invalid', 'platform_protected', 'provider_unavailable'],
});

export const deleteClerkApp = route({
  method: 'delete',
  path,
  summary: 'Go back to the shared Clerk application, which voids all passwords set in the own one.',
  auth: managers,
  answer: v.object({ clerkApp: v.null(), passwordsEnded }),
  errors: [...managementErrors, 'platform_protected'],
});

export const projectClerkWebhook = route({
  method: 'post',
  path: '/webhook/clerk/:project/:mode',
  // Without a mode, the signature says which environment's application sent it.
  aliases: ['/webhook/clerk/:project'],
  summary: "Events of a project's own Clerk application.",
  auth: ['none'],
  answer: v.object({ received: v.literal(true) }),
  errors: ['signature_invalid', 'project_not_found', 'project_deleted'],
});
