import * as v from 'valibot';
import { Customer, Erased, Password } from './customers.ts';
import { KEY_ERRORS } from './errors.ts';
import { AtMs, text } from './primitives.ts';
import { route } from './respond.ts';

/**
 * A session that lives, as its customer's server may see it. `lastUsedAtMs` is when its tokens were
 * last replaced; `device` is a label like "Chrome on macOS", null where there is none.
 */
export const CustomerSession = v.object({
  id: v.string(),
  createdAtMs: AtMs,
  lastUsedAtMs: AtMs,
  expiresAtMs: AtMs,
  device: v.nullable(v.string()),
});
export type CustomerSession = v.InferOutput<typeof CustomerSession>;

/** The same as the customer sees it; `current` is the one that asks. */
export const OwnSession = v.object({ ...CustomerSession.entries, current: v.boolean() });
export type OwnSession = v.InferOutput<typeof OwnSession>;

const Done = v.object({ success: v.literal(true) });

const signedIn = [
  ...KEY_ERRORS,
  'session_required',
  'token_invalid',
  'session_expired',
  'session_ended',
  'origin_not_allowed',
] as const;
const bySecretKey = [...KEY_ERRORS, 'secret_key_required', 'customer_not_found'] as const;

/** What a change of how one signs in asks for besides: a fresh session, or this. */
const CurrentPassword = v.pipe(v.string('Must be a text.'), v.maxLength(200));
const confirming = [
  'confirmation_required',
  'customer_not_found',
  'too_many_attempts',
  'provider_unavailable',
  'provider_refused',
] as const;

export const updateMe = route({
  method: 'patch',
  path: '/api/me',
  summary: "Change the signed-in customer's names; null removes one.",
  auth: ['session'],
  body: v.strictObject({
    firstName: v.optional(v.nullable(text(100))),
    lastName: v.optional(v.nullable(text(100))),
  }),
  answer: v.object({ customer: Customer }),
  errors: [...signedIn, 'customer_not_found'],
});

export const setPassword = route({
  method: 'put',
  path: '/api/me/password',
  summary:
    "Set or replace the signed-in customer's password at this project. Ends the other sessions. Takes the current password unless one signed in less than 10 minutes ago.",
  auth: ['session'],
  body: v.strictObject({ password: Password, currentPassword: v.optional(CurrentPassword) }),
  answer: Done,
  errors: [...signedIn, ...confirming, 'password_rejected'],
});

export const changeEmail = route({
  method: 'put',
  path: '/api/me/email',
  summary:
    'Sign in with another e-mail from now on, proved by a code on this page like a sign-in. Ends the other sessions. Takes the current password unless one signed in less than 10 minutes ago.',
  auth: ['session'],
  body: v.strictObject({
    sealedToken: v.pipe(v.string(), v.maxLength(8000)),
    currentPassword: v.optional(CurrentPassword),
  }),
  answer: v.object({ customer: Customer }),
  errors: [...signedIn, ...confirming, 'identity_not_proved', 'email_taken'],
});

export const unlinkProvider = route({
  method: 'delete',
  path: '/api/me/providers/:provider',
  summary:
    'Stop signing in at a provider, such as google; never the last way in. Ends the other sessions. Takes the current password unless one signed in less than 10 minutes ago. One that is not linked is a success.',
  auth: ['session'],
  body: v.strictObject({ currentPassword: v.optional(CurrentPassword) }),
  answer: v.object({ providers: v.array(v.string()) }),
  errors: [...signedIn, ...confirming, 'last_way_in'],
});

export const deleteMe = route({
  method: 'delete',
  path: '/api/me',
  summary:
    'Erase the signed-in customer, like a secret key would. Takes the current password unless one signed in less than 10 minutes ago.',
  auth: ['session'],
  body: v.strictObject({ currentPassword: v.optional(CurrentPassword) }),
  answer: Erased,
  errors: [...signedIn, ...confirming],
});

export const listMySessions = route({
  method: 'get',
  path: '/api/me/sessions',
  summary: "The signed-in customer's sessions, the one used last first; at most 100.",
  auth: ['session'],
  answer: v.object({ sessions: v.array(OwnSession) }),
  errors: signedIn,
});

export const endMySession = route({
  method: 'delete',
  path: '/api/me/sessions/:sessionId',
  summary: 'End one session of the signed-in customer. Ending an ended one is a success.',
  auth: ['session'],
  answer: Done,
  errors: signedIn,
});

export const endMySessions = route({
  method: 'delete',
  path: '/api/me/sessions',
  summary: 'Sign out everywhere, here too.',
  auth: ['session'],
  answer: Done,
  errors: signedIn,
});

export const listCustomerSessions = route({
  method: 'get',
  path: '/api/customers/:id/sessions',
  summary: "A customer's sessions, the one used last first; at most 100.",
  auth: ['sk'],
  answer: v.object({ sessions: v.array(CustomerSession) }),
  errors: bySecretKey,
});

export const endCustomerSession = route({
  method: 'delete',
  path: '/api/customers/:id/sessions/:sessionId',
  summary: 'End one session of a customer. Ending an ended one is a success.',
  auth: ['sk'],
  answer: Done,
  errors: bySecretKey,
});

export const endCustomerSessions = route({
  method: 'delete',
  path: '/api/customers/:id/sessions',
  summary: 'Sign a customer out everywhere.',
  auth: ['sk'],
  answer: Done,
  errors: bySecretKey,
});
