import type {
  Client,
  EmailAddress,
  ExternalAccount,
  RedirectUrl,
  Session,
  SignInToken,
  User,
} from './entities.ts';
import { isLocked, lockSecondsLeft } from './lockout.ts';
import type { Scope } from './scope.ts';
import { settingsOf } from './settings.ts';

const AVATAR_URL = 'https://img.clerk.com/sandbox';

/** A user as the Backend API and webhooks show it (`User` of the Backend API's description). */
export function backendUser(scope: Scope, user: User): object {
  return {
    id: user.id,
    object: 'user',
    ...sharedUserFields(scope, user),
    locale: user.locale,
    private_metadata: user.privateMetadata,
    bypass_client_trust: user.bypassClientTrust,
    scim: null,
  };
}

/** The fields of a user that both APIs show alike. */
export function sharedUserFields(scope: Scope, user: User): object {
  return {
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: AVATAR_URL,
    profile_image_url: AVATAR_URL,
    has_image: false,
    primary_email_address_id: user.primaryEmailAddressId,
    primary_phone_number_id: null,
    primary_web3_wallet_id: null,
    password_enabled: user.passwordDigest !== null,
    two_factor_enabled: false,
    totp_enabled: false,
    backup_code_enabled: false,
    email_addresses: user.emailAddresses.map((email) => emailAddress(email, user)),
    phone_numbers: [],
    web3_wallets: [],
    passkeys: [],
    organization_memberships: [],
    external_accounts: user.externalAccounts.map(externalAccount),
    saml_accounts: [],
    enterprise_accounts: [],
    password_last_updated_at: user.passwordUpdatedAtMs,
    public_metadata: user.publicMetadata,
    unsafe_metadata: user.unsafeMetadata,
    external_id: user.externalId,
    last_sign_in_at: user.lastSignInAtMs,
    banned: user.banned,
    ...lockFields(scope, user),
    created_at: user.createdAtMs,
    updated_at: user.updatedAtMs,
    delete_self_enabled: user.deleteSelfEnabled,
    create_organization_enabled: false,
    last_active_at: user.lastActiveAtMs,
    mfa_enabled_at: null,
    mfa_disabled_at: null,
    legal_accepted_at: user.legalAcceptedAtMs,
  };
}

/** An e-mail address of a user; here every one is verified. */
export function emailAddress(email: EmailAddress, user: User): object {
  return {
    id: email.id,
    object: 'email_address',
    email_address: email.address,
    reserved: false,
    verification: {
      object: VERIFICATIONS[email.verifiedBy] ?? 'verification_from_oauth',
      status: 'verified',
      strategy: VERIFICATIONS[email.verifiedBy] ? email.verifiedBy : `from_${email.verifiedBy}`,
      attempts: email.verifiedBy === 'email_code' ? 1 : null,
      expire_at: email.verifiedBy === 'email_code' ? email.createdAtMs : null,
    },
    linked_to: user.externalAccounts
      .filter((account) => account.email === email.address)
      .map((account) => ({ type: account.strategy, id: account.identificationId })),
    matches_sso_connection: false,
    created_at: email.createdAtMs,
    updated_at: email.updatedAtMs,
  };
}

const VERIFICATIONS: Record<string, string> = {
  admin: 'verification_admin',
  email_code: 'verification_otp',
};

/** An account at a social provider. Its `object` is Clerk's, a special one for Google. */
function externalAccount(account: ExternalAccount): object {
  return {
    object: account.strategy === 'oauth_google' ? 'google_account' : 'external_account',
    id: account.id,
    provider: account.strategy,
    identification_id: account.identificationId,
    provider_user_id: account.subject,
    approved_scopes: 'email profile',
    email_address: account.email ?? '',
    email_address_verified: account.emailVerified,
    first_name: account.firstName,
    last_name: account.lastName,
    avatar_url: AVATAR_URL,
    image_url: AVATAR_URL,
    username: null,
    phone_number: null,
    public_metadata: {},
    label: null,
    created_at: account.createdAtMs,
    updated_at: account.updatedAtMs,
    verification: {
      object: 'verification_oauth',
      status: 'verified',
      strategy: account.strategy,
      attempts: null,
      expire_at: account.createdAtMs,
    },
  };
}

function lockFields(scope: Scope, user: User): object {
  const locked = isLocked(user, scope.nowMs());
  const { lockoutAttempts } = settingsOf(scope.instance);
  const left = lockoutAttempts === null ? null : Math.max(0, lockoutAttempts - user.failedAttempts);
  return {
    locked,
    lockout_expires_in_seconds: locked ? lockSecondsLeft(user, scope.nowMs()) : null,
    verification_attempts_remaining: locked ? 0 : left,
  };
}

/** A session as the Backend API and webhooks show it. */
export function backendSession(session: Session): object {
  return {
    object: 'session',
    id: session.id,
    user_id: session.userId,
    client_id: session.clientId,
    actor: null,
    status: session.status,
    last_active_organization_id: null,
    last_active_at: session.lastActiveAtMs,
    expire_at: session.expiresAtMs,
    abandon_at: session.abandonAtMs,
    created_at: session.createdAtMs,
    updated_at: session.updatedAtMs,
    tasks: null,
  };
}

/** A client as the Backend API shows it. */
export function backendClient(client: Client, sessions: Session[]): object {
  return {
    object: 'client',
    id: client.id,
    session_ids: sessions.map((session) => session.id),
    sessions: sessions.map(backendSession),
    sign_in_id: client.signInId,
    sign_up_id: client.signUpId,
    last_active_session_id: client.lastActiveSessionId,
    last_authentication_strategy: client.lastAuthenticationStrategy,
    created_at: client.createdAtMs,
    updated_at: client.updatedAtMs,
  };
}

/** A sign-in token; `token` and `url` are given only to whoever made it. */
export function backendSignInToken(
  token: SignInToken,
  issued: { token: string; url: string } | null = null,
): object {
  return {
    object: 'sign_in_token',
    id: token.id,
    user_id: token.userId,
    status: token.status,
    ...issued,
    created_at: token.createdAtMs,
    updated_at: token.updatedAtMs,
  };
}

/** An allow-listed redirect URL. */
export function backendRedirectUrl(redirectUrl: RedirectUrl): object {
  return {
    object: 'redirect_url',
    id: redirectUrl.id,
    url: redirectUrl.url,
    created_at: redirectUrl.createdAtMs,
    updated_at: redirectUrl.updatedAtMs,
  };
}

/** What is left of a deleted thing. */
export function deletedObject(object: string, id: string): object {
  return { object, id, deleted: true };
}
