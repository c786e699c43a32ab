import type { OwnClerkApp } from '@dream/contract';
import { deleteClerkApp, getClerkApp, putClerkApp } from '@dream/contract/clerk-app';
import type { Hono } from 'hono';
import { PLATFORM_PROJECT } from '../auth/keys.ts';
import { sealSecret } from '../auth/tenant-secret.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import type { KeptSecret, SealedClerkApp } from './clerk-app.ts';
import { managedEnvironment } from './managed.ts';

/** The Clerk application of an environment: the shared one, or the developer's own. */
export function clerkAppRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, getClerkApp, async (call) => {
    const { ref, environment } = await managedEnvironment(call);
    return { clerkApp: environment.clerkApp && shown(deps, ref, environment.clerkApp) };
  });

  serve(app, deps, putClerkApp, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    refusePlatform(ref);
    const { secretKey, webhookSecret } = call.body;
    const found = await deps.clerk.inspect(secretKey, ref.mode);
    const given: SealedClerkApp = {
      ...found,
      secretKey: await kept(deps, ref, 'clerk.secret_key', secretKey),
      webhookSecret:
        webhookSecret === undefined
          ? null
          : await kept(deps, ref, 'clerk.webhook_secret', webhookSecret),
      connectedAtMs: call.nowMs,
    };
    const { app: used, passwordsEnded } = await project.clerkApp().put(given, act);
    deps.environments.drop(ref);
    return { clerkApp: shown(deps, ref, used), passwordsEnded };
  });

  serve(app, deps, deleteClerkApp, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    refusePlatform(ref);
    const passwordsEnded = await project.clerkApp().drop(act);
    deps.environments.drop(ref);
    return { clerkApp: null, passwordsEnded };
  });
}

/** The platform's own application is a setting of the deployment. */
function refusePlatform(ref: EnvironmentRef): void {
  if (ref.projectId === PLATFORM_PROJECT) throw new Fail('platform_protected');
}

async function kept(
  deps: Deps,
  ref: EnvironmentRef,
  field: 'clerk.secret_key' | 'clerk.webhook_secret',
  secret: string,
): Promise<KeptSecret> {
  return {
    sealed: await sealSecret(deps.config, ref, field, secret, deps.random(12)),
    last4: secret.slice(-4),
  };
}

function shown(deps: Deps, { projectId, mode }: EnvironmentRef, app: SealedClerkApp): OwnClerkApp {
  return {
    instanceId: app.instanceId,
    host: new URL(app.frontendUrl).host,
    publishableKey: app.publishableKey,
    secretKeyLast4: app.secretKey.last4,
    webhookSecretLast4: app.webhookSecret?.last4 ?? null,
    webhookUrl: `${deps.config.publicUrl}/webhook/clerk/${projectId}/${mode}`,
    connectedAtMs: app.connectedAtMs,
  };
}
