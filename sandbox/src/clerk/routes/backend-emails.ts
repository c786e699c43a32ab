import { Hono } from 'hono';
import { updateUser } from '../accounts.ts';
import { faults } from '../errors.ts';
import { deletedObject, emailAddress } from '../format-backend.ts';
import { type ClerkEnv, jsonBody } from '../http.ts';
import { newId } from '../ids.ts';
import { emailOf } from '../rules.ts';

const CREATE = ['user_id', 'email_address', 'verified', 'primary'];

/** A user's e-mail addresses as the Backend API adds and removes them: verified ones only. */
export const backendEmailRoutes = new Hono<ClerkEnv>()
  .post('/v1/email_addresses', async (c) => {
    const scope = c.env.scope;
    const body = await jsonBody(c, CREATE);
    if (typeof body.email_address !== 'string') throw faults.missing('email_address');
    if (body.verified !== true) throw faults.value('verified', body.verified);
    const user = scope.users.get(String(body.user_id));
    if (!user) throw faults.notFound('User', String(body.user_id));
    const nowMs = scope.nowMs();
    const email = {
      id: newId('idn'),
      address: emailOf(body.email_address),
      verifiedBy: 'admin' as const,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    const isPrimary = body.primary === true || user.primaryEmailAddressId === null;
    updateUser(scope, user, {
      emailAddresses: [...user.emailAddresses, email],
      primaryEmailAddressId: isPrimary ? email.id : user.primaryEmailAddressId,
    });
    return c.json(emailAddress(email, user));
  })
  .delete('/v1/email_addresses/:id', (c) => {
    const scope = c.env.scope;
    const id = c.req.param('id');
    const user = scope.users
      .list()
      .find(({ emailAddresses }) => emailAddresses.some((email) => email.id === id));
    if (!user) throw faults.notFound('Email address', id);
    const left = user.emailAddresses.filter((email) => email.id !== id);
    const isPrimary = user.primaryEmailAddressId === id;
    updateUser(scope, user, {
      emailAddresses: left,
      primaryEmailAddressId: isPrimary ? (left[0]?.id ?? null) : user.primaryEmailAddressId,
    });
    return c.json(deletedObject('email_address', id));
  });
