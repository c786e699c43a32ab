/**
 * What the stand-in remembers, in our own shapes. `format.ts` turns these into Clerk's JSON;
 * nothing else does. Times are milliseconds since the epoch, as on Clerk's wire.
 */

import type { InstanceSettings } from './settings.ts';

/** One Clerk application in one mode. Its id is `<mode>_<name>`, as in its secret key. */
export interface Instance {
  id: string;
  mode: 'test' | 'live';
  /** Clerk's own id, `ins_…`: the `kid` of its key and `instance_id` in its events. */
  clerkId: string;
  /** PKCS#8 PEM of the RSA key that signs session and client tokens. */
  privateKeyPem: string;
  /** What its owner changed from the defaults; `settingsOf` gives the whole. */
  settings: Partial<InstanceSettings>;
  createdAtMs: number;
}

/** Why an e-mail address counts as verified: a code, a social provider, or the Backend API. */
export interface EmailAddress {
  id: string;
  address: string;
  verifiedBy: 'email_code' | 'admin' | OAuthStrategy;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A social provider as Clerk names it, such as `oauth_google`. */
export type OAuthStrategy = `oauth_${string}`;

/** What a social provider says of the person who signed in there. */
export interface ProviderAccount {
  strategy: OAuthStrategy;
  /** The provider's own id of the account, which outlives a change of its e-mail. */
  subject: string;
  email: string | null;
  emailVerified: boolean;
  firstName: string;
  lastName: string;
}

/** An account at a social provider that signs a user in. */
export interface ExternalAccount extends ProviderAccount {
  id: string;
  identificationId: string;
  createdAtMs: number;
  updatedAtMs: number;
}

/** Free-form JSON that an application hangs on a user. */
export type Metadata = Record<string, unknown>;

/** A user of one instance. A user may lack an e-mail, a username or a password. */
export interface User {
  id: string;
  username: string | null;
  firstName: string | null;
  lastName: string | null;
  locale: string | null;
  externalId: string | null;
  emailAddresses: EmailAddress[];
  externalAccounts: ExternalAccount[];
  primaryEmailAddressId: string | null;
  passwordDigest: string | null;
  passwordUpdatedAtMs: number | null;
  publicMetadata: Metadata;
  privateMetadata: Metadata;
  unsafeMetadata: Metadata;
  banned: boolean;
  locked: boolean;
  /** When the lock ends by itself; null is never, or no lock. */
  lockExpiresAtMs: number | null;
  /** Wrong passwords and codes since the last sign-in. */
  failedAttempts: number;
  deleteSelfEnabled: boolean;
  bypassClientTrust: boolean;
  lastSignInAtMs: number | null;
  lastActiveAtMs: number | null;
  legalAcceptedAtMs: number | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/**
 * An identifier in use; the id is `email:<address>`, `username:<name>`, `external:<id>` or
 * `oauth_<provider>:<subject>`.
 */
export interface Claim {
  id: string;
  userId: string;
}

/** One device or browser. Whoever holds a token with its current `rotatingToken` is it. */
export interface Client {
  id: string;
  rotatingToken: string;
  /** Lets the holder of the token before a callback take over the new one, once. */
  rotation: { nonce: string; before: string; expiresAtMs: number } | null;
  signUpId: string | null;
  signInId: string | null;
  lastActiveSessionId: string | null;
  lastAuthenticationStrategy: string | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A session's life: `active`, then one of the ends. `expired` is never stored, it is computed. */
export type SessionStatus = 'active' | 'ended' | 'removed' | 'revoked' | 'expired';

/** A signed-in user on one client. */
export interface Session {
  id: string;
  userId: string;
  clientId: string;
  status: SessionStatus;
  /** When the first factor was proved, for `factor_verification_age`. */
  provedAtMs: number;
  lastActiveAtMs: number;
  expiresAtMs: number;
  abandonAtMs: number;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A one-time code on its way, or what became of it. */
export interface Verification {
  strategy: 'email_code' | 'reset_password_email_code';
  status: 'unverified' | 'verified' | 'failed' | 'expired';
  code: string;
  attempts: number;
  expiresAtMs: number;
}

/** A trip to a social provider, or what became of it. */
export interface OAuthVerification {
  strategy: OAuthStrategy;
  status: 'unverified' | 'verified' | 'failed' | 'transferable';
  /** Where the visitor goes to sign in at the provider; null once back. */
  authorizeUrl: string | null;
  error: { code: string; message: string; longMessage: string } | null;
  account: ProviderAccount | null;
  expiresAtMs: number;
}

/** A trip that has not come back; the id is the `state` it travels with. */
export interface OAuthFlow {
  id: string;
  attempt: 'sign_in' | 'sign_up';
  attemptId: string;
  clientId: string;
  strategy: OAuthStrategy;
  redirectUrl: string;
  completeUrl: string;
  expiresAtMs: number;
}

/** What a provider gave out for a `code`, until the callback fetches it. */
export interface OAuthGrant {
  id: string;
  state: string;
  account: ProviderAccount;
}

/** A sign-up under way on one client. */
export interface SignUp {
  id: string;
  clientId: string;
  status: 'missing_requirements' | 'complete';
  emailAddress: string | null;
  emailVerification: Verification | null;
  externalAccount: OAuthVerification | null;
  username: string | null;
  firstName: string | null;
  lastName: string | null;
  passwordDigest: string | null;
  unsafeMetadata: Metadata;
  legalAcceptedAtMs: number | null;
  createdUserId: string | null;
  createdSessionId: string | null;
  createdAtMs: number;
  abandonAtMs: number;
}

/** How the first factor of a sign-in was or is being proved. */
export type FirstFactor =
  | { kind: 'code'; verification: Verification }
  | { kind: 'password'; verified: boolean }
  | { kind: 'oauth'; verification: OAuthVerification }
  | { kind: 'ticket' };

/** A sign-in under way on one client. */
export interface SignIn {
  id: string;
  clientId: string;
  status:
    | 'needs_identifier'
    | 'needs_first_factor'
    | 'needs_client_trust'
    | 'needs_new_password'
    | 'complete';
  identifier: string | null;
  userId: string | null;
  firstFactor: FirstFactor | null;
  /** The code that Device Trust asks for after a password. */
  deviceVerification: Verification | null;
  createdSessionId: string | null;
  createdAtMs: number;
  abandonAtMs: number;
}

/** An e-mail that a real Clerk would have sent; the inbox page shows it. */
export interface Letter {
  id: string;
  to: string;
  code: string;
  purpose: 'sign_up' | 'sign_in' | 'reset_password';
  sentAtMs: number;
}

/** A ticket made by the Backend API that signs its user in once. */
export interface SignInToken {
  id: string;
  userId: string;
  status: 'pending' | 'accepted' | 'revoked';
  expiresAtMs: number;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A redirect URL on an instance's allow-list. */
export interface RedirectUrl {
  id: string;
  url: string;
  createdAtMs: number;
  updatedAtMs: number;
}
