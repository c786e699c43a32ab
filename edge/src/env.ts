import { Email, type Mode } from '@dream/contract/primitives';
import * as v from 'valibot';
import type { GateObject } from './gate/gate.object.ts';
import type { ProjectObject } from './project/project.object.ts';
import type { ShardObject } from './shard/shard.object.ts';

declare global {
  namespace Cloudflare {
    /** Types `ctx.exports`: what this Worker exports, as its own objects may call it. */
    interface GlobalProps {
      mainModule: typeof import('./index.ts');
    }
  }
}

/** What the platform gives the Worker: objects, the directory, and settings as text. */
export interface Bindings {
  PROJECT: DurableObjectNamespace<ProjectObject>;
  SHARD: DurableObjectNamespace<ShardObject>;
  GATE: DurableObjectNamespace<GateObject>;
  DIRECTORY: D1Database;
  /** What tenants upload, as it is served from the content domain. */
  FILES: R2Bucket;
  /** Decodes and encodes pictures, outside this process. */
  IMAGES: ImagesBinding;
}

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

const Variables = v.object({
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

/** What it takes to use a Clerk application. */
export interface ClerkKeys {
  frontendUrl: string;
  publishableKey: string;
  secretKey: string;
}

/** A Clerk application of the deployment. */
export interface ClerkApp extends ClerkKeys {
  webhookSecret: string;
}

/** What the edge knows of Stripe in one mode. */
export interface StripeAccess {
  secretKey: string;
  /** For Stripe.js in a page. */
  publishableKey: string;
  clientId: string;
  /** Verifies events of the platform's own account. */
  webhookSecret: string;
  /** Verifies events of connected accounts. */
  connectWebhookSecret: string;
}

/** The deployment's settings, checked. */
export interface Config {
  publicUrl: string;
  /** Origin of what tenants upload. Its host is another than that of `publicUrl`. */
  contentUrl: string;
  operatorSecret: string;
  operatorEmails: readonly string[];
  masterKeys: readonly { id: string; key: Uint8Array<ArrayBuffer> }[];
  signingKeys: readonly (JsonWebKey & { kid: string; activeFromMs: number })[];
  stripe: { apiUrl: string; connectUrl: string } & Record<Mode, StripeAccess>;
  clerk: { apiUrl: string; platform: ClerkApp } & Record<Mode, ClerkApp>;
  /** Where tokens of Cloudflare Turnstile are checked. */
  turnstileUrl: string;
  /** Whether webhooks may go to this machine, by http too. */
  webhooksToLoopback: boolean;
}

/** Parses the settings once; a wrong one stops the boot with its name and the reason. */
export function parseConfig(env: object): Config {
  const parsed = v.safeParse(Variables, env);
  if (!parsed.success) {
    const faults = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? '?'}: ${issue.message}`);
    throw new Error(`The settings of the edge are not complete:\n${faults.join('\n')}`);
  }
  const vars = parsed.output;
  if (new URL(vars.CONTENT_URL).host === new URL(vars.PUBLIC_URL).host)
    throw new Error('CONTENT_URL: must be on another host than PUBLIC_URL');
  return {
    publicUrl: vars.PUBLIC_URL,
    contentUrl: vars.CONTENT_URL,
    operatorSecret: vars.OPERATOR_SECRET,
    operatorEmails: vars.OPERATOR_EMAILS,
    masterKeys: vars.MASTER_KEYS.map(({ id, key }) => ({
      id,
      key: Uint8Array.from(atob(key), (c) => c.charCodeAt(0)),
    })),
    signingKeys: vars.SIGNING_KEYS,
    stripe: {
      apiUrl: vars.STRIPE_API_URL,
      connectUrl: vars.STRIPE_CONNECT_URL,
      test: {
        secretKey: vars.STRIPE_TEST_SECRET_KEY,
        publishableKey: vars.STRIPE_TEST_PUBLISHABLE_KEY,
        clientId: vars.STRIPE_TEST_CLIENT_ID,
        webhookSecret: vars.STRIPE_TEST_WEBHOOK_SECRET,
        connectWebhookSecret: vars.STRIPE_TEST_CONNECT_WEBHOOK_SECRET,
      },
      live: {
        secretKey: vars.STRIPE_LIVE_SECRET_KEY,
        publishableKey: vars.STRIPE_LIVE_PUBLISHABLE_KEY,
        clientId: vars.STRIPE_LIVE_CLIENT_ID,
        webhookSecret: vars.STRIPE_LIVE_WEBHOOK_SECRET,
        connectWebhookSecret: vars.STRIPE_LIVE_CONNECT_WEBHOOK_SECRET,
      },
    },
    clerk: {
      apiUrl: vars.CLERK_API_URL,
      test: clerkApp(vars, 'TEST'),
      live: clerkApp(vars, 'LIVE'),
      platform: clerkApp(vars, 'PLATFORM'),
    },
    turnstileUrl: vars.TURNSTILE_URL,
    webhooksToLoopback: vars.WEBHOOKS_TO_LOOPBACK === 'allow',
  };
}

function clerkApp(
  vars: v.InferOutput<typeof Variables>,
  app: 'TEST' | 'LIVE' | 'PLATFORM',
): ClerkApp {
  return {
    frontendUrl: vars[`CLERK_${app}_FRONTEND_URL`],
    publishableKey: vars[`CLERK_${app}_PUBLISHABLE_KEY`],
    secretKey: vars[`CLERK_${app}_SECRET_KEY`],
    webhookSecret: vars[`CLERK_${app}_WEBHOOK_SECRET`],
  };
}
