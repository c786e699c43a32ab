import type { Deps, EnvironmentRef } from '../deps.ts';
import { unwrap } from '../http/fail.ts';

/**
 * Sets the password of a customer at this project. It lives on a Clerk user without e-mail, named
 * by the customer's id, so it opens this project and nothing else. False, and nothing set, when the
 * owner of the customer's e-mail proved it meanwhile, or `mayStill` says no: Clerk takes its time,
 * and who was asked for at the start may have lost the customer at the end. Throws
 * `password_rejected`.
 */
export async function setCustomerPassword(
  deps: Deps,
  ref: EnvironmentRef,
  customerId: string,
  password: string,
  mayStill: () => Promise<boolean>,
): Promise<boolean> {
  const clerk = await deps.clerk.for(ref);
  const before = unwrap(await deps.project(ref).customers().passwordHolderOf(customerId));
  if (before.clerkUserId !== null) {
    if (!(await mayStill())) return false;
    await clerk.updatePassword(before.clerkUserId, password);
    return true;
  }
  const clerkUserId = await clerk.createPasswordUser(customerId, password);
  const holder = { clerkUserId, ownInstanceId: clerk.ownInstanceId };
  const isSet =
    (await mayStill()) &&
    unwrap(
      await deps
        .project(ref)
        .customers()
        .setPasswordHolder(customerId, holder, before.isEmailVerified),
    );
  if (!isSet) await clerk.deleteUser(clerkUserId);
  return isSet;
}
