import { openSecret } from '../auth/tenant-secret.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import { log } from '../http/log.ts';
import type { Environment } from '../projects/access.rpc.ts';
import { verifyTurnstile } from '../providers/turnstile/siteverify.ts';
import { addressOf } from '../sessions/address.ts';

/** The header by which a page hands over the token its Turnstile widget gave it. */
export const TURNSTILE_HEADER = 'x-dream-turnstile';

/** What the secret key is sealed as. */
export const SECRET_FIELD = 'turnstile.secretKey';

/** Cloudflare's tokens have at most this many characters. */
const MAX_TOKEN = 2_048;

/**
 * Where an environment has a Turnstile widget, lets only those pass whom Cloudflare takes for people;
 * elsewhere everybody. A token is good for one call. It comes in a header, unless a form brought it.
 * Throws `bot_check_failed`, and `provider_unavailable` when Cloudflare does not answer: no answer is
 * no yes.
 */
export async function checkBot(
  deps: Deps,
  ref: EnvironmentRef,
  { turnstile }: Environment,
  request: Request,
  token: string | null = request.headers.get(TURNSTILE_HEADER),
): Promise<void> {
  if (turnstile === null) return;
  const { siteKey, sealedSecretKey } = turnstile;
  if (!token || token.length > MAX_TOKEN) throw new Fail('bot_check_failed', { siteKey });
  const secretKey = await openSecret(deps.config, ref, SECRET_FIELD, sealedSecretKey);
  const address = addressOf(request);
  const verdict = await verifyTurnstile(
    deps.config.turnstileUrl,
    secretKey,
    token,
    address === 'unknown' ? null : address,
  );
  if (verdict === 'unknown_key') {
    // It was rotated at Cloudflare and not here: the developer has to know, the visitor cannot help.
    log('error', { event: 'turnstile.key_unknown', projectId: ref.projectId, mode: ref.mode });
    throw new Fail('provider_unavailable');
  }
  if (verdict === 'failed') throw new Fail('bot_check_failed', { siteKey });
}
