import { Hono } from 'hono';
import {
  activeSessions,
  closeSession,
  createClient,
  findByIdentifier,
  sessionsOfUser,
  startSession,
  updateClient,
  updateUser,
} from '../accounts.ts';
import { sendCode, tryCode } from '../codes.ts';
import type { SignIn, User, Verification } from '../entities.ts';
import { faults } from '../errors.ts';
import { signInJson } from '../format.ts';
import { answer, type ClerkEnv, type Ctx, field, requireClient, requiredField } from '../http.ts';
import { newId } from '../ids.ts';
import { digestOf, matches } from '../passwords.ts';
import { checkPassword } from '../rules.ts';
import { redeemTicket } from '../tickets.ts';

const ABANDON_MS = 24 * 60 * 60 * 1000;
const CODE_STRATEGIES = new Set(['email_code', 'reset_password_email_code']);

/** Sign-in by e-mail code, password, reset or ticket: `/v1/client/sign_ins`. */
export const signInRoutes = new Hono<ClerkEnv>()
  .post('/v1/client/sign_ins', async (c) => {
    const scope = c.env.scope;
    c.env.limiter.count('create', scope.instance.id, scope.visitor.address);
    const client = c.get('client') ?? createClient(scope);
    if (activeSessions(scope, client.id).length > 0) throw faults.sessionExists();
    const nowMs = scope.nowMs();
    const signIn = identified(c, {
      id: newId('sia'),
      clientId: client.id,
      status: 'needs_identifier',
      identifier: null,
      userId: null,
      firstFactor: null,
      createdSessionId: null,
      createdAtMs: nowMs,
      abandonAtMs: nowMs + ABANDON_MS,
    });
    scope.signIns.put(signIn);
    c.set('client', updateClient(scope, client, { signInId: signIn.id }));
    return answer(c, signInJson(scope, await advance(c, signIn)));
  })
  .get('/v1/client/sign_ins/:id', (c) => answer(c, signInJson(c.env.scope, ownSignIn(c))))
  .post('/v1/client/sign_ins/:id/prepare_first_factor', (c) => {
    const signIn = openSignIn(c);
    const strategy = requiredField(c, 'strategy');
    return answer(c, signInJson(c.env.scope, prepare(c, signIn, strategy)));
  })
  .post('/v1/client/sign_ins/:id/attempt_first_factor', async (c) => {
    const scope = c.env.scope;
    c.env.limiter.count('attempt', scope.instance.id, scope.visitor.address);
    const signIn = openSignIn(c);
    const strategy = requiredField(c, 'strategy');
    if (strategy === 'password') return answer(c, signInJson(scope, await byPassword(c, signIn)));
    if (!CODE_STRATEGIES.has(strategy)) throw faults.value('strategy', strategy);
    return answer(c, signInJson(scope, byCode(c, signIn, strategy)));
  })
  .post('/v1/client/sign_ins/:id/reset_password', async (c) => {
    const scope = c.env.scope;
    const signIn = ownSignIn(c);
    if (signIn.status !== 'needs_new_password') {
      throw faults.stateInvalid('reset_password', 'Prove the reset code first.');
    }
    const password = requiredField(c, 'password');
    checkPassword(password);
    const passwordDigest = await digestOf(password);
    const user = updateUser(scope, requireUser(c, signIn), {
      passwordDigest,
      passwordUpdatedAtMs: scope.nowMs(),
    });
    if (field(c, 'sign_out_of_other_sessions') === 'true') {
      for (const session of sessionsOfUser(scope, user.id)) closeSession(scope, session, 'revoked');
    }
    return answer(c, signInJson(scope, finish(c, signIn, user, 'reset_password_email_code')));
  });

function ownSignIn(c: Ctx): SignIn {
  const id = c.req.param('id') ?? '';
  const signIn = c.env.scope.signIns.get(id);
  const abandoned = signIn && c.env.scope.nowMs() >= signIn.abandonAtMs;
  if (!signIn || abandoned || signIn.clientId !== requireClient(c).id) {
    throw faults.notFound('Sign in', id);
  }
  return signIn;
}

/** A sign-in that still waits for its first factor. */
function openSignIn(c: Ctx): SignIn {
  const signIn = ownSignIn(c);
  if (signIn.status === 'complete' || signIn.status === 'needs_new_password') {
    throw faults.alreadyVerified();
  }
  if (signIn.status === 'needs_identifier') {
    throw faults.stateInvalid('attempt_first_factor', 'Name an identifier first.');
  }
  return signIn;
}

/** The sign-in with the user its identifier names, if the form has one. */
function identified(c: Ctx, signIn: SignIn): SignIn {
  const identifier = c.get('form').get('identifier');
  if (identifier === null) return signIn;
  if (identifier.trim() === '') throw faults.nil('identifier');
  const user = findByIdentifier(c.env.scope, identifier);
  if (!user) throw faults.identifierNotFound();
  if (user.banned) throw faults.banned();
  return {
    ...signIn,
    status: 'needs_first_factor',
    identifier: identifier.trim().toLowerCase(),
    userId: user.id,
  };
}

/** Goes as far as the strategy in the creating form allows. */
async function advance(c: Ctx, signIn: SignIn): Promise<SignIn> {
  const strategy = field(c, 'strategy') ?? (field(c, 'password') ? 'password' : null);
  if (!strategy) return signIn;
  if (strategy === 'ticket') return byTicket(c, signIn);
  if (signIn.status === 'needs_identifier') throw faults.missing('identifier');
  return strategy === 'password' ? byPassword(c, signIn) : prepare(c, signIn, strategy);
}

function requireUser(c: Ctx, signIn: SignIn): User {
  const user = signIn.userId ? c.env.scope.users.get(signIn.userId) : undefined;
  if (!user) throw faults.identifierNotFound();
  return user;
}

function prepare(c: Ctx, signIn: SignIn, strategy: string): SignIn {
  const scope = c.env.scope;
  if (!CODE_STRATEGIES.has(strategy)) throw faults.value('strategy', strategy);
  const user = requireUser(c, signIn);
  const resets = strategy === 'reset_password_email_code';
  const id = field(c, 'email_address_id') ?? user.primaryEmailAddressId;
  const email = user.emailAddresses.find((candidate) => candidate.id === id);
  if (!email || (resets && !user.passwordDigest)) throw faults.strategyForUser();
  const verification = sendCode(
    scope,
    email.address,
    strategy as Verification['strategy'],
    resets ? 'reset_password' : 'sign_in',
  );
  const prepared: SignIn = { ...signIn, firstFactor: { kind: 'code', verification } };
  scope.signIns.put(prepared);
  return prepared;
}

function byCode(c: Ctx, signIn: SignIn, strategy: string): SignIn {
  const scope = c.env.scope;
  const code = requiredField(c, 'code');
  const factor = signIn.firstFactor;
  tryCode(scope, factor?.kind === 'code' ? factor.verification : null, strategy, code, (next) =>
    scope.signIns.put({ ...signIn, firstFactor: { kind: 'code', verification: next } }),
  );
  const proved = ownSignIn(c);
  if (strategy === 'email_code') return finish(c, proved, requireUser(c, proved), strategy);
  const waiting: SignIn = { ...proved, status: 'needs_new_password' };
  scope.signIns.put(waiting);
  return waiting;
}

async function byPassword(c: Ctx, signIn: SignIn): Promise<SignIn> {
  const user = requireUser(c, signIn);
  const password = requiredField(c, 'password');
  if (!user.passwordDigest) throw faults.strategyForUser();
  if (!(await matches(password, user.passwordDigest))) throw faults.passwordIncorrect();
  const proved: SignIn = { ...signIn, firstFactor: { kind: 'password', verified: true } };
  return finish(c, proved, user, 'password');
}

function byTicket(c: Ctx, signIn: SignIn): SignIn {
  const scope = c.env.scope;
  const user = redeemTicket(scope, requiredField(c, 'ticket'));
  const proved: SignIn = { ...signIn, userId: user.id, firstFactor: { kind: 'ticket' } };
  return finish(c, proved, user, 'ticket');
}

/** Makes the session of a proved sign-in. */
function finish(c: Ctx, signIn: SignIn, user: User, strategy: string): SignIn {
  const scope = c.env.scope;
  if (activeSessions(scope, signIn.clientId).length > 0) throw faults.sessionExists();
  const started = startSession(scope, requireClient(c), user, strategy);
  c.set('client', started.client);
  const done: SignIn = { ...signIn, status: 'complete', createdSessionId: started.session.id };
  scope.signIns.put(done);
  return done;
}
