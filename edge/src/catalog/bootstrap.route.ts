import { getBootstrap, health } from '@dream/contract/bootstrap';
import type { Hono } from 'hono';
import type { Deps } from '../deps.ts';
import { type AppEnv, environmentPrincipal, serve } from '../http/call.ts';
import { enabledProviders } from '../oauth/enabled-providers.client.ts';
import { lookOf } from './look.ts';
import { publicTiers } from './public-tier.ts';

/** The first data of a page, and the state of the bindings. */
export function bootstrapRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, getBootstrap, async (call) => {
    const { ref, environment } = environmentPrincipal(call.principal);
    const { settings } = environment;
    call.c.header('Cache-Control', 'public, max-age=10, stale-while-revalidate=60');
    // What a key opens must not be answered to another one by whatever keeps it.
    call.c.header('Vary', 'Authorization');
    return {
      mode: ref.mode,
      branding: {
        name: settings.displayName,
        logoUrl: settings.logoUrl,
        accentColor: settings.accentColor,
        look: lookOf(settings),
        locale: settings.locale,
        supportEmail: settings.supportEmail,
      },
      tiers: publicTiers(environment.tiers),
      signIn: {
        clerkPublishableKey: (await deps.clerk.for(ref)).app.publishableKey,
        emailCode: settings.emailCode,
        password: settings.password,
        oauth: await enabledProviders(deps, ref, settings.oauth, call.nowMs).catch(() => []),
        turnstileSiteKey: environment.turnstile?.siteKey ?? null,
      },
      sells: environment.sells,
    };
  });

  serve(app, deps, health, async (call) => {
    const probes: Record<string, Promise<unknown>> = {
      directory: deps.directory.prepare('SELECT 1').first(),
      objects: Promise.resolve(
        deps.project({ projectId: 'prj_dream', mode: 'live' }).access().environment(),
      ),
      files: deps.files.head('health'),
      gate: Promise.resolve(deps.gate('health').attempt([], call.nowMs)),
    };
    const states = await Promise.all(
      Object.entries(probes).map(
        async ([name, probe]) =>
          [
            name,
            await probe.then(
              () => 'ok' as const,
              () => 'failed' as const,
            ),
          ] as const,
      ),
    );
    const healthy = states.every(([, state]) => state === 'ok');
    return {
      status: healthy ? ('ok' as const) : ('degraded' as const),
      bindings: Object.fromEntries(states),
    };
  });
}
