import type { AuditDetail } from '@dream/contract';
import type { EnvironmentRef } from '../deps.ts';
import type { Call } from '../http/call.ts';
import { actOf } from '../projects/managed.ts';

/**
 * Writes to the audit log what somebody who manages the project does for a customer. What servers do
 * by key is theirs to log.
 */
export async function noteManaged(
  call: Pick<Call<unknown, unknown>, 'deps' | 'principal' | 'nowMs'>,
  { ref, customerId }: { ref: EnvironmentRef; customerId: string },
  action: string,
  details: readonly AuditDetail[] = [],
): Promise<void> {
  const { kind } = call.principal;
  if (kind !== 'operator' && kind !== 'developer') return;
  await call.deps.project(ref).managedCustomers().note(customerId, action, actOf(call), details);
}
