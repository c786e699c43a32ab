import type { Deps, EnvironmentRef } from '../deps.ts';
import { unwrap } from '../http/fail.ts';

/**
 * Sets the password of a customer at this project. It lives on a Clerk user without e-mail, named
 * by the customer's id, so it opens this project and nothing else. Throws `password_rejected`.
 */
export async function setCustomerPassword(
  deps: Deps,
  ref: EnvironmentRef,
  customerId: string,
  password: string,
): Promise<void> {
  const clerk = deps.clerk.for(ref);
  const customers = deps.project(ref).customers();
  const holder = unwrap(await customers.passwordHolderOf(customerId));
  if (holder !== null) return clerk.updatePassword(holder, password);
  const clerkUserId = await clerk.createPasswordUser(customerId, password);
  unwrap(await deps.project(ref).customers().setPasswordHolder(customerId, clerkUserId));
}
