/**
 * What the stand-in remembers, in our own shapes. `format.ts` turns these into Clerk's JSON;
 * nothing else does. Times are milliseconds since the epoch, as on Clerk's wire.
 */

/** One Clerk application in one mode. Its id is `<mode>_<name>`, as in its secret key. */
export interface Instance {
  id: string;
  mode: 'test' | 'live';
  /** Clerk's own id, `ins_…`: the `kid` of its key and `instance_id` in its events. */
  clerkId: string;
  /** PKCS#8 PEM of the RSA key that signs session and client tokens. */
  privateKeyPem: string;
  createdAtMs: number;
}

/** Why an e-mail address counts as verified: a typed code, or the Backend API said so. */
export interface EmailAddress {
  id: string;
  address: string;
  verifiedBy: 'email_code' | 'admin';
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
  primaryEmailAddressId: string | null;
  passwordDigest: string | null;
  passwordUpdatedAtMs: number | null;
  publicMetadata: Metadata;
  privateMetadata: Metadata;
  unsafeMetadata: Metadata;
  banned: boolean;
  locked: boolean;
  deleteSelfEnabled: boolean;
  bypassClientTrust: boolean;
  lastSignInAtMs: number | null;
  lastActiveAtMs: number | null;
  legalAcceptedAtMs: number | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** An identifier in use; the id is `email:<address>`, `username:<name>` or `external:<id>`. */
export interface Claim {
  id: string;
  userId: string;
}

/** One device or browser. Whoever holds a token with its current `rotatingToken` is it. */
export interface Client {
  id: string;
  rotatingToken: string;
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

/** A sign-up under way on one client. */
export interface SignUp {
  id: string;
  clientId: string;
  status: 'missing_requirements' | 'complete';
  emailAddress: string | null;
  emailVerification: Verification | null;
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
  | { kind: 'ticket' };

/** A sign-in under way on one client. */
export interface SignIn {
  id: string;
  clientId: string;
  status: 'needs_identifier' | 'needs_first_factor' | 'needs_new_password' | 'complete';
  identifier: string | null;
  userId: string | null;
  firstFactor: FirstFactor | null;
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
