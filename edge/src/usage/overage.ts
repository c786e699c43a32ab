import type { EnvironmentRef } from '../deps.ts';

/** Overage of a customer and feature is reported once in this time at most. */
export const MINUTE_MS = 60_000;

/** Units above a limit, to be billed: the same whenever and however often it is sent. */
export interface OverageReport {
  id: string;
  customerId: string;
  feature: string;
  units: number;
  /** When they were used, within the period they are of. */
  atMs: number;
  tries: number;
  firstSentMs: number | null;
}

/** The name a meter of ours at Stripe hears: one for each environment and feature. */
export const meterEventName = ({ projectId, mode }: EnvironmentRef, feature: string): string =>
  `dream_${projectId}_${mode}_${feature}`;

/** Stripe knows an id again for 24 h, and takes use of the last 35 days. */
const KNOWN_FOR_MS = 23 * 3_600_000;
const TAKEN_FOR_MS = 34 * 86_400_000;

/**
 * How to send a report: `send` it, repeated or not; `look` for it first, because it may have arrived
 * too long ago to be known again; or `give_up`, because nobody takes it any more.
 */
export function decideSending(
  { atMs, firstSentMs }: Pick<OverageReport, 'atMs' | 'firstSentMs'>,
  nowMs: number,
): 'send' | 'look' | 'give_up' {
  if (nowMs - atMs > TAKEN_FOR_MS) return 'give_up';
  return firstSentMs !== null && nowMs - firstSentMs > KNOWN_FOR_MS ? 'look' : 'send';
}
