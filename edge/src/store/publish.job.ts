import { addressesOf } from '../content/address.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { Fail } from '../http/fail.ts';
import type { StripeClient } from '../providers/stripe/client.ts';
import { KEYS_LAST_MS } from '../providers/stripe/keys.ts';
import type { Published, VariantToPublish } from './publish.store.ts';

/** How many variants are brought to Stripe at the same time. */
const AT_ONCE = 5;

/**
 * Brings variants to Stripe, of one product or of all, as many as one run can, and queues the next run
 * when there are more. What Stripe refuses is noted at its variant, and delays no other. Safe to repeat.
 * Without an account there is nothing to do: connecting one publishes everything.
 */
export async function publishProducts(
  deps: Deps,
  ref: EnvironmentRef,
  productId: string | null,
): Promise<void> {
  const { via, stripeAccountId } = await deps.project(ref).billing().connection();
  if (via === null) return;
  const work: VariantToPublish[] = await deps.project(ref).products().toPublish(productId);
  if (work.length === 0) return;
  const stripe = deps.stripe(ref, stripeAccountId);
  const done: Published[] = [];
  for (let first = 0; first < work.length; first += AT_ONCE) {
    const some = work.slice(first, first + AT_ONCE);
    const results = await Promise.all(
      some.map((variant) => publishVariant(deps, ref, stripe, stripeAccountId, variant)),
    );
    done.push(...results);
  }
  const next = { productId, jobId: deps.newId('job_'), nowMs: deps.nowMs() };
  await deps.project(ref).products().published(done, next);
  deps.products.drop(ref);
}

/** A refusal is an answer here; what may pass later is thrown. */
async function publishVariant(
  deps: Deps,
  ref: EnvironmentRef,
  stripe: StripeClient,
  accountId: string | null,
  variant: VariantToPublish,
): Promise<Published> {
  const { variantId, revision, retired } = variant;
  try {
    const prices = await makeInStripe(deps, ref, stripe, variant);
    // The new ones first: in between, both can be paid.
    await deps.project(ref).products().priced(prices, accountId);
    for (const priceId of retired) await stripe.archivePrice(priceId);
    return { variantId, revision, retired, refusal: null };
  } catch (error) {
    if (!(error instanceof Fail) || error.code !== 'provider_refused') throw error;
    const reason = String(error.details.reason ?? error.message);
    return { variantId, revision, retired: [], refusal: reason.slice(0, 500) };
  }
}

async function makeInStripe(
  deps: Deps,
  ref: EnvironmentRef,
  stripe: StripeClient,
  { variantId, body, missing }: VariantToPublish,
): Promise<{ id: string; stripePriceId: string }[]> {
  // The id is ours, so making it twice makes one.
  const id = `${ref.projectId}_${ref.mode}_${variantId}`;
  const { imageNames, ...sold } = body;
  const { contentUrl } = deps.config;
  const images = imageNames.map((name) => addressesOf(contentUrl, ref, name).url);
  const productId = await stripe.putProduct({ id, ...sold, images });
  return Promise.all(
    missing.map(async ({ id, wantedAtMs, ...price }) => {
      const mayBeMade = deps.nowMs() - wantedAtMs > KEYS_LAST_MS;
      const made = mayBeMade ? await stripe.findPrice(productId, id) : null;
      const stripePriceId =
        made ?? (await stripe.createPrice({ rowId: id, productId, interval: null, ...price }));
      return { id, stripePriceId };
    }),
  );
}
