import { Hono } from 'hono';
import { closeSession, createUser, deleteUser, sessionsOfUser, updateUser } from '../accounts.ts';
import type { Metadata, User } from '../entities.ts';
import { faults } from '../errors.ts';
import { backendUser, deletedObject } from '../format-backend.ts';
import { type ClerkEnv, type Ctx, jsonBody, pageOf } from '../http.ts';
import { lockNow } from '../lockout.ts';
import { digestOf, matches } from '../passwords.ts';
import { checkPassword, emailOf, usernameOf } from '../rules.ts';
import { selectUsers } from '../user-query.ts';

const METADATA = ['public_metadata', 'private_metadata', 'unsafe_metadata'];
const PROFILE = ['external_id', 'first_name', 'last_name', 'locale', 'username', 'password'];
const SWITCHES = ['skip_password_checks', 'delete_self_enabled', 'bypass_client_trust'];
const CREATE = [
  ...PROFILE,
  ...SWITCHES,
  ...METADATA,
  'email_address',
  'skip_password_requirement',
  'skip_user_requirement',
  'skip_legal_checks',
  'banned',
  'locked',
];
const UPDATE = [...PROFILE, ...SWITCHES, 'primary_email_address_id', 'sign_out_of_other_sessions'];

/** Users of the instance: `/v1/users` of the Backend API. */
export const userRoutes = new Hono<ClerkEnv>()
  .get('/v1/users', (c) =>
    c.json(pageOf(c, selectUsers(c)).map((user) => backendUser(c.env.scope, user))),
  )
  .get('/v1/users/count', (c) =>
    c.json({ object: 'total_count', total_count: selectUsers(c).length }),
  )
  .post('/v1/users', async (c) => {
    const body = await jsonBody(c, CREATE);
    const scope = c.env.scope;
    const emails = emailsOf(body);
    if (emails.length === 0 && body.skip_user_requirement !== true) {
      throw faults.missingData(['email_address']);
    }
    const fields = await profileOf(body);
    if (emails.length === 0 && !fields.username) throw faults.missingData(['username']);
    const user = createUser(scope, {
      emails: emails.map((address) => ({ address, verifiedBy: 'admin' })),
      fields: {
        ...fields,
        publicMetadata: metadataOf(body, 'public_metadata') ?? {},
        privateMetadata: metadataOf(body, 'private_metadata') ?? {},
        unsafeMetadata: metadataOf(body, 'unsafe_metadata') ?? {},
        banned: body.banned === true,
        locked: body.locked === true,
      },
    });
    return c.json(backendUser(scope, user));
  })
  .get('/v1/users/:id', (c) => c.json(backendUser(c.env.scope, userOf(c))))
  .patch('/v1/users/:id', async (c) => {
    const body = await jsonBody(c, UPDATE);
    userOf(c);
    const change = await profileOf(body);
    const user = userOf(c);
    const primary = body.primary_email_address_id;
    if (typeof primary === 'string') {
      if (!user.emailAddresses.some((email) => email.id === primary)) {
        throw faults.notFound('Email address', primary);
      }
      change.primaryEmailAddressId = primary;
    }
    if (change.passwordDigest) change.passwordUpdatedAtMs = c.env.scope.nowMs();
    const changed = updateUser(c.env.scope, user, change);
    if (body.sign_out_of_other_sessions === true) revokeSessions(c, user);
    return c.json(backendUser(c.env.scope, changed));
  })
  .patch('/v1/users/:id/metadata', (c) => changeMetadata(c, merged))
  .put('/v1/users/:id/metadata', (c) => changeMetadata(c, (_, next) => next))
  .delete('/v1/users/:id', (c) => {
    const user = userOf(c);
    deleteUser(c.env.scope, user);
    return c.json(deletedObject('user', user.id));
  })
  .post('/v1/users/:id/verify_password', async (c) => {
    const { password } = await jsonBody(c, ['password']);
    if (typeof password !== 'string') throw faults.missing('password');
    const { passwordDigest } = userOf(c);
    if (!passwordDigest) throw faults.noPassword();
    if (!(await matches(password, passwordDigest))) throw faults.incorrectPassword();
    return c.json({ verified: true });
  })
  .post('/v1/users/:id/ban', (c) => {
    const user = userOf(c);
    revokeSessions(c, user);
    return c.json(backendUser(c.env.scope, updateUser(c.env.scope, user, { banned: true })));
  })
  .post('/v1/users/:id/unban', (c) =>
    c.json(backendUser(c.env.scope, updateUser(c.env.scope, userOf(c), { banned: false }))),
  )
  .post('/v1/users/:id/lock', (c) => {
    const scope = c.env.scope;
    return c.json(backendUser(scope, updateUser(scope, userOf(c), lockNow(scope))));
  })
  .post('/v1/users/:id/unlock', (c) => {
    const unlocked = { locked: false, lockExpiresAtMs: null, failedAttempts: 0 };
    return c.json(backendUser(c.env.scope, updateUser(c.env.scope, userOf(c), unlocked)));
  });

function userOf(c: Ctx): User {
  const id = c.req.param('id') ?? '';
  const user = c.env.scope.users.get(id);
  if (!user) throw faults.notFound('User', id);
  return user;
}

function revokeSessions(c: Ctx, user: User): void {
  for (const session of sessionsOfUser(c.env.scope, user.id)) {
    closeSession(c.env.scope, session, 'revoked');
  }
}

function emailsOf(body: Record<string, unknown>): string[] {
  const given = body.email_address ?? [];
  if (!Array.isArray(given)) throw faults.value('email_address', given);
  return given.map((address) => emailOf(String(address)));
}

/** The profile fields of a body, checked; a password becomes its digest. */
async function profileOf(body: Record<string, unknown>): Promise<Partial<User>> {
  const text = (name: string) => textOf(body, name);
  const profile: Partial<User> = {};
  if ('first_name' in body) profile.firstName = text('first_name');
  if ('last_name' in body) profile.lastName = text('last_name');
  if ('locale' in body) profile.locale = text('locale');
  if ('external_id' in body) profile.externalId = text('external_id');
  if ('username' in body) {
    const username = text('username');
    profile.username = username ? usernameOf(username) : null;
  }
  if (typeof body.delete_self_enabled === 'boolean') {
    profile.deleteSelfEnabled = body.delete_self_enabled;
  }
  if (typeof body.bypass_client_trust === 'boolean') {
    profile.bypassClientTrust = body.bypass_client_trust;
  }
  if (typeof body.password === 'string') {
    if (body.skip_password_checks !== true) checkPassword(body.password);
    profile.passwordDigest = await digestOf(body.password);
  }
  return profile;
}

/** A text of a body; empty and null alike remove it. */
function textOf(body: Record<string, unknown>, name: string): string | null {
  const value = body[name];
  if (value === null || value === undefined || value === '') return null;
  if (typeof value !== 'string') throw faults.value(name, value);
  return value;
}

function metadataOf(body: Record<string, unknown>, name: string): Metadata | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) throw faults.value(name, value);
  return value as Metadata;
}

async function changeMetadata(
  c: Ctx,
  combine: (before: Metadata, next: Metadata) => Metadata,
): Promise<Response> {
  const body = await jsonBody(c, METADATA);
  const user = userOf(c);
  const next = (name: string, before: Metadata) => {
    const given = metadataOf(body, name);
    return given ? combine(before, given) : before;
  };
  const changed = updateUser(c.env.scope, user, {
    publicMetadata: next('public_metadata', user.publicMetadata),
    privateMetadata: next('private_metadata', user.privateMetadata),
    unsafeMetadata: next('unsafe_metadata', user.unsafeMetadata),
  });
  return c.json(backendUser(c.env.scope, changed));
}

/** Clerk's deep merge: objects merge key by key, null removes a key, anything else replaces. */
function merged(before: Metadata, next: Metadata): Metadata {
  const result = new Map(Object.entries(before));
  for (const [key, value] of Object.entries(next)) {
    const old = result.get(key);
    if (value === null) result.delete(key);
    else if (isObject(old) && isObject(value)) result.set(key, merged(old, value));
    else result.set(key, value);
  }
  return Object.fromEntries(result);
}

function isObject(value: unknown): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
