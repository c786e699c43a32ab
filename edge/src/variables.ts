import { Email } from '@dream/contract/primitives';
import * as v from 'valibot';
import { LAPSE_TERMS } from './platform/standing.ts';

const Url = v.pipe(
  v.string(),
  v.url(),
  v.transform((url) => url.replace(/\/+$/, '')),
);
const Secret = v.pipe(v.string(), v.minLength(16));
const parsedJson = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return JSON.parse(dataset.value) as unknown;
    } catch {
      addIssue({ message: 'is not JSON' });
      return NEVER;
    }
  }),
);

const days = (unlessTold: number) =>
  v.optional(
    v.pipe(v.string(), v.digits(), v.transform(Number), v.minValue(1), v.maxValue(3650)),
    String(unlessTold),
  );

/** The settings of a deployment, which are texts: each by its name, its shape and what it is for. */
export const Variables = v.object({
  /** Where this edge is reached, the issuer of its tokens. */
  PUBLIC_URL: Url,
  /** Where what tenants upload is served, on a domain of its own: no token is ever sent there. */
  CONTENT_URL: Url,
  OPERATOR_SECRET: Secret,
  /** Whose sessions at the platform's own project are operators': e-mails, with commas between. */
  OPERATOR_EMAILS: v.optional(
    v.pipe(
      v.string(),
      v.transform((text) => text.split(',').filter((part) => part.trim() !== '')),
      v.array(Email),
    ),
    '',
  ),
  /** `[{ "id": "2026-11", "key": base64 of 32 bytes }]`, the newest first. */
  MASTER_KEYS: v.pipe(
    parsedJson,
    v.array(v.strictObject({ id: v.string(), key: v.pipe(v.string(), v.base64(), v.length(44)) })),
    v.minLength(1),
  ),
  /** Private ES256 JWKs with `kid` and `activeFromMs`; all are published, the newest active one signs. */
  SIGNING_KEYS: v.pipe(
    parsedJson,
    v.array(
      v.looseObject({
        kid: v.string(),
        kty: v.literal('EC'),
        crv: v.literal('P-256'),
        x: v.string(),
        y: v.string(),
        d: v.string(),
        activeFromMs: v.number(),
      }),
    ),
    v.minLength(1),
  ),
  STRIPE_API_URL: v.optional(Url, 'https://api.stripe.com'),
  STRIPE_CONNECT_URL: v.optional(Url, 'https://connect.stripe.com'),
  STRIPE_TEST_SECRET_KEY: Secret,
  STRIPE_LIVE_SECRET_KEY: Secret,
  STRIPE_TEST_PUBLISHABLE_KEY: v.string(),
  STRIPE_LIVE_PUBLISHABLE_KEY: v.string(),
  STRIPE_TEST_CLIENT_ID: v.string(),
  STRIPE_LIVE_CLIENT_ID: v.string(),
  STRIPE_TEST_WEBHOOK_SECRET: Secret,
  STRIPE_LIVE_WEBHOOK_SECRET: Secret,
  STRIPE_TEST_CONNECT_WEBHOOK_SECRET: Secret,
  STRIPE_LIVE_CONNECT_WEBHOOK_SECRET: Secret,
  TURNSTILE_URL: v.optional(Url, 'https://challenges.cloudflare.com'),
  /** `allow` lets webhooks go to this machine, by http too. For laptops and tests only. */
  WEBHOOKS_TO_LOOPBACK: v.optional(v.picklist(['allow', 'refuse']), 'refuse'),
  /** `off` on an edge of one's own: live mode needs none of the platform's plans, nothing lapses. */
  PLATFORM_BILLING: v.optional(v.picklist(['required', 'off']), 'required'),
  /** How many customers test mode holds for a developer without a plan. */
  PLATFORM_TEST_CUSTOMERS: v.optional(
    v.pipe(v.string(), v.digits(), v.transform(Number), v.minValue(1)),
    '100',
  ),
  /** How many days a project works on after its developer's plan ended. */
  PLATFORM_GRACE_DAYS: days(LAPSE_TERMS.graceDays),
  /** How many days after that end it is erased. */
  PLATFORM_ERASE_DAYS: days(LAPSE_TERMS.eraseDays),
  CLERK_API_URL: v.optional(Url, 'https://api.clerk.com'),
  CLERK_TEST_FRONTEND_URL: Url,
  CLERK_TEST_PUBLISHABLE_KEY: v.string(),
  CLERK_TEST_SECRET_KEY: Secret,
  CLERK_TEST_WEBHOOK_SECRET: Secret,
  CLERK_LIVE_FRONTEND_URL: Url,
  CLERK_LIVE_PUBLISHABLE_KEY: v.string(),
  CLERK_LIVE_SECRET_KEY: Secret,
  CLERK_LIVE_WEBHOOK_SECRET: Secret,
  CLERK_PLATFORM_FRONTEND_URL: Url,
  CLERK_PLATFORM_PUBLISHABLE_KEY: v.string(),
  CLERK_PLATFORM_SECRET_KEY: Secret,
  CLERK_PLATFORM_WEBHOOK_SECRET: Secret,
});
