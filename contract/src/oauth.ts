import * as v from 'valibot';
import { KEY_ERRORS } from './errors.ts';
import { Email, ProviderName } from './primitives.ts';
import { route } from './respond.ts';

/** What the page made up for one sign-in: at least 128 random bits, so that nobody meets another's. */
const RequestId = v.pipe(
  v.string(),
  v.regex(/^[\w-]{22,64}$/, 'Must be 22 to 64 letters, digits, "-" or "_".'),
);

/** Base64url of 32 bytes: the verifier itself, or its SHA-256. */
const Base64Of32 = v.pipe(
  v.string(),
  v.regex(/^[\w-]{43}$/, 'Must be 32 bytes as base64url, without padding.'),
);

export const beginOauth = route({
  method: 'post',
  path: '/oauth/begin',
  summary: 'Begin a sign-in at a provider. Only the window at /oauth/start may.',
  auth: ['none'],
  body: v.strictObject({
    pk: v.pipe(v.string(), v.maxLength(100)),
    /** Of the page that opened the window, as the browser states it. */
    origin: v.pipe(v.string(), v.maxLength(300)),
    request: RequestId,
    /** SHA-256 of the verifier, which the page keeps. */
    challenge: Base64Of32,
    provider: ProviderName,
    /** Spares the visitor choosing among their accounts. */
    email: v.optional(Email),
    /** What Turnstile gave, where the environment asks for it. */
    botCheck: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(2048)))),
  }),
  answer: v.object({ url: v.string() }),
  errors: [
    ...KEY_ERRORS,
    'idempotency_key_invalid',
    'oauth_window_required',
    'bot_check_failed',
    'origin_not_allowed',
    'oauth_not_enabled',
    'oauth_request_used',
    'too_many_attempts',
    'provider_unavailable',
    'provider_refused',
  ],
});

export const oauthResult = route({
  method: 'post',
  path: '/api/oauth/result',
  summary:
    'Ask how a sign-in at a provider ended. The end is told once, to the page that began it, for 2 minutes.',
  auth: ['pk'],
  body: v.strictObject({ request: RequestId, verifier: Base64Of32 }),
  answer: v.variant('status', [
    v.object({ status: v.literal('pending') }),
    v.object({ status: v.literal('done'), sealedToken: v.string() }),
  ]),
  errors: [
    ...KEY_ERRORS,
    'idempotency_key_invalid',
    'origin_not_allowed',
    'too_many_attempts',
    'oauth_denied',
    'oauth_incomplete',
    'oauth_failed',
    'oauth_expired',
  ],
});
