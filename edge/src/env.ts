import type { Mode } from '@dream/contract/primitives';
import * as v from 'valibot';
import type { GateObject } from './gate/gate.object.ts';
import type { ProjectObject } from './project/project.object.ts';
import type { RequestsObject } from './requests/requests.object.ts';
import type { ShardObject } from './shard/shard.object.ts';
import type { LapseTerms } from './platform/standing.ts';
import { Variables } from './variables.ts';

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
  /** What was refused, by environment. */
  REQUESTS: DurableObjectNamespace<RequestsObject>;
  DIRECTORY: D1Database;
  /** What tenants upload, as it is served from the content domain. */
  FILES: R2Bucket;
  /** Decodes and encodes pictures, outside this process. */
  IMAGES: ImagesBinding;
}

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
  /** What developers owe the platform for their projects. */
  platform: { isBilled: boolean; testCustomers: number; terms: LapseTerms };
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
    platform: {
      isBilled: vars.PLATFORM_BILLING === 'required',
      testCustomers: vars.PLATFORM_TEST_CUSTOMERS,
      // Nobody is erased before they are stopped.
      terms: {
        graceDays: vars.PLATFORM_GRACE_DAYS,
        eraseDays: Math.max(vars.PLATFORM_ERASE_DAYS, vars.PLATFORM_GRACE_DAYS + 1),
      },
    },
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
