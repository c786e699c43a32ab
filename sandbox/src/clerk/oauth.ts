import { ownerOf, updateClient } from './accounts.ts';
import { completeSignIn, completeSignUp } from './attempts.ts';
import type {
  Client,
  OAuthFlow,
  OAuthStrategy,
  OAuthVerification,
  ProviderAccount,
  SignIn,
  SignUp,
} from './entities.ts';
import { ClerkFault, faults } from './errors.ts';
import { linkAccount, provedByProvider, userOfAccount } from './external-accounts.ts';
import { newSecret } from './ids.ts';
import type { Scope } from './scope.ts';
import { OAUTH_PROVIDERS, settingsOf } from './settings.ts';

const FLOW_LIFETIME_MS = 10 * 60 * 1000;
/** How long a nonce of a callback URL gives the new client token. */
const NONCE_LIFETIME_MS = 60 * 1000;

/** Where a trip starts from, and where it is to end. */
export interface Trip {
  attempt: OAuthFlow['attempt'];
  attemptId: string;
  clientId: string;
  strategy: OAuthStrategy;
  redirectUrl: string;
  completeUrl: string;
  /** Whom the provider is told to expect. */
  loginHint: string | null;
}

/** Whether a strategy is one of the social kind, whatever the instance has switched on. */
export function isOAuth(strategy: string): strategy is OAuthStrategy {
  return Object.hasOwn(OAUTH_PROVIDERS, strategy);
}

/** The name of a provider as people know it. */
export function providerName(strategy: string): string {
  return OAUTH_PROVIDERS[strategy] ?? strategy;
}

/**
 * Starts a trip to a provider. Throws when the provider is off in the instance, or when a
 * redirect URL is not literally on its list (`/v1/redirect_urls` of the Backend API).
 */
export function startOAuth(scope: Scope, { loginHint, ...trip }: Trip): OAuthVerification {
  const { strategy } = trip;
  if (!settingsOf(scope.instance).oauthStrategies.includes(strategy)) {
    throw faults.oauthNotEnabled(providerName(strategy));
  }
  const listed = new Set(scope.redirectUrls.list().map(({ url }) => url));
  for (const url of [trip.redirectUrl, trip.completeUrl]) {
    if (!listed.has(url)) throw faults.redirectUrlMismatch(url);
  }
  const state = newSecret();
  const expiresAtMs = scope.nowMs() + FLOW_LIFETIME_MS;
  scope.oauthFlows.put({ ...trip, id: state, expiresAtMs });
  const authorizeUrl = authorizeUrlOf(scope, strategy, state, loginHint);
  return { strategy, status: 'unverified', authorizeUrl, error: null, account: null, expiresAtMs };
}

/** The sandbox's page of a provider, asked as an OAuth provider is asked. */
function authorizeUrlOf(
  scope: Scope,
  strategy: OAuthStrategy,
  state: string,
  loginHint: string | null,
): string {
  const url = new URL(`/provider/${strategy}/authorize`, scope.frontendUrl);
  url.search = new URLSearchParams({
    client_id: scope.instance.id,
    redirect_uri: `${scope.frontendUrl}/v1/oauth_callback`,
    response_type: 'code',
    scope: 'openid email profile',
    state,
    ...(loginHint !== null && { login_hint: loginHint }),
  }).toString();
  return url.toString();
}

/** What a provider sends back. */
interface Callback {
  state: string | null;
  code: string | null;
  error: string | null;
}

/**
 * Ends a trip and gives the URL that the visitor goes on to. A trip ends once. With a session
 * made, that URL carries `rotating_token_nonce`; without one, `__clerk_error_code` says why, and
 * the attempt says whether it can be transferred.
 */
export function endOAuth(scope: Scope, { state, code, error }: Callback): string {
  const flow = state ? scope.oauthFlows.get(state) : undefined;
  if (!flow || scope.nowMs() >= flow.expiresAtMs) throw faults.oauthCallbackInvalid();
  scope.oauthFlows.delete(flow.id);
  const client = scope.clients.get(flow.clientId);
  if (!client) throw faults.oauthCallbackInvalid();
  const grant = code ? scope.oauthGrants.get(code) : undefined;
  if (grant) scope.oauthGrants.delete(grant.id);
  const account = grant?.state === flow.id && !error ? grant.account : null;
  const landed = land(scope, flow, client, account);
  if (!landed.sessionId) {
    if (!landed.errorCode) return flow.redirectUrl;
    return withParams(flow.redirectUrl, {
      __clerk_status: 'failed',
      __clerk_error_code: landed.errorCode,
    });
  }
  const nonce = newSecret();
  const rotated = scope.clients.get(client.id) ?? client;
  const expiresAtMs = scope.nowMs() + NONCE_LIFETIME_MS;
  updateClient(scope, rotated, { rotation: { nonce, before: client.rotatingToken, expiresAtMs } });
  return withParams(flow.completeUrl, {
    created_session_id: landed.sessionId,
    rotating_token_nonce: nonce,
  });
}

function withParams(url: string, params: Record<string, string>): string {
  const target = new URL(url);
  for (const [name, value] of Object.entries(params)) target.searchParams.set(name, value);
  return target.toString();
}

/** How an attempt stands after its trip. */
interface Landed {
  sessionId: string | null;
  errorCode: string | null;
}

function land(
  scope: Scope,
  flow: OAuthFlow,
  client: Client,
  account: ProviderAccount | null,
): Landed {
  const back: OAuthVerification = {
    strategy: flow.strategy,
    status: 'verified',
    authorizeUrl: null,
    error: null,
    account,
    expiresAtMs: flow.expiresAtMs,
  };
  try {
    if (!account) throw faults.oauthAccessDenied(providerName(flow.strategy));
    return flow.attempt === 'sign_in'
      ? landSignIn(scope, flow, client, { ...back, account })
      : landSignUp(scope, flow, client, { ...back, account });
  } catch (error) {
    if (!(error instanceof ClerkFault)) throw error;
    keep(scope, flow, stopped(back, 'failed', error));
    return { sessionId: null, errorCode: error.code };
  }
}

type Returned = OAuthVerification & { account: ProviderAccount };

function landSignIn(scope: Scope, flow: OAuthFlow, client: Client, back: Returned): Landed {
  const signIn = scope.signIns.get(flow.attemptId);
  if (!signIn) throw faults.oauthCallbackInvalid();
  const user = userOfAccount(scope, back.account);
  if (!user) {
    refuseClaimedEmail(scope, back.account);
    return transferable(scope, flow, back, faults.externalAccountNotFound());
  }
  const proved: SignIn = { ...signIn, firstFactor: { kind: 'oauth', verification: back } };
  const done = signInWithAccount(scope, client, proved, back.account);
  return { sessionId: done.signIn.createdSessionId, errorCode: null };
}

function landSignUp(scope: Scope, flow: OAuthFlow, client: Client, back: Returned): Landed {
  const signUp = scope.signUps.get(flow.attemptId);
  if (!signUp) throw faults.oauthCallbackInvalid();
  if (userOfAccount(scope, back.account)) {
    return transferable(scope, flow, back, faults.externalAccountExists());
  }
  refuseClaimedEmail(scope, back.account);
  const done = signUpWithAccount(scope, client, signUp, back);
  return { sessionId: done.signUp.createdSessionId, errorCode: null };
}

/** An e-mail that the provider has not verified must not lead to the user who has it. */
function refuseClaimedEmail(scope: Scope, account: ProviderAccount): void {
  if (account.email && ownerOf(scope, `email:${account.email}`)) {
    throw faults.oauthIdentificationClaimed();
  }
}

function transferable(scope: Scope, flow: OAuthFlow, back: Returned, why: ClerkFault): Landed {
  keep(scope, flow, stopped(back, 'transferable', why));
  return { sessionId: null, errorCode: why.code };
}

function stopped(
  back: OAuthVerification,
  status: 'failed' | 'transferable',
  { code, message, longMessage }: ClerkFault,
): OAuthVerification {
  return { ...back, status, error: { code, message, longMessage } };
}

function keep(scope: Scope, flow: OAuthFlow, verification: OAuthVerification): void {
  const signIn = scope.signIns.get(flow.attemptId);
  if (signIn) scope.signIns.put({ ...signIn, firstFactor: { kind: 'oauth', verification } });
  const signUp = scope.signUps.get(flow.attemptId);
  if (signUp) scope.signUps.put({ ...signUp, externalAccount: verification });
}

/** Signs in the user of an account, and links the account if only its e-mail led there. */
export function signInWithAccount(
  scope: Scope,
  client: Client,
  signIn: SignIn,
  account: ProviderAccount,
): { client: Client; signIn: SignIn } {
  const user = userOfAccount(scope, account);
  if (!user) throw faults.externalAccountNotFound();
  const done = completeSignIn(scope, client, signIn, user, account.strategy);
  linkAccount(scope, scope.users.get(user.id) ?? user, account);
  return done;
}

/**
 * Gives a sign-up what the provider knows. It completes with an e-mail that the provider has
 * verified; any other has to be proved by code first.
 */
export function signUpWithAccount(
  scope: Scope,
  client: Client,
  signUp: SignUp,
  back: Returned,
): { client: Client; signUp: SignUp } {
  const { account } = back;
  const filled = scope.signUps.put({
    ...signUp,
    externalAccount: back,
    emailAddress: account.email ?? signUp.emailAddress,
    emailVerification: account.email ? null : signUp.emailVerification,
    firstName: signUp.firstName ?? (account.firstName || null),
    lastName: signUp.lastName ?? (account.lastName || null),
  });
  const proved = provedByProvider(filled) || filled.emailVerification?.status === 'verified';
  return proved
    ? completeSignUp(scope, client, filled, account.strategy)
    : { client, signUp: filled };
}
