import { createHash } from 'node:crypto';
import { BoundedMap } from '../storage/bounded-map.ts';

/** Fingerprints of calls as they are sent over and over: making one costs more than all else of it. */
const made = new BoundedMap<string, string>(1_000);

/** What must be the same for a repeated key to be the same call: 32 characters of a hash. */
export function callFingerprint(
  feature: string,
  amountUnits: number,
  headerPlan: string | null,
): string {
  const call = JSON.stringify([feature, amountUnits, headerPlan]);
  const known = made.get(call);
  if (known !== undefined) return known;
  const fingerprint = createHash('sha256').update(call).digest('hex').slice(0, 32);
  made.set(call, fingerprint, 1);
  return fingerprint;
}
