import * as v from 'valibot';
import { AtMs } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';

const path = '/api/projects/:project/:mode/turnstile';

const Key = v.pipe(
  v.string('Must be a key of a Turnstile widget.'),
  v.trim(),
  v.regex(/^[0-9]x[\w-]{10,100}$/, 'Must be a key of a Turnstile widget, like "0x4AAA…".'),
);

/** The Turnstile widget that guards an environment. Its secret key is never shown again. */
export const Turnstile = v.object({
  siteKey: v.string(),
  /** The last four characters of the secret key. */
  secretKeyHint: v.string(),
  setAtMs: AtMs,
});
export type Turnstile = v.InferOutput<typeof Turnstile>;

export const getTurnstile = route({
  method: 'get',
  path,
  summary: 'The Turnstile widget that checks visitors; null when there is none.',
  auth: managers,
  answer: v.object({ turnstile: v.nullable(Turnstile) }),
  errors: managementErrors,
});

export const putTurnstile = route({
  method: 'put',
  path,
  summary:
    'Check visitors by a Turnstile widget before a code is mailed or a password is tried. The secret key is tried first.',
  auth: managers,
  body: v.strictObject({ siteKey: Key, secretKey: Key }),
  answer: v.object({ turnstile: Turnstile }),
  errors: [
    ...managementErrors,
    'turnstile_key_invalid',
    'provider_unavailable',
    'platform_protected',
  ],
});

export const removeTurnstile = route({
  method: 'delete',
  path,
  summary: 'Stop checking visitors. Removing what is not there is a success.',
  auth: managers,
  answer: v.object({ turnstile: v.null() }),
  errors: managementErrors,
});
