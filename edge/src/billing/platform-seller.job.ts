import type { Mode } from '@dream/contract/primitives';
import type { Deps, EnvironmentRef } from '../deps.ts';

/** Stands in the directory for the platform's account, where ids of connected accounts are. */
export const PLATFORM_ACCOUNT = 'platform';

/**
 * Notes that an environment sells through the platform's account, so that what it sells is
 * reconciled. Call it before anything is sold. Safe to repeat.
 */
export async function notePlatformSeller(
  { directory }: Deps,
  { projectId, mode }: EnvironmentRef,
): Promise<void> {
  await directory
    .prepare('INSERT OR IGNORE INTO stripe_account VALUES (?, ?, ?)')
    .bind(PLATFORM_ACCOUNT, mode, projectId)
    .run();
}

/** Notes whose a Stripe customer of the platform's account is. Call it before anything is sold to it. */
export async function notePlatformCustomer(
  { directory }: Deps,
  { projectId, mode }: EnvironmentRef,
  stripeCustomerId: string,
): Promise<void> {
  await directory
    .prepare('INSERT OR IGNORE INTO platform_customer VALUES (?, ?, ?)')
    .bind(stripeCustomerId, mode, projectId)
    .run();
}

/** The project that one of these Stripe customers of the platform's account was made for, or null. */
export async function projectOfCustomers(
  { directory }: Deps,
  mode: Mode,
  stripeCustomerIds: readonly string[],
): Promise<string | null> {
  for (const id of stripeCustomerIds) {
    const found = await directory
      .prepare(
        'SELECT project_id AS projectId FROM platform_customer WHERE stripe_customer_id = ? AND mode = ?',
      )
      .bind(id, mode)
      .first<{ projectId: string }>();
    if (found) return found.projectId;
  }
  return null;
}

/** Forgets a Stripe customer that was deleted. */
export async function dropPlatformCustomer(
  { directory }: Deps,
  stripeCustomerId: string,
): Promise<void> {
  await directory
    .prepare('DELETE FROM platform_customer WHERE stripe_customer_id = ?')
    .bind(stripeCustomerId)
    .run();
}
