import { ownerOf, updateUser } from './accounts.ts';
import type { ExternalAccount, ProviderAccount, SignUp, User } from './entities.ts';
import { newId } from './ids.ts';
import type { Scope } from './scope.ts';

/**
 * The user an account at a provider signs in: the one it is linked to, else the one who has its
 * e-mail, if the provider says that it is verified. Every e-mail of a user here is verified.
 */
export function userOfAccount(scope: Scope, account: ProviderAccount): User | null {
  const linked = ownerOf(scope, `${account.strategy}:${account.subject}`);
  if (linked || !account.email || !account.emailVerified) return linked;
  return ownerOf(scope, `email:${account.email}`);
}

/** Links an account to a user who has it not yet; returns the user as it is then. */
export function linkAccount(scope: Scope, user: User, account: ProviderAccount): User {
  const known = user.externalAccounts.some(
    (own) => own.strategy === account.strategy && own.subject === account.subject,
  );
  if (known) return user;
  const externalAccounts = [...user.externalAccounts, newExternalAccount(scope, account)];
  return updateUser(scope, user, { externalAccounts });
}

/** An account at a provider as a user keeps it. */
export function newExternalAccount(scope: Scope, account: ProviderAccount): ExternalAccount {
  const nowMs = scope.nowMs();
  return {
    ...account,
    id: newId('eac'),
    identificationId: newId('idn'),
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** Whether the e-mail address of a sign-up is the one its provider says is verified. */
export function provedByProvider(signUp: SignUp): boolean {
  const verification = signUp.externalAccount;
  if (verification?.status !== 'verified' || !verification.account) return false;
  const { email, emailVerified } = verification.account;
  return emailVerified && email === signUp.emailAddress;
}
