import { Hono } from 'hono';
import { closeSession, deleteUser, sessionsOfUser, updateUser } from '../accounts.ts';
import type { User } from '../entities.ts';
import { faults } from '../errors.ts';
import { userJson } from '../format.ts';
import { deletedObject } from '../format-backend.ts';
import { answer, type ClerkEnv, field, reloadClient, requiredField, requireUser } from '../http.ts';
import { digestOf, matches } from '../passwords.ts';
import { checkPassword, usernameOf } from '../rules.ts';

/** The signed-in user: `/v1/me`. */
export const meRoutes = new Hono<ClerkEnv>()
  .get('/v1/me', (c) => answer(c, userJson(c.env.scope, requireUser(c))))
  .patch('/v1/me', (c) => {
    const form = c.get('form');
    const user = requireUser(c);
    if (form.has('unsafe_metadata')) throw faults.notAllowedHere('unsafe_metadata');
    const change: Partial<User> = {};
    if (form.has('first_name')) change.firstName = field(c, 'first_name');
    if (form.has('last_name')) change.lastName = field(c, 'last_name');
    if (form.has('username')) {
      const username = field(c, 'username');
      change.username = username ? usernameOf(username) : null;
    }
    const primary = field(c, 'primary_email_address_id');
    if (primary) {
      if (!user.emailAddresses.some((email) => email.id === primary)) {
        throw faults.notFound('Email address', primary);
      }
      change.primaryEmailAddressId = primary;
    }
    return answer(c, userJson(c.env.scope, updateUser(c.env.scope, user, change)));
  })
  .delete('/v1/me', (c) => {
    const user = requireUser(c);
    if (!user.deleteSelfEnabled) throw faults.deleteSelfDisabled();
    deleteUser(c.env.scope, user);
    reloadClient(c);
    return answer(c, deletedObject('user', user.id));
  })
  .post('/v1/me/change_password', async (c) => {
    const scope = c.env.scope;
    const user = requireUser(c);
    const password = requiredField(c, 'new_password');
    if (user.passwordDigest) {
      const current = requiredField(c, 'current_password');
      if (!(await matches(current, user.passwordDigest))) throw faults.passwordIncorrect();
    }
    checkPassword(password, 'new_password');
    const passwordDigest = await digestOf(password);
    const changed = updateUser(scope, requireUser(c), {
      passwordDigest,
      passwordUpdatedAtMs: scope.nowMs(),
    });
    if (field(c, 'sign_out_of_other_sessions') === 'true') {
      const own = c.req.query('_clerk_session_id') ?? c.get('client')?.lastActiveSessionId;
      for (const session of sessionsOfUser(scope, user.id)) {
        if (session.id !== own) closeSession(scope, session, 'revoked');
      }
    }
    return answer(c, userJson(scope, changed));
  });
