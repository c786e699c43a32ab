import * as v from 'valibot';
import { KEY_ERRORS } from './errors.ts';
import { AtMs } from './primitives.ts';
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
