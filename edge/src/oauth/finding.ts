import { Email } from '@dream/contract/primitives';
import * as v from 'valibot';
import type { OauthError } from './oauth.rpc.ts';

type Json = { [field: string]: unknown };

/** Who somebody is at a provider, and the address it vouches for. */
export interface OauthProof {
  clerkSessionId: string;
  provider: `oauth_${string}`;
  subject: string;
  email: string | null;
}

/** What an answer of Clerk about an attempt means: who it is, why not, or what to ask next. */
export type Finding =
  | { proof: OauthProof }
  | { error: OauthError }
  | { next: 'sign_up' | 'sign_in' };

const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(object) : []);

/** What the address Clerk sends a window back to says of a failure; null when all went well. */
export function callbackError(query: URLSearchParams): OauthError | null {
  if (query.get('__clerk_status') !== 'failed') return null;
  return errorOf(query.get('__clerk_error_code'));
}

/**
 * Reads Clerk's answer to a sign-in by `provider` that came back. Nobody with this account yet: it
 * goes on as a sign-up.
 */
export function signInFinding(answer: unknown, signInId: string | null, provider: string): Finding {
  const response = object(object(answer).response);
  if (signInId !== null && response.id !== signInId) return { error: 'oauth_failed' };
  const verification = object(response.first_factor_verification);
  if (response.status === 'complete') return proofIn(answer, verification, provider);
  if (verification.status === 'transferable') return { next: 'sign_up' };
  if (/^needs_(second_factor|client_trust|new_password|protect_check)$/.test(`${response.status}`))
    return { error: 'oauth_incomplete' };
  return { error: errorOf(object(verification.error).code) ?? 'oauth_failed' };
}

/** Reads Clerk's answer to such a sign-up. Somebody has the account already: it is a sign-in. */
export function signUpFinding(answer: unknown, provider: string): Finding {
  const response = object(object(answer).response);
  const verification = object(object(response.verifications).external_account);
  if (response.status === 'complete') return proofIn(answer, verification, provider);
  const { code } = object(verification.error);
  if (verification.status === 'transferable' && code === 'external_account_exists')
    return { next: 'sign_in' };
  if (response.status === 'missing_requirements' && verification.status === 'verified')
    return { error: 'oauth_incomplete' };
  return { error: errorOf(code) ?? 'oauth_failed' };
}

/** These two only say whether it goes on as a sign-up or as a sign-in. */
const NO_ERRORS = new Set<unknown>(['external_account_not_found', 'external_account_exists']);

function errorOf(code: unknown): OauthError | null {
  if (NO_ERRORS.has(code)) return null;
  if (code === 'oauth_access_denied') return 'oauth_denied';
  // The address is another user's, and the provider does not vouch for it: a code can prove it.
  return code === 'oauth_identification_claimed' ? 'oauth_incomplete' : 'oauth_failed';
}

/**
 * Who it is: the one account at this provider of the user whose session was made. Two of them leave
 * open which one was signed in with.
 */
function proofIn(answer: unknown, verification: Json, provider: string): Finding {
  const strategy = `oauth_${provider}` as const;
  const { response, client } = object(answer);
  const clerkSessionId = object(response).created_session_id;
  const session = list(object(client).sessions).find(({ id }) => id === clerkSessionId);
  const isProved = verification.status === 'verified' && verification.strategy === strategy;
  if (!isProved || !session || typeof clerkSessionId !== 'string') return { error: 'oauth_failed' };
  const user = object(session.user);
  const [account, ...more] = list(user.external_accounts).filter(
    (one) => nameOf(one) === provider && object(one.verification).status === 'verified',
  );
  if (!account || more.length > 0) return { error: 'oauth_incomplete' };
  const subject = account.provider_user_id;
  if (typeof subject !== 'string' || subject === '') return { error: 'oauth_incomplete' };
  const email = vouchedEmail(account, list(user.email_addresses));
  return { proof: { clerkSessionId, provider: strategy, subject, email } };
}

const nameOf = ({ provider }: Json): string => String(provider).replace(/^oauth_/, '');

/**
 * The account's own address, when the provider said that it had verified it and Clerk lists it as
 * verified too. Any other address of the user was proved at some other time, perhaps elsewhere.
 */
function vouchedEmail(account: Json, addresses: readonly Json[]): string | null {
  const parsed = v.safeParse(Email, account.email_address);
  if (!parsed.success || account.email_address_verified !== true) return null;
  const listed = addresses.some(
    ({ email_address: address, verification }) =>
      String(address).toLowerCase() === parsed.output && object(verification).status === 'verified',
  );
  return listed ? parsed.output : null;
}
