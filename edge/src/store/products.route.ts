import type { Product, ProductInput } from '@dream/contract';
import {
  archiveProduct,
  changeStock,
  createProduct,
  getProduct,
  listAllProducts,
  listProducts,
  moveProduct,
  putProduct,
} from '@dream/contract/products';
import type { Hono } from 'hono';
import { addressesOf } from '../content/address.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, environmentPrincipal, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { type Managed, managedEnvironment } from '../projects/managed.ts';
import { cursorOf, placeIn } from './cursor.ts';
import { type AddressOf, managedProduct } from './public-product.ts';
import type { ProductRecord } from './product.ts';
import type { NewIds, ProductWritten } from './products.rpc.ts';

/** The public catalogue, and the management of products and their stock. */
export function productRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, listProducts, async (call) => {
    const { ref } = environmentPrincipal(call.principal);
    const { category = null, limit, cursor } = call.query;
    const query = { category, limit, after: after(cursor) };
    const shown = await deps.products.get(ref, call.nowMs);
    const cached = 'public, max-age=10, stale-while-revalidate=60';
    // What a key opens must not be answered to another one by whatever keeps it.
    const headers = { 'cache-control': cached, vary: 'Authorization', etag: shown.etag };
    if (isKnown(call.c.req.header('if-none-match'), shown.etag))
      return call.c.body(null, 304, headers);
    const answer = { ...headers, 'content-type': 'application/json' };
    return call.c.body(shown.page(query), 200, answer);
  });

  serve(app, deps, listAllProducts, async (call) => {
    const { ref, project } = await managedEnvironment(call);
    const shown = (product: ProductRecord) => managedProduct(product, addressesIn(deps, ref));
    const { q = '', archived, cursor, limit } = call.query;
    const query = { q, archived: archived === 'true', after: after(cursor), limit };
    const { products, endsAt } = await project.products().products(query);
    return { products: products.map(shown), nextCursor: endsAt === null ? null : cursorOf(endsAt) };
  });

  serve(app, deps, createProduct, async (call) => {
    const managed = await managedEnvironment(call);
    const id = deps.newId('prod_');
    const written = await managed.project
      .products()
      .createProduct(id, call.body, newIds(deps, call.body), managed.act);
    return published(deps, managed, unwrap(written));
  });

  serve(app, deps, getProduct, async (call) => {
    const { ref, project } = await managedEnvironment(call);
    const product = unwrap(await project.products().product(call.param('product')));
    return { product: managedProduct(product, addressesIn(deps, ref)) };
  });

  serve(app, deps, putProduct, async (call) => {
    const managed = await managedEnvironment(call);
    const written = await managed.project
      .products()
      .putProduct(call.param('product'), call.body, newIds(deps, call.body), managed.act);
    return published(deps, managed, unwrap(written));
  });

  serve(app, deps, archiveProduct, async (call) => {
    const managed = await managedEnvironment(call);
    const written = await managed.project
      .products()
      .archiveProduct(call.param('product'), deps.newId('job_'), managed.act);
    return published(deps, managed, unwrap(written));
  });

  serve(app, deps, moveProduct, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    const moved = await project.products().moveProduct(call.param('product'), call.body.after, act);
    deps.products.drop(ref);
    return { product: managedProduct(unwrap(moved), addressesIn(deps, ref)) };
  });

  serve(app, deps, changeStock, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    const changed = await project
      .products()
      .changeStock(call.param('product'), call.param('variant'), call.body, act);
    deps.products.drop(ref);
    return { variant: unwrap(changed) };
  });
}

const addressesIn =
  (deps: Deps, ref: EnvironmentRef): AddressOf =>
  (name) =>
    addressesOf(deps.config.contentUrl, ref, name);

const newIds = (deps: Deps, { variants }: ProductInput): NewIds => ({
  job: deps.newId('job_'),
  price: deps.newId('prc_'),
  variants: variants.map(() => deps.newId('var_')),
});

/**
 * The product after a first run of publishing. Stripe's no, or its silence, does not undo what was
 * saved: the product says whether it is published, and what is missing is tried again.
 */
async function published(
  deps: Deps,
  { ref, project }: Managed,
  { product, jobId }: ProductWritten,
): Promise<{ product: Product }> {
  deps.products.drop(ref);
  if (jobId !== null) await deliverJobs(deps, ref, [jobId]);
  const now = jobId === null ? product : unwrap(await project.products().product(product.id));
  return { product: managedProduct(now, addressesIn(deps, ref)) };
}

/** The place a page begins behind. Throws for a cursor that no page gave. */
function after(cursor: string | undefined): string {
  const place = cursor === undefined ? '' : placeIn(cursor);
  if (place !== null) return place;
  const message = 'Must be the nextCursor of a page before.';
  throw new Fail('invalid_request', { issues: [{ path: 'cursor', message }] });
}

/** Whether a caller has the answer already (RFC 9110, 13.1.2: compared weakly). */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  const tags = new Set((ifNoneMatch ?? '').split(',').map(bare));
  return tags.has('*') || tags.has(bare(etag));
}
