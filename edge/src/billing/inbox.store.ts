import type { Perishable } from '../storage/prune.ts';

/** An event's id is remembered for a week; Stripe repeats one for three days at most. */
export const OLD_EVENTS: Perishable = {
  table: 'inbox',
  key: 'event_id',
  over: 'received_ms <= ?',
  keepMs: 7 * 86_400_000,
};
