import { RpcTarget } from 'cloudflare:workers';
import type { TaxBehavior, TierInput } from '@dream/contract';
import type { Interval } from '@dream/contract/primitives';
import { MAX_TIERS } from '@dream/contract/tiers';
import { noteDefaultChange } from '../customers/default-change.rpc.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { tierDetails } from '../projects/audit-details.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import { readTiers } from './catalog.store.ts';
import {
  type OverageToPublish,
  overageRates,
  overageToPublish,
  replaceOverage,
} from './overage.store.ts';
import type { TierRecord } from './tier.ts';

/** A tier was written; `jobId` is the outbox row that makes it so in Stripe, null when nothing is to do. */
export interface TierWritten {
  tier: TierRecord;
  jobId: string | null;
}

/** A price that Stripe has not yet. */
type PriceToMake = {
  id: string;
  priceMinor: number;
  currency: string;
  interval: Interval;
  taxBehavior: TaxBehavior;
};

/** What Stripe must have for a tier: a product, and a price for each row that has none yet. */
export interface TierToPublish {
  tier: TierRecord;
  missing: PriceToMake[];
  /** Stripe prices that are no longer sold, and Stripe was not told. */
  retired: string[];
  overage: OverageToPublish;
}

/** The tiers of one environment. */
export class CatalogRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  tiers(): TierRecord[] {
    return readTiers(this.#storage.sql);
  }

  /** Creates or replaces a tier. A price that changed is archived and made anew, never edited. */
  putTier(
    name: string,
    input: TierInput,
    ids: { job: string; prices: readonly string[] },
    act: Act,
  ): Outcome<TierWritten> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const old = this.#find(name);
      if (!old && this.tiers().length >= MAX_TIERS)
        return no('too_many_tiers', { atMost: MAX_TIERS });
      if (old?.isDefault && input.isDefault === false) return no('tier_in_use', { tier: name });
      const { prices: _prices, isDefault: wanted, ...body } = input;
      const isDefault = wanted ?? old?.isDefault ?? false;
      const before = defaultTierName(sql);
      if (isDefault && before !== null && before !== name)
        noteDefaultChange(this.#storage, { id: ids.job, from: before, to: name }, act.nowMs);
      if (isDefault) sql.exec('UPDATE tier SET is_default = 0');
      sql.exec(
        `INSERT INTO tier (name, body, is_default, position) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE SET body = ?2, is_default = ?3, position = ?4, archived_ms = NULL`,
        name,
        JSON.stringify(body),
        isDefault ? 1 : 0,
        body.position,
      );
      this.#replacePrices(name, input, ids.prices, act.nowMs);
      replaceOverage(sql, name, overageRates(input), ids.job, act.nowMs);
      sql.exec('UPDATE environment SET version = version + 1');
      const tier = this.#must(name);
      writeAudit(sql, act, 'tier.saved', name, tierDetails(old ?? null, tier));
      return ok({ tier, jobId: this.#enqueuePublish(name, ids.job, act.nowMs) });
    });
  }

  /** Takes a tier out of sale. Those who have it keep it. */
  archiveTier(name: string, jobId: string, act: Act): Outcome<TierWritten> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const tier = this.#find(name);
      if (!tier || tier.archived)
        return no('tier_not_found', { tiers: this.tiers().map((t) => t.name) });
      if (tier.isDefault) return no('tier_in_use', { tier: name });
      sql.exec('UPDATE tier SET archived_ms = ? WHERE name = ?', act.nowMs, name);
      sql.exec(
        'UPDATE price SET archived_ms = ? WHERE tier = ? AND archived_ms IS NULL',
        act.nowMs,
        name,
      );
      replaceOverage(sql, name, [], jobId, act.nowMs);
      sql.exec('UPDATE environment SET version = version + 1');
      writeAudit(sql, act, 'tier.archived', name);
      return ok({ tier: this.#must(name), jobId: this.#enqueuePublish(name, jobId, act.nowMs) });
    });
  }

  /** Ensures the tier every environment starts with, so that there always is a default. */
  ensureDefault(nowMs: number): void {
    const { sql } = this.#storage;
    if (readTiers(sql).some((tier) => tier.isDefault)) return;
    const free: Omit<TierInput, 'prices' | 'isDefault'> = {
      displayName: 'Free',
      description: '',
      taxBehavior: 'unspecified',
      features: [{ kind: 'metered', name: 'requests', limitUnits: 100, overage: null }],
      credits: null,
      highlights: [],
      popular: false,
      listed: true,
      trialDays: 0,
      rateLimitPerMinute: 100,
      position: 0,
    };
    this.#storage.transactionSync(() => {
      sql.exec(
        "INSERT INTO tier (name, body, is_default, position) VALUES ('free', ?, 1, 0)",
        JSON.stringify(free),
      );
      writeAudit(sql, { actor: 'system', nowMs }, 'tier.saved', 'free');
    });
  }

  /** What is still to be made in Stripe for a tier; null when there is no such tier. */
  toPublish(name: string): TierToPublish | null {
    const { sql } = this.#storage;
    const tier = this.#find(name);
    if (!tier) return null;
    const missing = sql
      .exec<PriceToMake>(
        `SELECT id, price_minor AS priceMinor, currency, interval, tax_behavior AS taxBehavior
         FROM price WHERE tier = ? AND archived_ms IS NULL AND stripe_price_id IS NULL`,
        name,
      )
      .toArray();
    const retired = sql
      .exec<{ id: string }>(
        `SELECT stripe_price_id AS id FROM price
         WHERE tier = ? AND archived_ms IS NOT NULL AND stripe_price_id IS NOT NULL AND retired = 0`,
        name,
      )
      .toArray()
      .map((row) => row.id);
    return { tier, missing, retired, overage: overageToPublish(sql, name) };
  }

  /**
   * Records the product and prices Stripe made in an account, unless the environment uses another one
   * by now, in which they mean nothing. Safe to repeat.
   */
  published(
    name: string,
    productId: string,
    prices: readonly { id: string; stripePriceId: string }[],
    accountId: string | null,
  ): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      const isOfNow = sql.exec('SELECT 1 FROM connection WHERE stripe_account_id IS ?', accountId);
      if (isOfNow.toArray().length === 0) return;
      sql.exec('UPDATE tier SET stripe_product_id = ? WHERE name = ?', productId, name);
      // A row is either a price or one of overage: its id is in one table.
      for (const { id, stripePriceId } of prices) {
        sql.exec('UPDATE price SET stripe_price_id = ? WHERE id = ?', stripePriceId, id);
        sql.exec('UPDATE overage_price SET stripe_price_id = ? WHERE id = ?', stripePriceId, id);
      }
      sql.exec('UPDATE environment SET version = version + 1');
    });
  }

  /** Notes that Stripe sells a price no more. */
  retired(stripePriceId: string): void {
    for (const table of ['price', 'overage_price']) {
      this.#storage.sql.exec(
        `UPDATE ${table} SET retired = 1 WHERE stripe_price_id = ?`,
        stripePriceId,
      );
    }
  }

  #replacePrices(
    name: string,
    { prices, taxBehavior }: Pick<TierInput, 'prices' | 'taxBehavior'>,
    ids: readonly string[],
    nowMs: number,
  ): void {
    const { sql } = this.#storage;
    const kept = sql
      .exec<{
        id: string;
        price_minor: number;
        currency: string;
        interval: string;
        tax_behavior: TaxBehavior;
      }>('SELECT * FROM price WHERE tier = ? AND archived_ms IS NULL', name)
      .toArray();
    const same = (a: TierInput['prices'][number], b: (typeof kept)[number]) =>
      a.priceMinor === b.price_minor &&
      a.currency === b.currency &&
      a.interval === b.interval &&
      b.tax_behavior === taxBehavior;
    for (const old of kept) {
      if (!prices.some((price) => same(price, old))) {
        sql.exec('UPDATE price SET archived_ms = ? WHERE id = ?', nowMs, old.id);
      }
    }
    prices.forEach((price, index) => {
      const old = kept.find((each) => same(price, each));
      // Prices are read by rowid: one that stays goes behind those before it, as it was written.
      if (old) {
        sql.exec(
          'UPDATE price SET rowid = (SELECT max(rowid) + 1 FROM price) WHERE id = ?',
          old.id,
        );
        return;
      }
      sql.exec(
        'INSERT INTO price (id, tier, price_minor, currency, interval, tax_behavior) VALUES (?, ?, ?, ?, ?, ?)',
        ids[index] ?? '',
        name,
        price.priceMinor,
        price.currency,
        price.interval,
        taxBehavior,
      );
    });
  }

  #enqueuePublish(name: string, jobId: string, nowMs: number): string | null {
    const work = this.toPublish(name);
    if (!work) return null;
    const { missing, retired, overage } = work;
    const hasWork = [missing, retired, overage.missing, overage.retired].some(
      (list) => list.length > 0,
    );
    if (!hasWork && !work.tier.stripeProductId) return null;
    enqueue(this.#storage.sql, jobId, { kind: 'stripe.publish_tier', tier: name }, nowMs);
    armAlarm(this.#storage);
    return jobId;
  }

  #find(name: string): TierRecord | undefined {
    return this.tiers().find((tier) => tier.name === name);
  }

  #must(name: string): TierRecord {
    const tier = this.#find(name);
    if (!tier) throw new Error(`Tier ${name} is gone in its own transaction`);
    return tier;
  }
}

/** The name of the tier that decides when nothing else does, for who reads it in a transaction. */
export function defaultTierName(sql: SqlStorage): string | null {
  return (
    sql.exec<{ name: string }>('SELECT name FROM tier WHERE is_default = 1').toArray()[0]?.name ??
    null
  );
}

/** Every tier in the order they are shown, also those not sold any more. */
export const tierNames = (
  sql: SqlStorage,
): { name: string; displayName: string; archived: boolean }[] =>
  readTiers(sql).map(({ name, displayName, archived }) => ({ name, displayName, archived }));

/** The limits of metered features by tier and feature; null is unlimited. */
export function meteredLimits(sql: SqlStorage): Map<string, Map<string, number | null>> {
  return new Map(
    readTiers(sql).map(({ name, features }) => [
      name,
      new Map(
        features.flatMap((feature) =>
          feature.kind === 'metered' ? [[feature.name, feature.limitUnits] as const] : [],
        ),
      ),
    ]),
  );
}
