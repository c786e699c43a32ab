import { nextHoldMs } from '../usage/hold.rpc.ts';
import { Notices } from '../usage/notices.rpc.ts';
import { nextOverageMs } from '../usage/overage.rpc.ts';
import { nextRollUpMs } from '../usage/roll-up.rpc.ts';

/**
 * Sets a shard's alarm to what is due first: overage, usage by day and holds in their time, and notices,
 * which never wait, at `nowMs`. False when there is nothing.
 */
export function armShard(storage: DurableObjectStorage, nowMs: number): boolean {
  const dues = [
    nextOverageMs(storage),
    nextRollUpMs(storage),
    nextHoldMs(storage),
    new Notices(storage).open().length > 0 ? nowMs : null,
  ].filter((dueMs): dueMs is number => dueMs !== null);
  if (dues.length > 0) void storage.setAlarm(Math.min(...dues));
  return dues.length > 0;
}
