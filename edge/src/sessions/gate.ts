import type { Deps, EnvironmentRef } from '../deps.ts';
import type { GateRule } from '../gate/gate.object.ts';
import { Fail } from '../http/fail.ts';
import { hashSecret } from '../auth/keys.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How often each thing may be tried, by the address or e-mail that tries it. */
export const LIMITS = {
  /** Sign-ins, refreshes and proxied calls from one address. */
  address: { max: 300, windowMs: MINUTE_MS },
  /** Wrong or right passwords for one e-mail of one project. */
  password: { max: 10, windowMs: 15 * MINUTE_MS },
  /** Passwords a visitor tries, for whatever e-mails: stolen lists are tried on many. */
  passwordsTried: { max: 100, windowMs: 15 * MINUTE_MS },
  /** Codes mailed to one address, over all projects. */
  codes: { max: 3, windowMs: 60 * MINUTE_MS },
  /** Those of them one visitor may have: no stranger alone uses up what the owner needs. */
  codesOfVisitor: { max: 2, windowMs: 60 * MINUTE_MS },
  /** Codes a visitor asks for, for whatever addresses: an office may share one. */
  codesAsked: { max: 30, windowMs: 60 * MINUTE_MS },
  /** Codes mailed for one environment: more than a launch day's sign-ups in its best hour. */
  codesOfProject: { max: 2_000, windowMs: 60 * MINUTE_MS },
  /** Sign-ins at a provider begun by one visitor, in whatever projects: an office may share one. */
  oauth: { max: 60, windowMs: 10 * MINUTE_MS },
  /** Developers who sign up at the platform from one address. */
  developerSignUps: { max: 5, windowMs: 60 * MINUTE_MS },
  /** Checkouts begun by one customer's page, or by guests of one address. */
  checkouts: { max: 20, windowMs: 10 * MINUTE_MS },
} as const;

/**
 * Counts an attempt by its subject (an address, or an e-mail in a project), of which only a hash
 * is kept. Throws `too_many_attempts`.
 */
export async function gate(deps: Deps, limit: keyof typeof LIMITS, subject: string): Promise<void> {
  await pass(deps, limit, subject, [{ name: limit, ...LIMITS[limit] }]);
}

/**
 * Counts a code that is to be mailed to an address, and for the share of the visitor who asks: both or
 * neither. Throws `too_many_attempts`.
 */
export async function gateCode(deps: Deps, email: string, visitor: string): Promise<void> {
  const share = `codesOfVisitor:${await hashSecret(visitor)}`;
  await pass(deps, 'codes', email, [
    { name: 'codes', ...LIMITS.codes },
    { name: share, ...LIMITS.codesOfVisitor },
  ]);
}

/** How many new customers of a day may come from one visitor: a quarter of all, and always 20. */
export const signUpsOfVisitor = (signUpsPerDay: number): number =>
  Math.max(20, Math.floor(signUpsPerDay / 4));

/**
 * Counts a new customer of an environment for the visitor's share of its cap, so that nobody alone
 * closes the door for a day. Throws `too_many_attempts`.
 */
export async function gateSignUp(
  deps: Deps,
  { projectId, mode }: EnvironmentRef,
  signUpsPerDay: number,
  visitor: string,
): Promise<void> {
  const rule = { name: 'signUps', max: signUpsOfVisitor(signUpsPerDay), windowMs: DAY_MS };
  await pass(deps, 'signUps', `${projectId}:${mode}:${visitor}`, [rule]);
}

async function pass(
  deps: Deps,
  limit: string,
  subject: string,
  rules: readonly GateRule[],
): Promise<void> {
  const gate = deps.gate(`${limit}:${await hashSecret(subject)}`);
  const waitMs = await gate.attempt(rules, deps.nowMs());
  if (waitMs > 0) throw new Fail('too_many_attempts', {}, Math.ceil(waitMs / 1000));
}
