import type { Usage } from '@dream/contract';
import { logAnswer } from './answer-log.ts';
import type { MeterStore } from './meter.store.ts';
import type { UsageAnswer, UsageCall } from './usage-call.ts';

type Keyed = Pick<UsageCall, 'customerId' | 'nowMs'>;
type Key = NonNullable<UsageCall['idempotency']>;

/** What a key is answered without counting: as the first time, or why it cannot be. */
export function replayOf(store: MeterStore, call: Keyed, key: Key): UsageAnswer | null {
  const first = store.answer(call.customerId, key.key, call.nowMs);
  if (first?.fingerprint === key.fingerprint)
    return { kind: 'usage', usage: first.usage, replayed: true };
  if (first) return { kind: 'refused', code: 'idempotency_conflict', details: {} };
  const waitMs = store.keyWaitMs(call.customerId, call.nowMs);
  if (waitMs === 0) return null;
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  return { kind: 'refused', code: 'rate_limited', details: {}, retryAfterSeconds };
}

/** A meter's log of first answers, with this one where the call has a key. */
export function loggedAnswer(
  store: MeterStore,
  { customerId, idempotency, nowMs }: Keyed & Pick<UsageCall, 'idempotency'>,
  log: string,
  usage: Usage,
): string {
  if (!idempotency) return log;
  const { key, fingerprint } = idempotency;
  const room = store.roomIn(customerId, log, nowMs);
  return logAnswer(room, key, { fingerprint, atMs: nowMs, usage });
}
