import type { ClerkKeys } from '../env.ts';
import { Fail } from '../http/fail.ts';
import type { ClerkClient } from '../providers/clerk/apps.ts';
import { askClerk } from '../sessions/clerk-request.client.ts';
import { type Finding, type OauthProof, signInFinding, signUpFinding } from './finding.ts';
import type { OauthError } from './oauth.rpc.ts';
import { providerUrl } from './provider-url.ts';

/** A sign-in begun at Clerk: where to send the window, and the token of the client it belongs to. */
export interface BegunSignIn {
  signInId: string;
  url: string;
  token: string;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/**
 * Begins a sign-in in a client of its own. Clerk wants the address it comes back to on a list: where
 * it is not, it is put there. Throws `provider_refused` or `provider_unavailable`.
 */
export async function beginSignIn(
  clerk: ClerkClient,
  given: { provider: string; redirectUrl: string; email: string | undefined; address: string },
): Promise<BegunSignIn> {
  const first = await askToBegin(clerk.app, given);
  if (!('reason' in first)) return first;
  if (!NOT_LISTED.test(first.reason)) throw new Fail('provider_refused', first);
  await clerk.listRedirectUrl(given.redirectUrl);
  const second = await askToBegin(clerk.app, given);
  if ('reason' in second) throw new Fail('provider_refused', second);
  return second;
}

/** Clerk writes it with one s too many. */
const NOT_LISTED = /^resource_miss?match$/;

async function askToBegin(
  app: ClerkKeys,
  given: { provider: string; redirectUrl: string; email: string | undefined; address: string },
): Promise<BegunSignIn | { reason: string }> {
  const form = new URLSearchParams({
    strategy: `oauth_${given.provider}`,
    redirect_url: given.redirectUrl,
    action_complete_redirect_url: given.redirectUrl,
  });
  if (given.email !== undefined) form.set('oidc_login_hint', given.email);
  const answer = await askClerk(app, {
    method: 'POST',
    path: '/v1/client/sign_ins',
    search: '?_is_native=1',
    token: null,
    body: form.toString(),
    headers: FORM,
    address: given.address,
  });
  if (answer.status === 429) throw new Fail('provider_unavailable');
  const body = await bodyOf(answer);
  if (!answer.ok) return { reason: reasonIn(body) };
  const { response } = body as {
    response?: {
      id?: string;
      first_factor_verification?: { external_verification_redirect_url?: unknown } | null;
    };
  };
  const text = response?.first_factor_verification?.external_verification_redirect_url;
  const url = providerUrl(text, app.frontendUrl);
  const token = answer.headers.get('authorization');
  if (!response?.id || !token || url === null) return { reason: 'no_provider_url' };
  return { signInId: response.id, url, token };
}

/** How a sign-in stands whose window came back. */
export type FinishedSignIn =
  | { kind: 'proved'; proof: OauthProof; token: string }
  /** Clerk knows the account only since now. Nothing says yet that it is of whoever came back. */
  | { kind: 'made'; clerkSessionId: string; email: string | null }
  | { kind: 'ended'; error: OauthError };

/**
 * Asks Clerk how a sign-in ended whose window came back with `nonce`. Only with the nonce, which
 * Clerk gives to the browser that was at the provider, does it prove anything. There is none when
 * nobody has the account yet: then the account is made. Throws `provider_unavailable`.
 */
export async function finishSignIn(
  app: ClerkKeys,
  begun: { signInId: string; provider: string; token: string; address: string },
  nonce: string | null,
): Promise<FinishedSignIn> {
  const { provider, signInId, address } = begun;
  let { token } = begun;
  const ask = async (method: string, path: string, more: object = {}): Promise<unknown> => {
    const search = `?${new URLSearchParams({ _is_native: '1', ...more })}`;
    const sent = method === 'POST' ? { body: 'transfer=true', headers: FORM } : {};
    const answer = await askClerk(app, { method, path, search, token, address, ...sent });
    token = answer.headers.get('authorization') ?? token;
    return answer.ok ? bodyOf(answer) : null;
  };
  const path = `/v1/client/sign_ins/${encodeURIComponent(signInId)}`;
  const shown = await ask('GET', path, nonce === null ? {} : { rotating_token_nonce: nonce });
  const found = signInFinding(shown, signInId, provider);
  if ('proof' in found && nonce !== null) return { kind: 'proved', proof: found.proof, token };
  if (!('next' in found)) return ended(found);
  const made = await transfer(ask, provider);
  if (!('proof' in made)) return ended(made);
  const { clerkSessionId, email } = made.proof;
  return { kind: 'made', clerkSessionId, email };
}

const ended = (finding: Finding): FinishedSignIn => ({
  kind: 'ended',
  error: 'error' in finding ? finding.error : 'oauth_failed',
});

/** Goes on as a sign-up; as a sign-in again, when somebody was faster. */
async function transfer(
  ask: (method: string, path: string) => Promise<unknown>,
  provider: string,
): Promise<Finding> {
  const signUp = signUpFinding(await ask('POST', '/v1/client/sign_ups'), provider);
  return 'next' in signUp
    ? signInFinding(await ask('POST', '/v1/client/sign_ins'), null, provider)
    : signUp;
}

async function bodyOf(answer: Response): Promise<unknown> {
  return answer.json().catch(() => {
    throw new Fail('provider_unavailable');
  });
}

function reasonIn(body: unknown): string {
  const { errors } = body as { errors?: readonly { code?: string }[] };
  return errors?.[0]?.code ?? 'unknown';
}
