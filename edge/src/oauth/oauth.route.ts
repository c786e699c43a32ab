import { ERRORS, type ErrorCode } from '@dream/contract/errors';
import { beginOauth, oauthResult } from '@dream/contract/oauth';
import type { Context, Hono } from 'hono';
import { base32 } from '../auth/base32.ts';
import { hashSecret, parseKey } from '../auth/keys.ts';
import { originAllowed, originRefused, readOrigin } from '../auth/origin.ts';
import { environmentOf } from '../auth/principal.ts';
import { checkBot } from '../bots/bot-check.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, environmentPrincipal, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import type { Environment } from '../projects/access.rpc.ts';
import { addressOf, visitorOf } from '../sessions/address.ts';
import { gate } from '../sessions/gate.ts';
import { seal, unseal } from '../sessions/seal.ts';
import { beginSignIn, finishSignIn } from './clerk-oauth.client.ts';
import { enabledProviders } from './enabled-providers.client.ts';
import { callbackError } from './finding.ts';
import type { OauthAttempt, OauthEnd } from './oauth.rpc.ts';
import { landedPage, startPage, type WindowPage } from './pages.ts';
import { noWindowCookie, windowCookie, windowStateOf } from './window-cookie.ts';

/** Where Clerk sends every window back to: one address, for Clerk may ask to have it listed. */
const LANDED = '/oauth/landed';

/** Signing in at a provider, in a window of our own. */
export function oauthRoutes(app: Hono<AppEnv>, deps: Deps): void {
  const { publicUrl } = deps.config;

  // Nothing is asked of anybody: the same page for all.
  app.get('/oauth/start', (c) => answerPage(c, startPage(base32(deps.random(16)))));

  serve(app, deps, beginOauth, async ({ c, body, nowMs }) => {
    const request = c.req.raw;
    if (request.headers.get('origin') !== new URL(publicUrl).origin)
      throw new Fail('oauth_window_required');
    const { ref, environment } = await environmentOfPage(deps, body, nowMs);
    await gate(deps, 'oauth', visitorOf(request));
    await checkBot(deps, ref, environment, request, body.botCheck ?? null);
    const { url, ...kept } = await goToProvider(deps, ref, body, addressOf(request));
    const state = base32(deps.random(32));
    const attempt: OauthAttempt = {
      stateHash: await hashSecret(state),
      request: body.request,
      challenge: body.challenge,
      origin: body.origin,
      provider: body.provider,
      ...kept,
      begunAtMs: nowMs,
      trips: 1,
    };
    unwrap(await deps.project(ref).oauth().begin(attempt));
    c.header('Set-Cookie', windowCookie(publicUrl, body.pk, state));
    return { url };
  });

  app.get(LANDED, async (c) => {
    const nonce = base32(deps.random(16));
    try {
      const { attempt, step } = await land(deps, c);
      if ('url' in step) return c.redirect(step.url, 303);
      const words = 'error' in step ? failed(step.error) : SIGNED_IN;
      c.header('Set-Cookie', noWindowCookie(publicUrl));
      return answerPage(c, landedPage(nonce, words, attempt));
    } catch (error) {
      if (!(error instanceof Fail)) throw error;
      if (error.retryAfterSeconds !== undefined)
        c.header('Retry-After', String(error.retryAfterSeconds));
      return answerPage(c, landedPage(nonce, failed(error.code), null), ERRORS[error.code].status);
    }
  });

  serve(app, deps, oauthResult, async ({ c, body, principal, nowMs }) => {
    const { ref } = environmentPrincipal(principal);
    const origin = c.req.header('origin') ?? '';
    const challenge = await challengeOf(body.verifier);
    const end = unwrap(
      await deps.project(ref).oauth().collect(body.request, challenge, origin, nowMs),
    );
    if (end === null) return { status: 'pending' as const };
    if ('error' in end) throw new Fail(end.error);
    const token = await unseal(deps.config, ref, keptFor(body.request), end.sealedToken);
    if (token === null) throw new Fail('oauth_failed');
    const sealedToken = await seal(deps.config, ref, origin, token, deps.random(12));
    return { status: 'done' as const, sealedToken };
  });
}

const SIGNED_IN = { title: 'You are signed in', text: 'You can close this window.' };

const failed = (code: ErrorCode): { title: string; text: string } => ({
  title: ERRORS[code].title,
  text: 'Close this window and try again, or use another way in.',
});

/** The environment of a page that may begin with this provider. */
async function environmentOfPage(
  deps: Deps,
  { pk, origin, provider }: { pk: string; origin: string; provider: string },
  nowMs: number,
): Promise<{ ref: EnvironmentRef; environment: Environment }> {
  const key = parseKey(pk);
  if (key?.kind !== 'pk') throw new Fail('key_invalid');
  const ref: EnvironmentRef = { projectId: key.projectId, mode: key.mode };
  const environment = await environmentOf(deps, key, nowMs);
  const read = readOrigin(origin);
  const isOrigin = 'origin' in read && read.origin === origin && !origin.includes('*');
  if (!isOrigin || !originAllowed(origin, ref.mode, environment.origins))
    throw originRefused(origin, environment);
  const enabled = await enabledProviders(deps, ref, environment.settings.oauth, nowMs);
  if (!enabled.includes(provider)) throw new Fail('oauth_not_enabled', { enabled });
  return { ref, environment };
}

/** Whom a token is sealed for that waits in storage: no page, so a copy of it opens nothing. */
const keptFor = (request: string): string => `oauth:${request}`;

/** Begins a sign-in at Clerk: where the window goes, and what is kept until it is back. */
async function goToProvider(
  deps: Deps,
  ref: EnvironmentRef,
  given: { request: string; provider: string; email?: string | undefined },
  address: string,
): Promise<{ url: string; signInId: string; sealedToken: string }> {
  const { request, provider, email } = given;
  const redirectUrl = deps.config.publicUrl + LANDED;
  const trip = { provider, redirectUrl, email, address };
  const { url, signInId, token } = await beginSignIn(await deps.clerk.for(ref), trip);
  const sealedToken = await seal(deps.config, ref, keptFor(request), token, deps.random(12));
  return { url, signInId, sealedToken };
}

/** What comes after a landing: the end, or the provider once more. */
type Step = OauthEnd | { url: string };

/** Takes a window that comes back, once a trip, and leaves the end of it for the page. */
async function land(
  deps: Deps,
  c: Context<AppEnv>,
): Promise<{ attempt: OauthAttempt; step: Step }> {
  const request = c.req.raw;
  await gate(deps, 'address', visitorOf(request));
  const window = windowStateOf(deps.config.publicUrl, c.req.header('cookie'));
  if (!window) throw new Fail('oauth_expired');
  const ref: EnvironmentRef = { projectId: window.key.projectId, mode: window.key.mode };
  await environmentOf(deps, window.key, c.get('nowMs'));
  const stateHash = await hashSecret(window.state);
  const attempt = unwrap(await deps.project(ref).oauth().land(stateHash, c.get('nowMs')));
  const step = await stepAfter(deps, ref, attempt, c).catch((error: unknown) => {
    if (error instanceof Fail) return { error: 'oauth_failed' as const };
    throw error;
  });
  if (!('url' in step)) await deps.project(ref).oauth().settle(stateHash, step, deps.nowMs());
  return { attempt, step };
}

/**
 * By Clerk's word. What was proved is written down first. For an account that Clerk did not know,
 * the window goes to the provider once more: only then comes a nonce, and without one anybody could
 * send another person there and land in their place.
 */
async function stepAfter(
  deps: Deps,
  ref: EnvironmentRef,
  attempt: OauthAttempt,
  c: Context<AppEnv>,
): Promise<Step> {
  const query = new URL(c.req.url).searchParams;
  const error = callbackError(query);
  if (error) return { error };
  const { stateHash, trips } = attempt;
  const kept = keptFor(attempt.request);
  const token = await unseal(deps.config, ref, kept, attempt.sealedToken);
  if (token === null) return { error: 'oauth_failed' };
  const clerk = await deps.clerk.for(ref);
  const address = addressOf(c.req.raw);
  const begun = { signInId: attempt.signInId, provider: attempt.provider, token, address };
  const finished = await finishSignIn(clerk.app, begun, query.get('rotating_token_nonce'));
  if (finished.kind === 'ended') return { error: finished.error };
  if (finished.kind === 'made') {
    c.executionCtx.waitUntil(clerk.endSession(finished.clerkSessionId).catch(() => undefined));
    if (trips > 1) return { error: 'oauth_failed' };
    const hint = { ...attempt, email: finished.email ?? undefined };
    const { url, signInId, sealedToken } = await goToProvider(deps, ref, hint, address);
    await deps.project(ref).oauth().goAgain(stateHash, signInId, sealedToken);
    return { url };
  }
  const identity = deps.project(ref).identity();
  await identity.recordProof({ ...finished.proof, provedAtMs: deps.nowMs() });
  return { sealedToken: await seal(deps.config, ref, kept, finished.token, deps.random(12)) };
}

function answerPage(c: Context<AppEnv>, page: WindowPage, status = 200): Response {
  c.header('Content-Security-Policy', page.policy);
  c.header('X-Frame-Options', 'DENY');
  return c.html(page.html, status as 200);
}

/** SHA-256 of a verifier, as base64url: what its page gave at the start. */
async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
