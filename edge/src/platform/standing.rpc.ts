import { RpcTarget } from 'cloudflare:workers';
import type { Mode } from '@dream/contract/primitives';
import { PLATFORM_PROJECT } from '../auth/keys.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { emit } from '../outgoing/emit.rpc.ts';
import {
  isBounded,
  lapseNews,
  type LapseTerms,
  type PlatformFacts,
  type Standee,
  standingOf,
} from './standing.ts';

/** What an environment is told of its developer. An older version never replaces a newer one. */
export interface PlatformPlan {
  version: number;
  /** Null while the platform knows nothing of the developer. */
  facts: PlatformFacts | null;
  /** How many customers test mode holds without a plan; null for any number. */
  testCustomers: number | null;
}

type PlanRow = { version: number; facts: string | null; test_customers: number | null };

/** What one environment knows of its developer's plan. */
export class StandingRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /**
   * Keeps what the platform tells, unless something newer is known. A developer it knows no more has
   * left, and what they had ended then. Safe to repeat.
   */
  put(told: PlatformPlan, nowMs: number): void {
    const { sql } = this.#storage;
    const known = planRow(sql);
    const hasLeft = told.facts === null && known !== undefined && known.facts !== null;
    const version = hasLeft ? known.version : told.version;
    const facts = hasLeft ? afterLeaving(standeeOf(sql), nowMs) : told.facts;
    sql.exec(
      `INSERT INTO platform_plan VALUES (1, ?1, ?2, ?3)
       ON CONFLICT DO UPDATE SET version = ?1, facts = ?2, test_customers = ?3
       WHERE version < ?1 OR (version = ?1 AND (facts IS NOT ?2 OR test_customers IS NOT ?3))`,
      version,
      facts && JSON.stringify(facts),
      told.testCustomers,
    );
  }

  /** Tells webhooks what there is to tell of the end of the developer's plan, each once for each end. */
  tell(terms: LapseTerms, nowMs: number): void {
    const { sql } = this.#storage;
    const { projectId, mode } = environmentOf(sql);
    const standing = standingOf(standeeOf(sql), nowMs, terms);
    this.#storage.transactionSync(() => {
      for (const { type, data } of lapseNews(standing, nowMs)) {
        const id = ['evt', projectId, mode, type, data.lapsedAtMs].join('_').replaceAll('.', '_');
        emit(this.#storage, { type, data, customerId: null, id }, nowMs);
      }
    });
  }
}

/** What decides how the project of an environment stands. */
export function standeeOf(sql: SqlStorage): Standee {
  const { projectId, createdAtMs } = environmentOf(sql);
  const facts = planRow(sql)?.facts ?? null;
  return {
    isPlatform: projectId === PLATFORM_PROJECT,
    createdAtMs,
    facts: facts === null ? null : (JSON.parse(facts) as PlatformFacts),
  };
}

/** What is known of a developer who is there no more: what had not ended before ends now. */
function afterLeaving(standee: Standee, nowMs: number): PlatformFacts | null {
  if (standingOf(standee, nowMs).lapsedAtMs !== null) return standee.facts;
  return { isGiven: false, takenBackAtMs: nowMs, subscriptions: [] };
}

/** Whether there is room for one more customer: there always is, but for test mode without a plan. */
export function roomForCustomer(sql: SqlStorage, nowMs: number): Outcome<null> {
  const max = planRow(sql)?.test_customers ?? null;
  if (max === null || environmentOf(sql).mode === 'live') return ok(null);
  if (!isBounded(standingOf(standeeOf(sql), nowMs))) return ok(null);
  const { count } = sql.exec<{ count: number }>('SELECT count(*) AS count FROM customer').one();
  return count < max ? ok(null) : no('test_customers_reached', { max });
}

/** Whether customers of an environment are counted for its developer: of live ones that are billed. */
export function isCounted(sql: SqlStorage): boolean {
  const { projectId, mode } = environmentOf(sql);
  const isBilled = planRow(sql)?.test_customers != null;
  return isBilled && mode === 'live' && projectId !== PLATFORM_PROJECT;
}

const planRow = (sql: SqlStorage): PlanRow | undefined =>
  sql.exec<PlanRow>('SELECT version, facts, test_customers FROM platform_plan').toArray()[0];

const environmentOf = (sql: SqlStorage) =>
  sql
    .exec<{ projectId: string; mode: Mode; createdAtMs: number }>(
      'SELECT project_id AS projectId, mode, created_ms AS createdAtMs FROM environment',
    )
    .one();
