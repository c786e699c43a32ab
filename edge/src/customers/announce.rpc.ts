import { defaultTierName } from '../catalog/catalog.rpc.ts';
import { bookCustomer } from '../metrics/book.rpc.ts';
import { emit } from '../outgoing/emit.rpc.ts';
import { tellProjectsOf } from '../platform/facts.rpc.ts';
import { defaultToldOf } from './default-change.rpc.ts';
import { type CustomerRow, insertCustomer, toCustomer, touchCustomer } from './customers.store.ts';

/** Makes a customer, of whom webhooks are told. Call it in a transaction. */
export function addCustomer(
  storage: DurableObjectStorage,
  given: Parameters<typeof insertCustomer>[1],
  nowMs: number,
): CustomerRow {
  const row = insertCustomer(storage.sql, given, nowMs);
  bookCustomer(storage.sql, nowMs);
  const customer = toCustomer(storage.sql, row, nowMs);
  emit(storage, { type: 'customer.created', data: { customer }, customerId: row.id }, nowMs);
  return row;
}

/** Notes that the plan in force may have changed; where it has, webhooks are told. */
export function noteChange(storage: DurableObjectStorage, id: string, nowMs: number): CustomerRow {
  const { sql } = storage;
  const row = touchCustomer(sql, id);
  const customer = toCustomer(sql, row, nowMs);
  const { plan: to, planSource: why, subscription, externalId } = customer;
  const coming = defaultToldOf(sql, row);
  const from = row.announced_plan ?? coming ?? defaultTierName(sql) ?? to;
  sql.exec(
    'UPDATE customer SET announced_plan = ? WHERE id = ?',
    // Named, it is passed over by a change of the default that is still on its way here.
    why === 'default' && coming === null ? null : to,
    row.id,
  );
  const data = { customer: { id: row.id, externalId }, from, to, why, subscription };
  if (from !== to) emit(storage, { type: 'plan.changed', data, customerId: row.id }, nowMs);
  tellProjectsOf(storage, row, nowMs);
  return row;
}
