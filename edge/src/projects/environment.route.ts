import {
  createKey,
  getSettings,
  listAudit,
  listKeys,
  getOrigins,
  putOrigins,
  revokeKey,
  rotateKey,
  updateSettings,
} from '@dream/contract/projects';
import type { Hono } from 'hono';
import { hashSecret, keyHint, publishableKey, secretKey } from '../auth/keys.ts';
import { readOrigin } from '../auth/origin.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { refuseLockOut } from './lock-out.ts';
import { managedEnvironment } from './managed.ts';

/** Keys, settings, origins and the audit log of one environment. */
export function environmentRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, createKey, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    const made = await newSecret(deps, ref);
    const key = unwrap(await project.access().addKey({ ...made.key, name: call.body.name }, act));
    deps.environments.drop(ref);
    return { key, secret: made.secret };
  });

  serve(app, deps, listKeys, async (call) => {
    const { ref, project } = await managedEnvironment(call);
    return {
      publishableKey: publishableKey(ref.projectId, ref.mode),
      keys: await project.access().listKeys(),
    };
  });

  serve(app, deps, rotateKey, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    const made = await newSecret(deps, ref);
    const oldExpiresAtMs = call.nowMs + call.body.overlapHours * 3_600_000;
    const key = unwrap(
      await project.access().rotateKey(call.param('key'), made.key, oldExpiresAtMs, act),
    );
    deps.environments.drop(ref);
    return { key, secret: made.secret };
  });

  serve(app, deps, revokeKey, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    const key = unwrap(await project.access().revokeKey(call.param('key'), act));
    deps.environments.drop(ref);
    return { key };
  });

  serve(app, deps, getSettings, async (call) => ({
    settings: (await managedEnvironment(call)).environment.settings,
  }));

  serve(app, deps, updateSettings, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    refuseLockOut(call.principal, ref, { emailCode: call.body.emailCode });
    const settings = unwrap(await project.access().updateSettings(call.body, act));
    deps.environments.drop(ref);
    return { settings };
  });

  serve(app, deps, getOrigins, async (call) => ({
    origins: [...(await managedEnvironment(call)).environment.origins],
  }));

  serve(app, deps, putOrigins, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    const origins = call.body.origins.map((text) => {
      const read = readOrigin(text);
      if ('reason' in read) throw new Fail('origin_invalid', { origin: text, ...read });
      return read.origin;
    });
    const from = call.c.req.header('origin') ?? null;
    refuseLockOut(call.principal, ref, { origins, from });
    const kept = unwrap(await project.access().putOrigins([...new Set(origins)], act));
    deps.environments.drop(ref);
    return { origins: kept };
  });

  serve(app, deps, listAudit, async (call) => {
    const { project } = await managedEnvironment(call);
    const { cursor } = call.query;
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) {
      throw new Fail('invalid_request', {
        issues: [{ path: 'cursor', message: 'Must be the nextCursor of a page before.' }],
      });
    }
    return project.access().audit(cursor ?? null);
  });
}

async function newSecret(deps: Deps, ref: EnvironmentRef) {
  const secret = secretKey(ref.projectId, ref.mode, deps.random(32));
  return {
    secret,
    key: { id: deps.newId('key_'), hash: await hashSecret(secret), hint: keyHint(secret) },
  };
}
