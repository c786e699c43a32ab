import { createHash } from 'node:crypto';

/** What must be the same for a repeated key to be the same call: 32 characters of a hash. */
export const callFingerprint = (
  feature: string,
  amountUnits: number,
  headerPlan: string | null,
): string =>
  createHash('sha256')
    .update(JSON.stringify([feature, amountUnits, headerPlan]))
    .digest('hex')
    .slice(0, 32);
