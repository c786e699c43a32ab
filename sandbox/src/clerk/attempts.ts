import { activeSessions, createUser, startSession } from './accounts.ts';
import type { Client, SignIn, SignUp, User } from './entities.ts';
import { ClerkFault, faults } from './errors.ts';
import { newExternalAccount, provedByProvider } from './external-accounts.ts';
import type { Scope } from './scope.ts';
import { settingsOf } from './settings.ts';

/** Makes the session of a proved sign-in; `session_exists` on a client that has one. */
export function completeSignIn(
  scope: Scope,
  client: Client,
  signIn: SignIn,
  user: User,
  strategy: string,
): { client: Client; signIn: SignIn } {
  if (activeSessions(scope, client.id).length > 0) throw faults.sessionExists();
  const started = startSession(scope, client, user, strategy);
  const done: SignIn = {
    ...signIn,
    status: 'complete',
    userId: user.id,
    createdSessionId: started.session.id,
  };
  return { client: started.client, signIn: scope.signIns.put(done) };
}

/** Makes the user and the session of a sign-up whose e-mail address is proved. */
export function completeSignUp(
  scope: Scope,
  client: Client,
  signUp: SignUp,
  strategy: string,
): { client: Client; signUp: SignUp } {
  if (!signUp.emailAddress) throw faults.missing('email_address');
  if (activeSessions(scope, client.id).length > 0) throw faults.sessionExists();
  const { emailAddress: address, passwordDigest, unsafeMetadata, legalAcceptedAtMs } = signUp;
  const { username, firstName, lastName } = signUp;
  const verification = signUp.externalAccount;
  const account = verification?.status === 'verified' ? verification.account : null;
  const verifiedBy = account && provedByProvider(signUp) ? account.strategy : 'email_code';
  const externalAccounts = account ? [newExternalAccount(scope, account)] : [];
  const profile = { username, firstName, lastName, passwordDigest, unsafeMetadata };
  const user = claimed(() =>
    createUser(scope, {
      emails: [{ address, verifiedBy }],
      fields: { ...profile, legalAcceptedAtMs, externalAccounts },
    }),
  );
  const started = startSession(scope, client, user, strategy);
  const done: SignUp = {
    ...signUp,
    status: 'complete',
    createdUserId: user.id,
    createdSessionId: started.session.id,
  };
  return { client: started.client, signUp: scope.signUps.put(done) };
}

/** Throws Clerk's error when the owner of the instance lets nobody sign up by themselves. */
export function refuseClosedSignUp(scope: Scope): void {
  const { signUpMode } = settingsOf(scope.instance);
  if (signUpMode === 'restricted') throw faults.signUpRestricted();
  if (signUpMode === 'waitlist') throw faults.signUpWaitlist();
}

/** Between creation and proof somebody else may have taken an identifier. */
function claimed<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    const taken = error instanceof ClerkFault && error.code === 'form_identifier_exists';
    throw taken ? faults.identificationClaimed() : error;
  }
}
