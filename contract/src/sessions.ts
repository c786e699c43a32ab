import * as v from 'valibot';
import { IDEMPOTENCY_ERRORS, KEY_ERRORS } from './errors.ts';
import { Customer, ExternalId } from './customers.ts';
import { AtMs, Email } from './primitives.ts';
import { route } from './respond.ts';
import { UsageStatus } from './usage.ts';

/**
 * What a signed-in page holds. The access token lives 5 minutes; the refresh token is replaced at
 * each use. `usage` is of the default metered feature, null when the plan has none.
 */
export const Session = v.object({
  accessToken: v.string(),
  accessTokenExpiresAtMs: AtMs,
  refreshToken: v.string(),
  customer: Customer,
  usage: v.nullable(UsageStatus),
});
export type Session = v.InferOutput<typeof Session>;

export const RefreshToken = v.pipe(v.string('Must be a refresh token.'), v.maxLength(400));

const browser = [...KEY_ERRORS, 'origin_not_allowed', 'too_many_attempts'] as const;
const browserPost = [...browser, 'idempotency_key_invalid'] as const;

export const exchangeSession = route({
  method: 'post',
  path: '/api/sessions/exchange',
  summary:
    'Turn a finished sign-in on this page into a session. Takes the sealed token only; works once.',
  auth: ['pk'],
  body: v.strictObject({ sealedToken: v.pipe(v.string(), v.maxLength(8000)) }),
  answer: v.object({ ...Session.entries, isNew: v.boolean() }),
  errors: [
    ...browserPost,
    'identity_not_proved',
    'customer_not_found',
    'customer_banned',
    'sign_ups_capped',
    'test_customers_reached',
    'provider_unavailable',
    'provider_refused',
  ],
});

export const passwordSession = route({
  method: 'post',
  path: '/api/sessions/password',
  summary: 'Sign in with the password set at this project.',
  auth: ['pk'],
  body: v.strictObject({ email: Email, password: v.pipe(v.string(), v.maxLength(200)) }),
  answer: Session,
  errors: [
    ...browserPost,
    'credentials_wrong',
    'customer_not_found',
    'customer_banned',
    'bot_check_failed',
    'provider_unavailable',
    'provider_refused',
  ],
});

export const refreshSession = route({
  method: 'post',
  path: '/api/sessions/refresh',
  summary: 'Replace the tokens. The refresh token just replaced stays good for 30 s.',
  auth: ['pk'],
  body: v.strictObject({ refreshToken: RefreshToken }),
  answer: Session,
  errors: [...browserPost, 'session_ended', 'token_invalid', 'customer_banned'],
});

export const endSession = route({
  method: 'post',
  path: '/api/sessions/end',
  summary: 'Sign out. Ending an ended session is a success.',
  auth: ['pk'],
  body: v.strictObject({ refreshToken: RefreshToken }),
  answer: v.object({ success: v.literal(true) }),
  errors: [...browserPost, 'token_invalid'],
});

export const createSession = route({
  method: 'post',
  path: '/api/sessions',
  summary: 'Make a session for a customer your own server signed in.',
  auth: ['sk'],
  body: v.strictObject({
    customer: v.optional(
      v.pipe(v.string(), v.regex(/^cust_[0-9a-z]{22}$/, 'Must be a customer id, cust_….')),
    ),
    externalId: v.optional(ExternalId),
    email: v.optional(Email),
  }),
  answer: Session,
  errors: [
    ...KEY_ERRORS,
    'secret_key_required',
    'customer_not_found',
    'customer_exists',
    'test_customers_reached',
    'customer_banned',
    'user_id_required',
    'platform_protected',
    ...IDEMPOTENCY_ERRORS,
    'already_done',
  ],
  secretAnswer: true,
});

export const getMe = route({
  method: 'get',
  path: '/api/me',
  summary: 'The signed-in customer. "providers" are those it signs in at, such as google.',
  auth: ['session'],
  answer: v.object({
    customer: Customer,
    usage: v.nullable(UsageStatus),
    providers: v.array(v.string()),
  }),
  errors: [
    ...KEY_ERRORS,
    'session_required',
    'token_invalid',
    'session_expired',
    'session_ended',
    'customer_not_found',
    'origin_not_allowed',
  ],
});

export const getJwks = route({
  method: 'get',
  path: '/.well-known/jwks.json',
  summary: 'The public keys of access tokens, current and previous.',
  auth: ['none'],
  answer: v.object({ keys: v.array(v.looseObject({ kid: v.string(), alg: v.literal('ES256') })) }),
  errors: [],
});

/**
 * What the socket at `/api/live` says after its first message, `{ type: 'auth', accessToken }`.
 * `customer`: something else of the customer changed than plan and usage; `/api/me` has it.
 */
export const LiveMessage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('usage'), usage: UsageStatus }),
  v.object({ type: v.literal('plan'), plan: v.string() }),
  v.object({ type: v.literal('customer') }),
  v.object({ type: v.literal('signed_out') }),
]);
export type LiveMessage = v.InferOutput<typeof LiveMessage>;

export const live = route({
  method: 'get',
  path: '/api/live',
  summary:
    'WebSocket: usage, plan and sign-out of one customer as they change. `shard` is in the access token.',
  auth: ['pk'],
  query: v.object({
    shard: v.pipe(v.string(), v.regex(/^[0-9a-z]{2}$/, 'Must be the "shard" of the access token.')),
  }),
  errors: [...browser],
});
