import { cartCheckout, confirmCart, ORDER_PARAM } from '@dream/contract/cart';
import type { Hono } from 'hono';
import type * as v from 'valibot';
import { base32 } from '../auth/base32.ts';
import { hashSecret } from '../auth/keys.ts';
import { notePlatformSeller } from '../billing/platform-seller.job.ts';
import { decideRedirect, withCheckoutParam } from '../billing/redirect.ts';
import { syncNow } from '../billing/stripe.job.ts';
import { isStripeCustomerGone, stripeCustomerOf } from '../billing/stripe-customer.job.ts';
import { customerOf } from '../customers/customer-of.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, type Call, environmentPrincipal, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { fingerprintOf, idempotencyKey } from '../http/idempotency.ts';
import { visitorOf } from '../sessions/address.ts';
import { gate } from '../sessions/gate.ts';
import { addedUp } from './cart.ts';
import type { CartBegun, CartBuyer, CartRequest } from './cart.rpc.ts';
import { closeOrder, isRefused, openSession } from './close.job.ts';
import { isOpen } from './order-state.ts';

/** How often a cart starts over because an earlier order of the buyer had to be settled first. */
const ROUNDS = 6;

/** Where a buyer pays. */
interface Place {
  url: string;
  orderId: string;
  orderToken: string;
  expiresAtMs: number;
}

type Buyer =
  | { kind: 'guest'; visitor: string }
  | { kind: 'customer'; customerId: string }
  | { kind: 'server' };
type Asked = Omit<CartRequest, 'buyer' | 'settledId'>;

/** Ordering a cart, and coming back from paying it. */
export function cartRoutes(app: Hono<AppEnv>, deps: Deps): void {
  const checkout = async (call: CheckoutCall) => {
    const { ref } = environmentPrincipal(call.principal);
    const { items, email, replaces } = call.body;
    const buyer = await buyerOf(call);
    const successUrl = redirectOf(call, 'successUrl');
    if (successUrl === null) throw new Fail('redirect_url_required', { field: 'successUrl' });
    const cancelUrl = redirectOf(call, 'cancelUrl');
    const asked: Asked = {
      items,
      email: email ?? null,
      successUrl: withCheckoutParam(successUrl, ORDER_PARAM),
      cancelUrl,
      fingerprint: await fingerprintOf(addedUp(items), buyer.kind, email, successUrl, cancelUrl),
      replaces: replaces
        ? { orderId: replaces.orderId, tokenHash: await hashSecret(replaces.orderToken) }
        : null,
    };
    const place = await order(deps, ref, buyer, asked, await tokenFor(call, buyer));
    deps.products.drop(ref);
    // Its token is known here only to whoever was told it.
    return { ...place, orderToken: place.orderToken || (replaces?.orderToken ?? '') };
  };
  serve(app, deps, cartCheckout, checkout, (call) => ({
    field: 'orderToken',
    make: async ({ orderId }, key) => {
      const { replaces } = call.body;
      return replaces && replaces.orderId === orderId
        ? replaces.orderToken
        : keyedToken(call.deps, holderOf(call), key);
    },
  }));

  serve(app, deps, confirmCart, async (call) => {
    const { ref } = environmentPrincipal(call.principal);
    const { checkoutId } = call.body;
    const known = unwrap(await deps.project(ref).cart().receipt(checkoutId));
    if (!isOpen(known.status)) return { order: known };
    try {
      await syncNow(deps, ref, checkoutId);
    } catch (error) {
      const isUnseen = error instanceof Fail && error.code === 'stripe_not_connected';
      if (isUnseen) await deps.project(ref).unseen().returned(checkoutId, deps.nowMs());
      throw error;
    }
    deps.products.drop(ref);
    return { order: unwrap(await deps.project(ref).cart().receipt(checkoutId)) };
  });
}

/** Orders a cart, once whatever the buyer ordered before is settled. Throws what is in the way. */
async function order(
  deps: Deps,
  ref: EnvironmentRef,
  buyer: Buyer,
  asked: Asked,
  keyedToken: string | null,
): Promise<Place> {
  let settledId: string | null = null;
  let isRefusedBefore = false;
  for (let round = 0; round < ROUNDS; round++) {
    const orderToken = keyedToken ?? deps.newId('ot_');
    const ids = {
      orderId: deps.newId('ord_'),
      tokenHash: await hashSecret(orderToken),
      jobId: deps.newId('job_'),
    };
    const request: CartRequest = { ...asked, buyer: await atStripe(deps, ref, buyer), settledId };
    const begun: CartBegun = unwrap(
      await deps.project(ref).cart().begin(request, ids, deps.nowMs()),
    );
    const token = begun.kind !== 'close' && begun.keepsToken ? '' : orderToken;
    if (begun.kind === 'open') {
      const place = await open(deps, ref, begun.toOpen, isRefusedBefore);
      if (place !== null) return { ...place, orderToken: token };
      isRefusedBefore = true;
      continue;
    }
    const place = begun.kind === 'again' ? await handOut(deps, ref, begun.order) : null;
    if (place !== null) return { ...place, orderToken: token };
    if (begun.kind === 'close') await close(deps, ref, begun.order);
    settledId = begun.order.orderId;
  }
  throw new Fail('temporarily_unavailable');
}

type Opened = Omit<Place, 'orderToken'>;
type ToOpen = Extract<CartBegun, { kind: 'open' }>['toOpen'];
type Earlier = Extract<CartBegun, { kind: 'close' }>['order'];

/**
 * Opens the session of an order that was just written. Null when Stripe refused it for the first time:
 * its price or its customer may have changed there, which is found out by trying anew.
 */
async function open(
  deps: Deps,
  ref: EnvironmentRef,
  toOpen: ToOpen,
  isRefusedBefore: boolean,
): Promise<Opened | null> {
  const { orderId, stripeAccountId, request } = toOpen;
  if (stripeAccountId === null) await notePlatformSeller(deps, ref);
  const opening = () => deps.project(ref).opening();
  try {
    const session = await openSession(deps, ref, toOpen);
    const expiresAtMs = session.bought?.expiresAtMs ?? request.expiresAtMs;
    const made = { id: session.id, expiresAtMs };
    const isOurs = await opening().opened(orderId, made, deps.newId('job_'), deps.nowMs());
    if (isOurs && session.url !== null) return { url: session.url, orderId, expiresAtMs };
  } catch (error) {
    if (!isRefused(error)) {
      await opening().abandon(orderId, deps.newId('job_'), deps.nowMs());
      throw error;
    }
    await opening().neverOpened(orderId, deps.nowMs());
    const { stripeCustomerId } = request;
    if (stripeCustomerId !== null) await isStripeCustomerGone(deps, ref, stripeCustomerId, error);
    if (isRefusedBefore || error.code === 'stripe_not_connected') throw error;
    return null;
  }
  // Another tab of the buyer asked for something else meanwhile, and goes on.
  throw new Fail('temporarily_unavailable');
}

/** The page of a session that is still open; null when it is not, which is known then. */
async function handOut(deps: Deps, ref: EnvironmentRef, order: Earlier): Promise<Opened | null> {
  const { orderId, sessionId, stripeAccountId } = order;
  if (sessionId === null) return null;
  const state = await deps.stripe(ref, stripeAccountId).fetchObject(sessionId);
  if (state.kind === 'checkout' && state.status === 'open' && state.url !== null)
    return { url: state.url, orderId, expiresAtMs: state.bought?.expiresAtMs ?? 0 };
  await syncNow(deps, ref, sessionId);
  return null;
}

async function close(deps: Deps, ref: EnvironmentRef, order: Earlier): Promise<void> {
  await deps.project(ref).cart().replace(order.orderId);
  await closeOrder(deps, ref, order);
}

/** The buyer as Stripe is to know it: a signed-in one is a customer there. */
async function atStripe(deps: Deps, ref: EnvironmentRef, buyer: Buyer): Promise<CartBuyer> {
  if (buyer.kind !== 'customer') return buyer;
  return { ...buyer, stripeCustomerId: await stripeCustomerOf(deps, ref, buyer.customerId) };
}

/**
 * The token of an order that is asked for with an Idempotency-Key: the same for the same caller and key,
 * so that one whose answer was lost asks again and gets it. Null without a key.
 */
async function tokenFor(call: Call<unknown, unknown>, buyer: Buyer): Promise<string | null> {
  const key = idempotencyKey(call.c.req.raw);
  if (key === null) return null;
  const holder = buyer.kind === 'guest' ? buyer.visitor : holderOf(call);
  return keyedToken(call.deps, holder, key);
}

/** Whose keys of a server or a signed-in customer are told apart from all others'. */
function holderOf(call: Call<unknown, unknown>): string {
  const principal = environmentPrincipal(call.principal);
  const { projectId, mode } = principal.ref;
  const name = principal.kind === 'session' ? principal.customerId : principal.kind;
  return `${projectId}:${mode}:${name}`;
}

/** Only this edge can make it, and nothing is kept of it but a hash. */
async function keyedToken({ tagKey }: Deps, holder: string, key: string): Promise<string> {
  const signed = new TextEncoder().encode(`order_token\n${holder}\n${key}`);
  const mac = await crypto.subtle.sign('HMAC', tagKey, signed);
  return `ot_${base32(new Uint8Array(mac).subarray(0, 20))}`;
}

type CheckoutCall = Call<v.InferOutput<NonNullable<typeof cartCheckout.body>>>;

/** Who buys: a signed-in customer, one a server names, a server for whomever, or a guest. */
async function buyerOf(call: Call<unknown, unknown>): Promise<Buyer> {
  const principal = environmentPrincipal(call.principal);
  const { projectId, mode } = principal.ref;
  const { req } = call.c;
  const isNamed = req.header('x-user-id') !== undefined || req.header('x-user-token') !== undefined;
  if (principal.kind === 'sk' && !isNamed) return { kind: 'server' };
  if (principal.kind !== 'pk') {
    const { customerId } = await customerOf(call);
    if (principal.kind === 'session') await gate(call.deps, 'checkouts', customerId);
    return { kind: 'customer', customerId };
  }
  const visitor = `${projectId}:${mode}:${visitorOf(req.raw)}`;
  await gate(call.deps, 'checkouts', visitor);
  return { kind: 'guest', visitor: await hashSecret(visitor) };
}

function redirectOf(call: CheckoutCall, field: 'successUrl' | 'cancelUrl'): string | null {
  const { ref, environment } = environmentPrincipal(call.principal);
  const asked = call.body[field];
  const decided = decideRedirect(asked, environment.settings[field], {
    mode: ref.mode,
    bySecretKey: call.principal.kind === 'sk',
    listedOrigins: environment.origins,
    pageOrigin: call.c.req.header('origin') ?? null,
  });
  if ('refused' in decided) throw new Fail(decided.refused, { url: asked });
  return decided.url;
}
