type Json = { [field: string]: unknown };

/** What a finished step proved: the e-mail address a code went to, and the session it made. */
export interface Proved {
  clerkSessionId: string;
  email: string;
}

const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};

/**
 * Reads, from Clerk's answer to an attempt, whether an e-mail code was proved. The identifier of a
 * sign-in is never trusted: it can be another address than the one the code went to. So a user must
 * have one address only, as all have whom our proxy let sign up; and a verified one, for Clerk lists
 * others too, and anybody may exchange theirs for a stranger's between the code and the attempt.
 */
export function provedBy(path: string, answer: unknown): Proved | null {
  const response = object(object(answer).response);
  const clerkSessionId = response.created_session_id;
  if (response.status !== 'complete' || typeof clerkSessionId !== 'string') return null;
  if (/^\/v1\/client\/sign_ups\/[^/]+\/attempt_verification$/.test(path))
    return bySignUp(response, clerkSessionId);
  if (/^\/v1\/client\/sign_ins\/[^/]+\/attempt_first_factor$/.test(path)) {
    return bySignIn(response, object(object(answer).client), clerkSessionId);
  }
  return null;
}

function bySignUp(response: Json, clerkSessionId: string): Proved | null {
  const verification = object(object(response.verifications).email_address);
  const email = response.email_address;
  return isProved(verification) && typeof email === 'string'
    ? { clerkSessionId, email: email.toLowerCase() }
    : null;
}

function bySignIn(response: Json, client: Json, clerkSessionId: string): Proved | null {
  if (!isProved(object(response.first_factor_verification))) return null;
  const sessions = Array.isArray(client.sessions) ? client.sessions.map(object) : [];
  const user = object(sessions.find((session) => session.id === clerkSessionId)?.user);
  const addresses = Array.isArray(user.email_addresses) ? user.email_addresses.map(object) : [];
  const [only, ...more] = addresses;
  if (!only || more.length > 0 || object(only.verification).status !== 'verified') return null;
  const email = only.email_address;
  return typeof email === 'string' ? { clerkSessionId, email: email.toLowerCase() } : null;
}

const isProved = (verification: Json): boolean =>
  verification.status === 'verified' && verification.strategy === 'email_code';
