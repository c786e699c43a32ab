import { Hono } from 'hono';
import { activeSessions, createClient, ownerOf, updateClient } from '../accounts.ts';
import { completeSignUp, refuseClosedSignUp } from '../attempts.ts';
import { checkCaptcha } from '../captcha.ts';
import { sendCode, tryCode } from '../codes.ts';
import type { Metadata, SignUp } from '../entities.ts';
import { faults } from '../errors.ts';
import { signUpJson } from '../format.ts';
import { answer, type ClerkEnv, type Ctx, field, requireClient, requiredField } from '../http.ts';
import { newId } from '../ids.ts';
import { isOAuth, signUpWithAccount, startOAuth } from '../oauth.ts';
import { digestOf } from '../passwords.ts';
import { checkPassword, emailOf, usernameOf } from '../rules.ts';
import { settingsOf } from '../settings.ts';

const ABANDON_MS = 24 * 60 * 60 * 1000;

/** Sign-up by e-mail code or social provider: `/v1/client/sign_ups`. */
export const signUpRoutes = new Hono<ClerkEnv>()
  .post('/v1/client/sign_ups', async (c) => {
    const scope = c.env.scope;
    c.env.limiter.count('create', scope.instance.id, scope.visitor.address);
    checkCaptcha(c);
    refuseClosedSignUp(scope);
    const client = c.get('client') ?? createClient(scope);
    if (activeSessions(scope, client.id).length > 0) throw faults.sessionExists();
    const nowMs = scope.nowMs();
    const blank: SignUp = {
      id: newId('sua'),
      clientId: client.id,
      status: 'missing_requirements',
      emailAddress: null,
      emailVerification: null,
      externalAccount: null,
      username: null,
      firstName: null,
      lastName: null,
      passwordDigest: null,
      unsafeMetadata: {},
      legalAcceptedAtMs: null,
      createdUserId: null,
      createdSessionId: null,
      createdAtMs: nowMs,
      abandonAtMs: nowMs + ABANDON_MS,
    };
    const signUp = await withFields(c, blank);
    scope.signUps.put(signUp);
    c.set('client', updateClient(scope, client, { signUpId: signUp.id }));
    return answer(c, signUpJson(scope, advance(c, signUp)));
  })
  .get('/v1/client/sign_ups/:id', (c) => answer(c, signUpJson(c.env.scope, ownSignUp(c))))
  .patch('/v1/client/sign_ups/:id', async (c) => {
    const signUp = await withFields(c, openSignUp(c));
    c.env.scope.signUps.put(signUp);
    return answer(c, signUpJson(c.env.scope, advance(c, signUp)));
  })
  .post('/v1/client/sign_ups/:id/prepare_verification', (c) => {
    const signUp = openSignUp(c);
    const strategy = requiredField(c, 'strategy');
    return answer(c, signUpJson(c.env.scope, prepare(c, signUp, strategy)));
  })
  .post('/v1/client/sign_ups/:id/attempt_verification', (c) => {
    const scope = c.env.scope;
    c.env.limiter.count('attempt', scope.instance.id, scope.visitor.address);
    const signUp = ownSignUp(c);
    const strategy = requiredField(c, 'strategy');
    requireEmailCode(strategy);
    const code = requiredField(c, 'code');
    tryCode(scope, signUp.emailVerification, strategy, code, (emailVerification) =>
      scope.signUps.put({ ...signUp, emailVerification }),
    );
    const done = completeSignUp(scope, requireClient(c), ownSignUp(c), strategy);
    c.set('client', done.client);
    return answer(c, signUpJson(scope, done.signUp));
  });

function ownSignUp(c: Ctx): SignUp {
  const id = c.req.param('id') ?? '';
  const signUp = c.env.scope.signUps.get(id);
  const abandoned = signUp && c.env.scope.nowMs() >= signUp.abandonAtMs;
  if (!signUp || abandoned || signUp.clientId !== requireClient(c).id) {
    throw faults.notFound('Sign up', id);
  }
  return signUp;
}

function openSignUp(c: Ctx): SignUp {
  const signUp = ownSignUp(c);
  if (signUp.status === 'complete') throw faults.signUpTerminal();
  return signUp;
}

function requireEmailCode(strategy: string): void {
  if (strategy !== 'email_code') throw faults.value('strategy', strategy);
}

/** The sign-up with the fields of the form; a changed e-mail address must be proved anew. */
async function withFields(c: Ctx, signUp: SignUp): Promise<SignUp> {
  const scope = c.env.scope;
  for (const name of ['phone_number', 'web3_wallet', 'ticket']) {
    if (field(c, name)) throw faults.notAllowedHere(name);
  }
  const changed: SignUp = { ...signUp };
  const email = c.get('form').get('email_address');
  if (email !== null) {
    const emailAddress = emailOf(email);
    if (ownerOf(scope, `email:${emailAddress}`)) throw faults.identifierExists('email_address');
    if (emailAddress !== signUp.emailAddress) changed.emailVerification = null;
    changed.emailAddress = emailAddress;
  }
  const username = field(c, 'username');
  if (username) {
    changed.username = usernameOf(username);
    if (ownerOf(scope, `username:${changed.username}`)) throw faults.identifierExists('username');
  }
  changed.firstName = field(c, 'first_name') ?? signUp.firstName;
  changed.lastName = field(c, 'last_name') ?? signUp.lastName;
  changed.unsafeMetadata = metadataField(c) ?? signUp.unsafeMetadata;
  if (field(c, 'legal_accepted') === 'true') changed.legalAcceptedAtMs = scope.nowMs();
  const password = field(c, 'password');
  if (password) {
    if (!settingsOf(scope.instance).password) throw faults.notAllowedHere('password');
    checkPassword(password);
    changed.passwordDigest = await digestOf(password);
  }
  return changed;
}

function metadataField(c: Ctx): Metadata | null {
  const text = field(c, 'unsafe_metadata');
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw faults.value('unsafe_metadata', text);
  }
}

/** Goes as far as the form that creates or changes a sign-up asks. */
function advance(c: Ctx, signUp: SignUp): SignUp {
  if (field(c, 'transfer') === 'true') return transferred(c, signUp);
  const strategy = field(c, 'strategy');
  return strategy ? prepare(c, signUp, strategy) : signUp;
}

function prepare(c: Ctx, signUp: SignUp, strategy: string): SignUp {
  const scope = c.env.scope;
  if (isOAuth(strategy)) {
    const redirectUrl = requiredField(c, 'redirect_url');
    const externalAccount = startOAuth(scope, {
      attempt: 'sign_up',
      attemptId: signUp.id,
      clientId: signUp.clientId,
      strategy,
      redirectUrl,
      completeUrl: field(c, 'action_complete_redirect_url') ?? redirectUrl,
      loginHint: field(c, 'oidc_login_hint') ?? null,
    });
    return scope.signUps.put({ ...signUp, externalAccount });
  }
  requireEmailCode(strategy);
  if (!signUp.emailAddress) throw faults.missing('email_address');
  if (signUp.emailVerification?.status === 'verified') throw faults.alreadyVerified();
  const emailVerification = sendCode(scope, signUp.emailAddress, 'email_code', 'sign_up');
  return scope.signUps.put({ ...signUp, emailVerification });
}

/** Signs up with the account of a sign-in that found no user for it. */
function transferred(c: Ctx, signUp: SignUp): SignUp {
  const scope = c.env.scope;
  const { signInId } = requireClient(c);
  const factor = signInId ? scope.signIns.get(signInId)?.firstFactor : null;
  const found = factor?.kind === 'oauth' ? factor.verification : null;
  if (found?.status !== 'transferable' || !found.account) throw faults.accountTransferInvalid();
  const { account } = found;
  const back = { ...found, account, status: 'verified' as const, error: null };
  const done = signUpWithAccount(scope, requireClient(c), signUp, back);
  c.set('client', done.client);
  return done.signUp;
}
