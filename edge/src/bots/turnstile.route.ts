import type { Turnstile } from '@dream/contract';
import { getTurnstile, putTurnstile, removeTurnstile } from '@dream/contract/bot-check';
import type { Hono } from 'hono';
import { sealSecret } from '../auth/tenant-secret.ts';
import type { Deps } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import { refuseLockOut } from '../projects/lock-out.ts';
import { managedEnvironment } from '../projects/managed.ts';
import { isTestKey, verifyTurnstile } from '../providers/turnstile/siteverify.ts';
import { SECRET_FIELD } from './bot-check.ts';
import type { TurnstileRecord } from './turnstile.rpc.ts';

/** Which Turnstile widget checks the visitors of an environment. */
export function turnstileRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, getTurnstile, async (call) => {
    const { project } = await managedEnvironment(call);
    const record = await project.turnstile().read();
    return { turnstile: record && shown(record) };
  });

  serve(app, deps, putTurnstile, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    refuseLockOut(call.principal, ref, 'turnstile');
    const { siteKey, secretKey } = call.body;
    if (ref.mode === 'live' && (isTestKey(secretKey) || isTestKey(siteKey)))
      throw new Fail('turnstile_key_invalid', { reason: 'A test key lets everybody in.' });
    // No visitor's token: the answer tells whether Cloudflare knows the key.
    const verdict = await verifyTurnstile(deps.config.turnstileUrl, secretKey, 'none', null);
    if (verdict === 'unknown_key')
      throw new Fail('turnstile_key_invalid', {
        reason: 'Cloudflare does not know this secret key.',
      });
    const record: TurnstileRecord = {
      siteKey,
      sealedSecretKey: await sealSecret(deps.config, ref, SECRET_FIELD, secretKey, deps.random(12)),
      secretKeyHint: secretKey.slice(-4),
      setAtMs: call.nowMs,
    };
    await project.turnstile().put(record, act);
    deps.environments.drop(ref);
    return { turnstile: shown(record) };
  });

  serve(app, deps, removeTurnstile, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    await project.turnstile().remove(act);
    deps.environments.drop(ref);
    return { turnstile: null };
  });
}

const shown = ({ siteKey, secretKeyHint, setAtMs }: TurnstileRecord): Turnstile => ({
  siteKey,
  secretKeyHint,
  setAtMs,
});
