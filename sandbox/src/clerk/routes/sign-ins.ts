import { Hono } from 'hono';
import {
  activeSessions,
  closeSession,
  createClient,
  findByIdentifier,
  sessionsOfUser,
  trustOf,
  updateClient,
  updateUser,
} from '../accounts.ts';
import { completeSignIn } from '../attempts.ts';
import { sendCode, tryCode } from '../codes.ts';
import type { OAuthStrategy, SignIn, User, Verification } from '../entities.ts';
import { faults } from '../errors.ts';
import { signInJson } from '../format.ts';
import { answer, type ClerkEnv, type Ctx, field, requireClient, requiredField } from '../http.ts';
import { newId } from '../ids.ts';
import { countingTries, refuseBarred } from '../lockout.ts';
import { isOAuth, signInWithAccount, startOAuth } from '../oauth.ts';
import { digestOf, matches } from '../passwords.ts';
import { checkPassword } from '../rules.ts';
import type { Scope } from '../scope.ts';
import { settingsOf } from '../settings.ts';
import { redeemTicket } from '../tickets.ts';

const ABANDON_MS = 24 * 60 * 60 * 1000;
const CODE_STRATEGIES = new Set(['email_code', 'reset_password_email_code']);

/** Sign-in by e-mail code, password, reset, ticket or social provider: `/v1/client/sign_ins`. */
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
      deviceVerification: null,
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
    const strategy = requiredField(c, 'strategy');
    const signIn = isOAuth(strategy) ? unprovedSignIn(c) : openSignIn(c);
    return answer(c, signInJson(c.env.scope, prepare(c, signIn, strategy)));
  })
  .post('/v1/client/sign_ins/:id/attempt_first_factor', async (c) => {
    const scope = c.env.scope;
    c.env.limiter.count('attempt', scope.instance.id, scope.visitor.address);
    const signIn = openSignIn(c);
    const strategy = requiredField(c, 'strategy');
    if (strategy === 'password') return answer(c, signInJson(scope, await byPassword(c, signIn)));
    if (!CODE_STRATEGIES.has(strategy)) throw faults.value('strategy', strategy);
    return answer(c, signInJson(scope, await byCode(c, signIn, strategy)));
  })
  .post('/v1/client/sign_ins/:id/prepare_second_factor', (c) => {
    const scope = c.env.scope;
    const signIn = untrustedSignIn(c);
    requireDeviceCode(requiredField(c, 'strategy'));
    const email = addressOf(c, requireUser(c, signIn));
    const deviceVerification = sendCode(scope, email, 'email_code', 'sign_in');
    return answer(c, signInJson(scope, scope.signIns.put({ ...signIn, deviceVerification })));
  })
  .post('/v1/client/sign_ins/:id/attempt_second_factor', async (c) => {
    const scope = c.env.scope;
    c.env.limiter.count('attempt', scope.instance.id, scope.visitor.address);
    const signIn = untrustedSignIn(c);
    const strategy = requiredField(c, 'strategy');
    requireDeviceCode(strategy);
    const code = requiredField(c, 'code');
    const user = requireUser(c, signIn);
    await countingTries(scope, user, () =>
      tryCode(scope, signIn.deviceVerification, strategy, code, (deviceVerification) =>
        scope.signIns.put({ ...signIn, deviceVerification }),
      ),
    );
    return answer(c, signInJson(scope, finish(c, ownSignIn(c), user, 'password')));
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

/** A sign-in whose first factor is not proved yet. */
function unprovedSignIn(c: Ctx): SignIn {
  const signIn = ownSignIn(c);
  if (!['needs_identifier', 'needs_first_factor'].includes(signIn.status)) {
    throw faults.alreadyVerified();
  }
  return signIn;
}

/** A sign-in by password on a device that is new to the user. */
function untrustedSignIn(c: Ctx): SignIn {
  const signIn = ownSignIn(c);
  if (signIn.status === 'complete') throw faults.alreadyVerified();
  if (signIn.status !== 'needs_client_trust') {
    throw faults.stateInvalid('second_factor', 'Prove the first factor first.');
  }
  return signIn;
}

function requireDeviceCode(strategy: string): void {
  if (strategy !== 'email_code') throw faults.value('strategy', strategy);
}

/** A sign-in that names a user and waits for the first factor. */
function openSignIn(c: Ctx): SignIn {
  const signIn = unprovedSignIn(c);
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
  refuseBarred(c.env.scope, user);
  return {
    ...signIn,
    status: 'needs_first_factor',
    identifier: identifier.trim().toLowerCase(),
    userId: user.id,
  };
}

/** Goes as far as the strategy in the creating form allows. */
async function advance(c: Ctx, signIn: SignIn): Promise<SignIn> {
  if (field(c, 'transfer') === 'true') return transferred(c, signIn);
  const strategy = field(c, 'strategy') ?? (field(c, 'password') ? 'password' : null);
  if (!strategy) return signIn;
  if (strategy === 'ticket') return byTicket(c, signIn);
  if (isOAuth(strategy)) return prepare(c, signIn, strategy);
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
  if (isOAuth(strategy)) return toProvider(c, signIn, strategy);
  if (!CODE_STRATEGIES.has(strategy)) throw faults.value('strategy', strategy);
  const user = requireUser(c, signIn);
  const resets = strategy === 'reset_password_email_code';
  if (resets && !passwordOf(scope, user)) throw faults.strategyForUser();
  const verification = sendCode(
    scope,
    addressOf(c, user),
    strategy as Verification['strategy'],
    resets ? 'reset_password' : 'sign_in',
  );
  const prepared: SignIn = { ...signIn, firstFactor: { kind: 'code', verification } };
  scope.signIns.put(prepared);
  return prepared;
}

/** The address of a user that the form names, or the primary one. */
function addressOf(c: Ctx, user: User): string {
  const id = field(c, 'email_address_id') ?? user.primaryEmailAddressId;
  const email = user.emailAddresses.find((candidate) => candidate.id === id);
  if (!email) throw faults.strategyForUser();
  return email.address;
}

/** A user's password digest, unless the instance takes no passwords. */
function passwordOf(scope: Scope, user: User): string | null {
  return settingsOf(scope.instance).password ? user.passwordDigest : null;
}

function toProvider(c: Ctx, signIn: SignIn, strategy: OAuthStrategy): SignIn {
  const redirectUrl = requiredField(c, 'redirect_url');
  const verification = startOAuth(c.env.scope, {
    attempt: 'sign_in',
    attemptId: signIn.id,
    clientId: signIn.clientId,
    strategy,
    redirectUrl,
    completeUrl: field(c, 'action_complete_redirect_url') ?? redirectUrl,
    loginHint: field(c, 'oidc_login_hint') ?? null,
  });
  return c.env.scope.signIns.put({ ...signIn, firstFactor: { kind: 'oauth', verification } });
}

/** Signs in with the account of a sign-up that found a user who has it already. */
function transferred(c: Ctx, signIn: SignIn): SignIn {
  const scope = c.env.scope;
  const client = requireClient(c);
  const found = client.signUpId ? scope.signUps.get(client.signUpId)?.externalAccount : null;
  if (found?.status !== 'transferable' || !found.account) throw faults.accountTransferInvalid();
  const verification = { ...found, status: 'verified' as const, error: null };
  const proved: SignIn = { ...signIn, firstFactor: { kind: 'oauth', verification } };
  const done = signInWithAccount(scope, client, proved, found.account);
  c.set('client', done.client);
  return done.signIn;
}

async function byCode(c: Ctx, signIn: SignIn, strategy: string): Promise<SignIn> {
  const scope = c.env.scope;
  const code = requiredField(c, 'code');
  const factor = signIn.firstFactor;
  const verification = factor?.kind === 'code' ? factor.verification : null;
  const user = requireUser(c, signIn);
  await countingTries(scope, user, () =>
    tryCode(scope, verification, strategy, code, (next) =>
      scope.signIns.put({ ...signIn, firstFactor: { kind: 'code', verification: next } }),
    ),
  );
  const proved = ownSignIn(c);
  if (strategy === 'email_code') return finish(c, proved, user, strategy);
  const waiting: SignIn = { ...proved, status: 'needs_new_password' };
  scope.signIns.put(waiting);
  return waiting;
}

async function byPassword(c: Ctx, signIn: SignIn): Promise<SignIn> {
  const scope = c.env.scope;
  const user = requireUser(c, signIn);
  const password = requiredField(c, 'password');
  const digest = passwordOf(scope, user);
  if (!digest) throw faults.strategyForUser();
  await countingTries(scope, user, async () => {
    if (!(await matches(password, digest))) throw faults.passwordIncorrect();
  });
  const proved: SignIn = { ...signIn, firstFactor: { kind: 'password', verified: true } };
  if (!needsTrust(scope, signIn, user)) return finish(c, proved, user, 'password');
  return scope.signIns.put({ ...proved, status: 'needs_client_trust' });
}

/** Device Trust: whether a right password is not enough on this device. */
function needsTrust(scope: Scope, signIn: SignIn, user: User): boolean {
  if (!settingsOf(scope.instance).clientTrust || user.bypassClientTrust) return false;
  return user.emailAddresses.length > 0 && trustOf(scope, signIn.clientId, user) === 'new';
}

function byTicket(c: Ctx, signIn: SignIn): SignIn {
  const scope = c.env.scope;
  const user = redeemTicket(scope, requiredField(c, 'ticket'));
  const proved: SignIn = { ...signIn, userId: user.id, firstFactor: { kind: 'ticket' } };
  return finish(c, proved, user, 'ticket');
}

/** Makes the session of a proved sign-in. */
function finish(c: Ctx, signIn: SignIn, user: User, strategy: string): SignIn {
  const done = completeSignIn(c.env.scope, requireClient(c), signIn, user, strategy);
  c.set('client', done.client);
  return done.signIn;
}
