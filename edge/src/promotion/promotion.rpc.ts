import { RpcTarget } from 'cloudflare:workers';
import type { Promotion, TierInput } from '@dream/contract';
import { connectionOf } from '../billing/connection.rpc.ts';
import { CatalogRpc } from '../catalog/catalog.rpc.ts';
import type { TierRecord } from '../catalog/tier.ts';
import { Fail, no, ok, type Outcome, unwrap } from '../http/fail.ts';
import { ImagesRpc, picturesOf } from '../content/images.rpc.ts';
import { AccessRpc } from '../projects/access.rpc.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import type { LastShown } from '../store/last-shown.ts';
import { MAX_PRODUCTS } from '../store/product.ts';
import { ProductsRpc } from '../store/products.rpc.ts';
import { needsStripe, promotedSettings, promotionOf, type Side } from './promotion.ts';

/** What promoting would do, before its fingerprint is taken. */
export type PromotionPlan = Omit<Promotion, 'fingerprint'>;

/** How many ids a promotion can need: a job and a price prefix for each thing. */
type NewId = { job: string; price: string };

/** Bringing what one environment has into this one, as a whole or not at all. */
export class PromotionRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;
  readonly #lastShown: LastShown;

  constructor(storage: DurableObjectStorage, lastShown: LastShown) {
    super();
    this.#storage = storage;
    this.#lastShown = lastShown;
  }

  /** What this environment has that can be promoted. */
  side(): Side {
    const { settings, tiers } = unwrap(new AccessRpc(this.#storage).environment());
    const query = { q: '', archived: false, after: '', limit: MAX_PRODUCTS };
    const { products } = this.#products().products(query);
    const shown = products.flatMap(({ images }) => images.map(({ id }) => id));
    return { settings, tiers, products, pictures: picturesOf(this.#storage.sql, shown) };
  }

  /** What this environment would get of another one. */
  plan(source: Side): PromotionPlan {
    const plan = promotionOf(source, this.side());
    const isConnected = connectionOf(this.#storage.sql).via !== null;
    return { ...plan, stripeReady: isConnected || !needsStripe(plan, source) };
  }

  /**
   * Does what was planned, in one transaction, unless it would be something else by now. Answers the
   * jobs that bring it to Stripe.
   */
  apply(
    source: Side,
    agreed: PromotionPlan,
    ids: readonly NewId[],
    act: Act,
  ): Outcome<{ jobIds: string[] }> {
    const left = [...ids];
    try {
      return this.#storage.transactionSync(() => {
        const plan = this.plan(source);
        if (JSON.stringify(plan) !== JSON.stringify(agreed)) return no('promotion_changed');
        if (!plan.stripeReady) return no('stripe_not_connected');
        const jobIds = plan.changes.flatMap((change) => {
          const id = left.shift();
          if (!id) throw new Error('A promotion was given too few ids');
          return this.#adopt(source, change, id, act) ?? [];
        });
        writeAudit(this.#storage.sql, act, 'project.promoted', summary(plan));
        return ok({ jobIds });
      });
    } catch (error) {
      // Thrown, so that the transaction is undone; classes do not survive RPC.
      if (error instanceof Fail) return no(error.code, error.details);
      throw error;
    }
  }

  /** Notes in the environment that was promoted where it went. */
  promoted(plan: PromotionPlan, act: Act): void {
    writeAudit(this.#storage.sql, act, 'project.promoted', summary(plan));
  }

  /** Makes one change; the job that brings it to Stripe, or null. */
  #adopt(
    source: Side,
    { kind, name }: Promotion['changes'][number],
    id: NewId,
    act: Act,
  ): string | null {
    if (kind === 'settings') {
      const patch = promotedSettings(source.settings);
      unwrap(new AccessRpc(this.#storage).updateSettings(patch, act));
      return null;
    }
    if (kind === 'tier') {
      const tier = source.tiers.find((each) => each.name === name);
      if (!tier) throw new Error(`Tier ${name} is not where it is promoted from`);
      const prices = tier.prices.map((_, index) => `${id.price}_${index}`);
      const input = tierInput(tier);
      const written = new CatalogRpc(this.#storage).putTier(
        tier.name,
        input,
        { job: id.job, prices },
        act,
      );
      return unwrap(written).jobId;
    }
    const product = source.products.find((each) => each.id === name);
    if (!product) throw new Error(`Product ${name} is not where it is promoted from`);
    const ids = { ...id, variants: [] };
    const pictureOf = this.#pictureOf(source, product);
    return unwrap(this.#products().adoptProduct(product, ids, pictureOf, act)).jobId;
  }

  /** What a picture of a product is called here; null for one that is not. */
  #pictureOf(source: Side, { images }: Side['products'][number]): (id: string) => string | null {
    const shown = new Set(images.map(({ id }) => id));
    const there = source.pictures.filter(({ id }) => shown.has(id));
    const here = new ImagesRpc(this.#storage).having(there.map(({ sourceHash }) => sourceHash));
    const ids = new Map(here.map(({ sourceHash, id }) => [sourceHash, id]));
    return (id) => ids.get(there.find((one) => one.id === id)?.sourceHash ?? '') ?? null;
  }

  #products(): ProductsRpc {
    return new ProductsRpc(this.#storage, this.#lastShown);
  }
}

/** A tier as it is written anew. One that is not the default says nothing of it: live has its own. */
function tierInput(tier: TierRecord): TierInput {
  return {
    displayName: tier.displayName,
    description: tier.description,
    prices: tier.prices.map(({ priceMinor, currency, interval }) => ({
      priceMinor,
      currency,
      interval,
    })),
    taxBehavior: tier.taxBehavior,
    features: tier.features,
    credits: tier.credits,
    highlights: tier.highlights,
    popular: tier.popular,
    listed: tier.listed,
    ...(tier.isDefault ? { isDefault: true } : {}),
    trialDays: tier.trialDays,
    rateLimitPerMinute: tier.rateLimitPerMinute,
    position: tier.position,
  };
}

const summary = ({ changes }: PromotionPlan): string =>
  changes
    .map(({ kind, name }) => name ?? kind)
    .join(', ')
    .slice(0, 500);
