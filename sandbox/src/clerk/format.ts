import { activeSessions, currentSession, trustOf } from './accounts.ts';
import type {
  Client,
  FirstFactor,
  OAuthVerification,
  Session,
  SignIn,
  SignUp,
  User,
  Verification,
} from './entities.ts';
import { sharedUserFields } from './format-backend.ts';
import { settingsOf } from './settings.ts';
import { provedByProvider } from './external-accounts.ts';
import type { Scope } from './scope.ts';
import { sessionToken } from './tokens.ts';

/** What a sign-up must have, and may have, in every instance of the sandbox. */
const SIGN_UP_FIELDS = {
  required: ['email_address'],
  optional: ['username', 'password', 'first_name', 'last_name'],
};

/** A client as the Frontend API shows it, with its active sessions and open attempts. */
export function clientJson(scope: Scope, client: Client): object {
  const signUp = client.signUpId ? scope.signUps.get(client.signUpId) : undefined;
  const signIn = client.signInId ? scope.signIns.get(client.signInId) : undefined;
  return {
    object: 'client',
    id: client.id,
    sessions: activeSessions(scope, client.id).map((session) => sessionJson(scope, session)),
    sign_in: signIn ? signInJson(scope, signIn) : null,
    sign_up: signUp ? signUpJson(scope, signUp) : null,
    last_active_session_id: client.lastActiveSessionId,
    last_authentication_strategy: client.lastAuthenticationStrategy,
    cookie_expires_at: null,
    captcha_bypass: false,
    created_at: client.createdAtMs,
    updated_at: client.updatedAtMs,
  };
}

/** A session as the Frontend API shows it; an active one carries a fresh token. */
export function sessionJson(scope: Scope, stored: Session): object {
  const session = currentSession(stored, scope.nowMs());
  const user = scope.users.get(session.userId);
  return {
    object: 'session',
    id: session.id,
    status: session.status,
    expire_at: session.expiresAtMs,
    abandon_at: session.abandonAtMs,
    last_active_at: session.lastActiveAtMs,
    last_active_organization_id: null,
    last_active_token:
      session.status === 'active' ? { object: 'token', jwt: jwtOf(scope, session) } : null,
    actor: null,
    tasks: null,
    factor_verification_age: [factorAge(scope, session), -1],
    user: user ? userJson(scope, user) : null,
    public_user_data: user ? publicUserData(user) : null,
    created_at: session.createdAtMs,
    updated_at: session.updatedAtMs,
  };
}

/** A session token made now. */
export function jwtOf(scope: Scope, session: Session, lifetimeSeconds?: number): string {
  return sessionToken(
    scope.instance,
    session,
    scope.frontendUrl,
    factorAge(scope, session),
    lifetimeSeconds,
  );
}

function factorAge(scope: Scope, session: Session): number {
  return Math.floor((scope.nowMs() - session.provedAtMs) / 60_000);
}

/** A user as the Frontend API shows it: without private metadata. */
export function userJson(scope: Scope, user: User): object {
  return {
    id: user.id,
    object: 'user',
    ...sharedUserFields(scope, user),
    create_organizations_limit: 0,
  };
}

function publicUserData(user: User): object {
  const primary = user.emailAddresses.find((email) => email.id === user.primaryEmailAddressId);
  return {
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: 'https://img.clerk.com/sandbox',
    profile_image_url: 'https://img.clerk.com/sandbox',
    has_image: false,
    identifier: primary?.address ?? user.username ?? '',
    user_id: user.id,
    username: user.username,
    banned: user.banned,
  };
}

/** A sign-up as the Frontend API shows it. */
export function signUpJson(scope: Scope, signUp: SignUp): object {
  const verification = signUp.emailVerification;
  const verified = verification?.status === 'verified' || provedByProvider(signUp);
  const optional = settingsOf(scope.instance).password
    ? SIGN_UP_FIELDS.optional
    : SIGN_UP_FIELDS.optional.filter((field) => field !== 'password');
  return {
    object: 'sign_up_attempt',
    id: signUp.id,
    status: signUp.status,
    required_fields: SIGN_UP_FIELDS.required,
    optional_fields: optional,
    missing_fields: signUp.emailAddress ? [] : ['email_address'],
    unverified_fields: signUp.emailAddress && !verified ? ['email_address'] : [],
    verifications: {
      email_address: signUp.emailAddress ? signUpVerification(scope, signUp, verification) : null,
      phone_number: null,
      web3_wallet: null,
      external_account: signUp.externalAccount ? oauthJson(signUp.externalAccount) : null,
    },
    username: signUp.username,
    email_address: signUp.emailAddress,
    phone_number: null,
    web3_wallet: null,
    password_enabled: signUp.passwordDigest !== null,
    has_password: signUp.passwordDigest !== null,
    first_name: signUp.firstName,
    last_name: signUp.lastName,
    unsafe_metadata: signUp.unsafeMetadata,
    public_metadata: {},
    custom_action: false,
    external_id: null,
    created_session_id: signUp.createdSessionId,
    created_user_id: signUp.createdUserId,
    abandon_at: signUp.abandonAtMs,
    legal_accepted_at: signUp.legalAcceptedAtMs,
  };
}

function signUpVerification(
  scope: Scope,
  signUp: SignUp,
  verification: Verification | null,
): object {
  if (provedByProvider(signUp)) {
    return {
      object: 'verification_from_oauth',
      status: 'verified',
      strategy: `from_${signUp.externalAccount?.strategy}`,
      attempts: null,
      expire_at: null,
      next_action: '',
      supported_strategies: ['email_code'],
    };
  }
  const state = verification
    ? otpJson(verification, scope.nowMs())
    : {
        object: 'verification_otp',
        status: 'unverified',
        strategy: 'email_code',
        attempts: null,
        expire_at: signUp.abandonAtMs,
      };
  const action = { unverified: 'needs_attempt', verified: '' } as Record<string, string>;
  const status = (state as { status: string }).status;
  return {
    ...state,
    next_action: verification ? (action[status] ?? 'needs_prepare') : 'needs_prepare',
    supported_strategies: ['email_code'],
  };
}

/** A trip to a social provider; `error` is an error as the Frontend API lists them. */
function oauthJson(verification: OAuthVerification): object {
  const { status, strategy, authorizeUrl, error, expiresAtMs } = verification;
  return {
    object: 'verification_oauth',
    status,
    strategy,
    external_verification_redirect_url: authorizeUrl,
    error: error && {
      message: error.message,
      long_message: error.longMessage,
      code: error.code,
      meta: {},
    },
    attempts: null,
    expire_at: expiresAtMs,
  };
}

function otpJson(verification: Verification, nowMs: number): object {
  const late = verification.status === 'unverified' && nowMs >= verification.expiresAtMs;
  return {
    object: 'verification_otp',
    status: late ? 'expired' : verification.status,
    strategy: verification.strategy,
    attempts: verification.attempts,
    expire_at: verification.expiresAtMs,
  };
}

/** A sign-in as the Frontend API shows it. */
export function signInJson(scope: Scope, signIn: SignIn): object {
  const user = signIn.userId ? (scope.users.get(signIn.userId) ?? null) : null;
  return {
    object: 'sign_in_attempt',
    id: signIn.id,
    status: signIn.status,
    supported_identifiers: ['email_address', 'username'],
    supported_first_factors: user ? firstFactorsOf(scope, user, signIn.identifier) : null,
    supported_second_factors:
      user && signIn.status === 'needs_client_trust' ? codesOf(user, 'email_code') : null,
    first_factor_verification: signIn.firstFactor
      ? firstFactorJson(signIn.firstFactor, scope.nowMs())
      : null,
    second_factor_verification: signIn.deviceVerification
      ? otpJson(signIn.deviceVerification, scope.nowMs())
      : null,
    identifier: signIn.identifier,
    user_data: user
      ? {
          first_name: user.firstName,
          last_name: user.lastName,
          image_url: 'https://img.clerk.com/sandbox',
          profile_image_url: 'https://img.clerk.com/sandbox',
          has_image: false,
        }
      : null,
    created_session_id: signIn.createdSessionId,
    abandon_at: signIn.abandonAtMs,
    client_trust_state: user ? trustOf(scope, signIn.clientId, user) : 'pending',
  };
}

function firstFactorJson(factor: FirstFactor, nowMs: number): object {
  if (factor.kind === 'code') return otpJson(factor.verification, nowMs);
  if (factor.kind === 'oauth') return oauthJson(factor.verification);
  if (factor.kind === 'ticket') {
    return {
      object: 'verification_ticket',
      status: 'verified',
      strategy: 'ticket',
      attempts: null,
      expire_at: null,
    };
  }
  return {
    object: 'verification_password',
    status: factor.verified ? 'verified' : 'unverified',
    strategy: 'password',
    attempts: factor.verified ? 1 : null,
    expire_at: null,
  };
}

/** The ways a user can prove a first factor, given how the sign-in named the user. */
function firstFactorsOf(scope: Scope, user: User, identifier: string | null): object[] {
  const withPassword = user.passwordDigest !== null && settingsOf(scope.instance).password;
  const password = withPassword ? [{ strategy: 'password' }] : [];
  const reset = withPassword ? codesOf(user, 'reset_password_email_code', identifier) : [];
  const accounts = new Set(user.externalAccounts.map((account) => account.strategy));
  const social = [...accounts].map((strategy) => ({ strategy }));
  return [...password, ...codesOf(user, 'email_code', identifier), ...reset, ...social];
}

/** The addresses of a user a code can go to; all but the one the visitor typed are masked. */
function codesOf(user: User, strategy: string, identifier: string | null = null): object[] {
  return user.emailAddresses.map((email) => ({
    strategy,
    email_address_id: email.id,
    safe_identifier: email.address === identifier ? email.address : masked(email.address),
    primary: email.id === user.primaryEmailAddressId,
  }));
}

function masked(address: string): string {
  const [local = '', domain = ''] = address.split('@');
  return `${local.slice(0, 1)}*****@${domain.slice(0, 1)}*****`;
}
