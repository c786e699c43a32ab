import type { Usage, UsageStatus } from '@dream/contract';

/** Usage under the field names of the first contract. */
export function toStatus(userId: string, usage: Usage): UsageStatus {
  const { count, ...rest } = usage;
  return { userId, usageCount: count, ...rest };
}
