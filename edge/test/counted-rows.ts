import { runInDurableObject } from 'cloudflare:test';
import { expect } from 'vitest';
import type { ShardObject } from '../src/shard/shard.object.ts';
import { LiveHolds } from '../src/usage/live-holds.ts';
import { MeterRpc } from '../src/usage/meter.rpc.ts';
import type { UsageCall } from '../src/usage/usage-call.ts';

type Cursor = SqlStorageCursor<Record<string, SqlStorageValue>>;

/** Rows that statements read and wrote. */
interface Rows {
  read: number;
  written: number;
}

/** A Durable Object's storage that adds up the rows of its statements. */
export function withRowsCounted(storage: DurableObjectStorage) {
  const cursors: Cursor[] = [];
  const counting = {
    transactionSync: <T>(act: () => T) => storage.transactionSync(act),
    setAlarm: (atMs: number) => storage.setAlarm(atMs),
    sql: {
      exec: (query: string, ...bindings: unknown[]): Cursor => {
        const cursor = storage.sql.exec(query, ...bindings);
        cursors.push(cursor);
        return cursor;
      },
    },
  };
  return {
    storage: counting as unknown as DurableObjectStorage,
    /** Those of the statements since it was asked last. */
    rows: (): Rows =>
      cursors.splice(0).reduce(
        ({ read, written }, { rowsRead, rowsWritten }) => ({
          read: read + rowsRead,
          written: written + rowsWritten,
        }),
        { read: 0, written: 0 },
      ),
  };
}

/** The rows of calls that are counted one after the other, each by itself, by a meter of their own. */
export const rowsOfCalls = (
  stub: DurableObjectStub<ShardObject>,
  calls: readonly (Pick<UsageCall, 'customerId' | 'feature'> & Partial<UsageCall>)[],
): Promise<Rows[]> =>
  runInDurableObject(stub, (shard, { storage }) => {
    const counted = withRowsCounted(storage);
    const meter = new MeterRpc(
      counted.storage,
      () => {},
      () => {},
      (one, nowMs) => shard.rollUp().counted(one, nowMs),
      new LiveHolds(),
    );
    const rows = calls.map((call) => {
      const said = { amountUnits: 1, headerPlan: null, idempotency: null, rulesVersion: 0 };
      expect(meter.track({ ...said, nowMs: Date.now(), ...call }).kind).toBe('usage');
      return counted.rows();
    });
    for (const { customerId } of calls) shard.meter().forget(customerId);
    return rows;
  });
