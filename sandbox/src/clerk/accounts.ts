import type { Client, EmailAddress, Session, SessionStatus, User } from './entities.ts';
import { backendSession, backendUser } from './format-backend.ts';
import { faults } from './errors.ts';
import { newId, newSecret } from './ids.ts';
import { refuseBarred } from './lockout.ts';
import type { Scope } from './scope.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const SESSION_LIFETIME_MS = 7 * DAY_MS;
const SESSION_ABANDON_MS = 30 * DAY_MS;

/** What a new user starts with; everything left out is empty. */
interface NewUser {
  emails: { address: string; verifiedBy: EmailAddress['verifiedBy'] }[];
  fields: Partial<Omit<User, 'id' | 'emailAddresses' | 'primaryEmailAddressId'>>;
}

/** Claim ids of a user's identifiers, with the parameter an error about each would name. */
function claimsOf(user: User): { id: string; param: string }[] {
  return [
    ...user.emailAddresses.map((email) => ({
      id: `email:${email.address}`,
      param: 'email_address',
    })),
    ...(user.username ? [{ id: `username:${user.username}`, param: 'username' }] : []),
    ...user.externalAccounts.map((account) => ({
      id: `${account.strategy}:${account.subject}`,
      param: 'external_account',
    })),
    ...(user.externalId ? [{ id: `external:${user.externalId}`, param: 'external_id' }] : []),
  ];
}

/** The user who owns an identifier such as `email:jane@example.com`, or null. */
export function ownerOf(scope: Scope, claimId: string): User | null {
  const claim = scope.claims.get(claimId);
  return claim ? (scope.users.get(claim.userId) ?? null) : null;
}

/** The user behind what was typed into a sign-in form: an e-mail address or a username. */
export function findByIdentifier(scope: Scope, identifier: string): User | null {
  const typed = identifier.trim().toLowerCase();
  return ownerOf(scope, typed.includes('@') ? `email:${typed}` : `username:${typed}`);
}

/** Creates a user, unique in every identifier (`form_identifier_exists`), and tells it. */
export function createUser(scope: Scope, { emails, fields }: NewUser): User {
  const nowMs = scope.nowMs();
  const emailAddresses = emails.map((email) => ({
    id: newId('idn'),
    ...email,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }));
  const user: User = {
    username: null,
    firstName: null,
    lastName: null,
    locale: null,
    externalId: null,
    passwordDigest: null,
    passwordUpdatedAtMs: fields.passwordDigest ? nowMs : null,
    publicMetadata: {},
    privateMetadata: {},
    unsafeMetadata: {},
    banned: false,
    locked: false,
    lockExpiresAtMs: null,
    failedAttempts: 0,
    externalAccounts: [],
    deleteSelfEnabled: true,
    bypassClientTrust: false,
    lastSignInAtMs: null,
    lastActiveAtMs: null,
    legalAcceptedAtMs: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    ...fields,
    id: newId('user'),
    emailAddresses,
    primaryEmailAddressId: emailAddresses[0]?.id ?? null,
  };
  save(scope, user);
  scope.emit('user.created', backendUser(scope, user));
  return user;
}

/** Changes a user, keeps identifiers unique, and tells it. Returns the changed user. */
export function updateUser(scope: Scope, user: User, change: Partial<User>): User {
  const changed: User = { ...user, ...change, id: user.id, updatedAtMs: scope.nowMs() };
  save(scope, changed, user);
  scope.emit('user.updated', backendUser(scope, changed));
  return changed;
}

/** Deletes a user with sessions and identifiers, and tells it. */
export function deleteUser(scope: Scope, user: User): void {
  for (const { id } of claimsOf(user)) scope.claims.delete(id);
  for (const session of sessionsOfUser(scope, user.id)) {
    if (session.status === 'active') closeSession(scope, session, 'removed');
    scope.sessions.delete(session.id);
  }
  scope.users.delete(user.id);
  scope.emit('user.deleted', {
    id: user.id,
    object: 'user',
    deleted: true,
    ...(user.externalId ? { external_id: user.externalId } : {}),
  });
}

function save(scope: Scope, user: User, before?: User): void {
  const claims = claimsOf(user);
  for (const { id, param } of claims) {
    const holder = scope.claims.get(id);
    if (holder && holder.userId !== user.id) throw faults.identifierExists(param);
  }
  for (const { id } of before ? claimsOf(before) : []) scope.claims.delete(id);
  for (const { id } of claims) scope.claims.put({ id, userId: user.id });
  scope.users.put(user);
}

/** A new client, not yet signed in. */
export function createClient(scope: Scope): Client {
  const nowMs = scope.nowMs();
  const client: Client = {
    id: newId('client'),
    rotatingToken: newSecret(),
    rotation: null,
    signUpId: null,
    signInId: null,
    lastActiveSessionId: null,
    lastAuthenticationStrategy: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  scope.clients.put(client);
  return client;
}

/** Changes a client and returns the changed one. */
export function updateClient(scope: Scope, client: Client, change: Partial<Client>): Client {
  const changed = { ...client, ...change, id: client.id, updatedAtMs: scope.nowMs() };
  scope.clients.put(changed);
  return changed;
}

/**
 * Signs a user in on a client: a new active session, a new rotating token (so that a token
 * planted before the sign-in is worth nothing after it), and the event.
 */
export function startSession(
  scope: Scope,
  client: Client,
  user: User,
  strategy: string,
): { client: Client; session: Session } {
  refuseBarred(scope, user);
  const nowMs = scope.nowMs();
  const session: Session = {
    id: newId('sess'),
    userId: user.id,
    clientId: client.id,
    status: 'active',
    provedAtMs: nowMs,
    lastActiveAtMs: nowMs,
    expiresAtMs: nowMs + SESSION_LIFETIME_MS,
    abandonAtMs: nowMs + SESSION_ABANDON_MS,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  scope.sessions.put(session);
  scope.users.put({ ...user, failedAttempts: 0, lastSignInAtMs: nowMs, lastActiveAtMs: nowMs });
  scope.emit('session.created', backendSession(session));
  const changed = updateClient(scope, client, {
    rotatingToken: newSecret(),
    rotation: null,
    signUpId: null,
    signInId: null,
    lastActiveSessionId: session.id,
    lastAuthenticationStrategy: strategy,
  });
  return { client: changed, session };
}

/** Ends an active session in the given way and tells it. Ending twice changes nothing. */
export function closeSession(
  scope: Scope,
  session: Session,
  status: Extract<SessionStatus, 'ended' | 'removed' | 'revoked'>,
): Session {
  if (session.status !== 'active') return session;
  const closed: Session = { ...session, status, updatedAtMs: scope.nowMs() };
  scope.sessions.put(closed);
  scope.emit(`session.${status}`, backendSession(closed));
  const client = scope.clients.get(session.clientId);
  if (client?.lastActiveSessionId === session.id) {
    updateClient(scope, client, { lastActiveSessionId: null });
  }
  return closed;
}

/** A session as it is now: an active one past its end is expired. */
export function currentSession(session: Session, nowMs: number): Session {
  return session.status === 'active' && nowMs >= session.expiresAtMs
    ? { ...session, status: 'expired' }
    : session;
}

/** The active sessions of a client, oldest first. */
export function activeSessions(scope: Scope, clientId: string): Session[] {
  return scope.sessions
    .list()
    .filter((session) => session.clientId === clientId)
    .filter((session) => currentSession(session, scope.nowMs()).status === 'active');
}

/** Every session of a user, whatever its status. */
export function sessionsOfUser(scope: Scope, userId: string): Session[] {
  return scope.sessions.list().filter((session) => session.userId === userId);
}

/** Whether a user had a session on this device before: Clerk's Device Trust. */
export function trustOf(scope: Scope, clientId: string, user: User): 'known' | 'new' {
  const before = sessionsOfUser(scope, user.id).some((session) => session.clientId === clientId);
  return before ? 'known' : 'new';
}
