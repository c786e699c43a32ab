import { RpcTarget } from 'cloudflare:workers';
import { PLATFORM_PROJECT } from '../auth/keys.ts';
import { subscriptionsFor } from '../billing/subscription.rpc.ts';
import { defaultTierName } from '../catalog/catalog.rpc.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import type { PlatformFacts } from './standing.ts';

/** What is known of a developer, and the version of it. */
export interface DeveloperFacts {
  customerId: string;
  email: string | null;
  version: number;
  facts: PlatformFacts;
}

/** What is read of a developer's row. */
type DeveloperRow = {
  id: string;
  email: string | null;
  version: number;
  set_plan: string | null;
  taken_back_ms: number | null;
};

/** Developers as customers of the platform's own live environment. */
export class PlatformFactsRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** What decides how the projects of a developer stand; null of whom there is no customer. */
  of(owner: { customerId: string | null; email: string | null }): DeveloperFacts | null {
    const { sql } = this.#storage;
    const row = sql
      .exec<DeveloperRow>(
        `SELECT id, email, version, set_plan, taken_back_ms FROM customer
         WHERE ${owner.customerId === null ? 'email' : 'id'} = ?`,
        owner.customerId ?? owner.email,
      )
      .toArray()[0];
    if (!row) return null;
    const { id: customerId, email, version, taken_back_ms: takenBackAtMs } = row;
    const facts = {
      isGiven: opensLive(sql, row.set_plan),
      takenBackAtMs,
      subscriptions: subscriptionsFor(sql, customerId),
    };
    return { customerId, email, version, facts };
  }
}

/**
 * Queues telling the projects of a developer when something of their plan changed. Of the customers
 * of any other environment nobody is told. Call it in the transaction of the change.
 */
export function tellProjectsOf(
  storage: DurableObjectStorage,
  { id: customerId, version }: Pick<DeveloperRow, 'id' | 'version'>,
  nowMs: number,
): void {
  const { sql } = storage;
  const { project, mode } = sql
    .exec<{ project: string; mode: string }>('SELECT project_id AS project, mode FROM environment')
    .one();
  if (project !== PLATFORM_PROJECT || mode !== 'live') return;
  const id = `tell_${customerId}_${version}`;
  enqueue(sql, id, { kind: 'platform.tell', customerId }, nowMs);
  armAlarm(storage);
}

/** Whether another plan set for a customer ends one that opened live mode. */
export const isTakenBack = (
  sql: SqlStorage,
  { set_plan: before }: Pick<DeveloperRow, 'set_plan'>,
  after: string | undefined,
): boolean => after !== undefined && opensLive(sql, before) && !opensLive(sql, after);

/** Every plan does but the one that everybody has. */
const opensLive = (sql: SqlStorage, plan: string | null): boolean =>
  plan !== null && plan !== defaultTierName(sql);
