import { runInDurableObject } from 'cloudflare:test';
import type { Order, Product } from '@dream/contract';
import type { Stripe } from 'stripe';
import { reconcileBilling } from '../src/billing/reconcile.job.ts';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { SOLD_EVENTS } from '../src/providers/stripe/sold-events.ts';
import { checkoutIdOf, control, deps, whileStripeIsDown } from './billing-shop.ts';
import { DELIVERIES, type Delivery } from './life.ts';
import { one, pay, type Store } from './store.ts';

export { DELIVERIES };

/** What buyers, a seller, Stripe and time may do to the orders of a store, in any order. */
export const STEPS = [
  'order one',
  'order two',
  'order two as a customer',
  'order one as a customer',
  'order one as a guest who replaces the last',
  'order while Stripe is down',
  'order, and be killed before Stripe is asked',
  'pay the last',
  'pay the first',
  'pay the last by bank',
  'the bank pays',
  'the bank does not pay',
  'the last expires while it is paid and confirmed',
  'the first expires',
  'come back from the last',
  'cancel the last',
  'refund one whole and restock it, twice at once',
  'refund a part of one',
  "refund one in Stripe's dashboard",
  'send one',
  'hear events',
  'hear events while Stripe is down',
  'be restarted',
] as const;
type Step = (typeof STEPS)[number];

interface Begun {
  url: string;
  orderId: string;
  orderToken: string;
}

/** How many pieces there are at first. */
export const PIECES = 5;

/** The orders of a store of one product, and the events of it that were not heard yet. */
export class OrderLife {
  readonly #store: Store;
  readonly #product: Product;
  readonly #customer: string;
  readonly #delivery: Delivery;
  readonly #heard = new Set<string>();
  readonly #begun: Begun[] = [];

  constructor(store: Store, product: Product, customer: string, delivery: Delivery) {
    this.#store = store;
    this.#product = product;
    this.#customer = customer;
    this.#delivery = delivery;
  }

  async live(step: Step): Promise<void> {
    const store = this.#store;
    const [first, last] = [this.#begun[0], this.#begun.at(-1)];
    const items = (quantity: number) => [one(this.#product, quantity)];
    switch (step) {
      case 'order one':
        return this.#note(await store.asServer(items(1)));
      case 'order two':
        return this.#note(await store.asServer(items(2)));
      case 'order two as a customer':
        return this.#note(await store.asCustomer(this.#customer, items(2)));
      case 'order one as a customer':
        return this.#note(await store.asCustomer(this.#customer, items(1)));
      case 'order one as a guest who replaces the last': {
        const replaces = last && { orderId: last.orderId, orderToken: last.orderToken };
        return this.#note(await store.asGuest(items(1), replaces ? { replaces } : {}));
      }
      case 'order while Stripe is down':
        return void (await whileStripeIsDown(() => store.asServer(items(1))));
      case 'order, and be killed before Stripe is asked':
        return this.#beginAndDie();
      case 'pay the last':
        return void (last && (await pay(last.url)));
      case 'pay the first':
        return void (first && (await pay(first.url)));
      case 'come back from the last':
        return void (last && (await store.confirm(last.url)));
      case 'cancel the last':
        return this.#ask(last && `/api/orders/${last.orderId}/cancel`);
      case 'hear events':
        return this.hear();
      case 'hear events while Stripe is down':
        return whileStripeIsDown(() => this.hear());
      case 'be restarted':
        return store.restart();
      default:
        return this.#atStripe(step, first?.url, last?.url);
    }
  }

  async #atStripe(step: string, first?: string, last?: string): Promise<void> {
    const bank = (url: string, verb: string, body: object) =>
      control(`checkout/${checkoutIdOf(url)}/${verb}`, body);
    if (step === 'pay the last by bank' && last) await bank(last, 'pay', { bank: 'succeeds' });
    if (step === 'the first expires' && first) await this.#expire(first);
    if (step.startsWith('the bank'))
      for (const { url } of this.#begun)
        await bank(url, 'settle', { outcome: step === 'the bank pays' ? 'succeeds' : 'fails' });
    if (step === 'the last expires while it is paid and confirmed' && last)
      await Promise.all([this.#expire(last), pay(last), this.#store.confirm(last)]);
    if (step.startsWith('refund') || step === 'send one') await this.#afterwards(step);
  }

  async #afterwards(step: string): Promise<void> {
    const store = this.#store;
    const paid = (await this.orders()).find(({ status }) => /paid|partially/.test(status));
    if (!paid) return;
    if (step === 'refund one whole and restock it, twice at once')
      await Promise.all([1, 2].map(() => store.refund(paid.id, { restock: true })));
    if (step === 'refund a part of one') await store.refund(paid.id, { amountMinor: 700 });
    if (step === "refund one in Stripe's dashboard" && paid.chargeId)
      await store.shop.stripe.refunds
        .create({ charge: paid.chargeId }, store.shop.onAccount)
        // Nothing may be left to give back.
        .catch(() => null);
    if (step === 'send one') await this.#ask(`/api/orders/${paid.id}/fulfil`);
  }

  async #beginAndDie(): Promise<void> {
    const ids = {
      orderId: deps.newId('ord_'),
      tokenHash: deps.newId('x'),
      jobId: deps.newId('job_'),
    };
    const request = {
      items: [one(this.#product)],
      buyer: { kind: 'server' as const },
      email: null,
      successUrl: 'https://shop.example/done',
      cancelUrl: null,
      fingerprint: ids.orderId,
      replaces: null,
      settledId: null,
    };
    await deps.project(this.#store.shop.ref).cart().begin(request, ids, Date.now());
    await this.#store.restart();
  }

  #expire(url: string): Promise<unknown> {
    const { stripe, onAccount } = this.#store.shop;
    // One that is over says so.
    return stripe.checkout.sessions.expire(checkoutIdOf(url), {}, onAccount).catch(() => null);
  }

  async #ask(path: string | undefined): Promise<void> {
    if (path === undefined) return;
    const { status, body } = await this.#store.shop.bySecretKey('POST', path, {});
    if (status >= 500) throw new Error(JSON.stringify(body));
  }

  #note({ status, body }: { status: number; body: Begun }): void {
    if (status >= 500) throw new Error(JSON.stringify(body));
    if (status === 200) this.#begun.push(body);
  }

  /** Tells the edge what it was not told yet, in the way of this life. */
  async hear(): Promise<void> {
    const fresh = (await this.#events()).filter(({ id }) => !this.#heard.has(id));
    for (const { id } of fresh) this.#heard.add(id);
    for (const event of arranged(fresh, this.#delivery)) await this.#tell(event);
  }

  /** Tells the edge everything once more, as it was, and as something it does not remember. */
  async hearAgain(): Promise<void> {
    for (const event of await this.#events()) {
      await this.#tell(event);
      await this.#tell({ ...event, id: `${event.id}_again` });
    }
  }

  async #tell({ id, type, data }: Stripe.Event): Promise<void> {
    const { status } = await this.#store.shop.hear(type, data.object, { id });
    if (status !== 200) throw new Error(`The webhook answered ${status}`);
  }

  async #events(): Promise<Stripe.Event[]> {
    const { stripe, onAccount } = this.#store.shop;
    const orders = (await this.orders()).flatMap(({ id, chargeId }) => [id, chargeId ?? id]);
    const all = await stripe.events
      .list({ types: SOLD_EVENTS, limit: 100 }, onAccount)
      .autoPagingToArray({ limit: 2000 });
    return all
      .filter(({ data }) => orders.some((id) => JSON.stringify(data.object).includes(id)))
      .toReversed();
  }

  /** The orders of this life, as the edge has them. */
  async orders(): Promise<Order[]> {
    const { shop } = this.#store;
    const { body } = await shop.bySecretKey('GET', '/api/orders?limit=100');
    return (body.orders as Order[]).filter(({ lines }) => lines[0]?.productId === this.#product.id);
  }

  /** The stock as the edge counts it, and the statuses of the orders that it is of. */
  async here(): Promise<Count> {
    const orders = await this.orders();
    const pieces = piecesWhere(orders);
    return {
      ...(await this.#store.stock(this.#product)),
      statuses: Object.fromEntries(
        orders.flatMap(({ checkoutId, status }) => (checkoutId ? [[checkoutId, status]] : [])),
      ),
      sold: pieces(({ status, restocked }) => /paid|refunded/.test(status) && !restocked),
    };
  }

  /** What they must be by what Stripe says was paid, and what was given back of it. */
  async atStripe(): Promise<Count> {
    const { stripe, onAccount } = this.#store.shop;
    const orders = await this.orders();
    const statuses: Record<string, string> = {};
    for (const order of orders) {
      const id = String(order.checkoutId);
      if (order.checkoutId === null) continue;
      const expand = ['payment_intent.latest_charge'];
      const session = await stripe.checkout.sessions.retrieve(id, { expand }, onAccount);
      statuses[id] = statusOf(session, order);
    }
    const isIn = (pattern: RegExp) => (order: Order) =>
      pattern.test(statuses[String(order.checkoutId)] ?? '');
    const pieces = piecesWhere(orders);
    const sold = pieces((order) => isIn(/paid|refunded/)(order) && !order.restocked);
    return {
      stockUnits: PIECES - sold,
      reservedUnits: pieces(isIn(/pending|processing/)),
      statuses,
      sold,
    };
  }
}

/** What can be compared of a life. */
interface Count {
  stockUnits: number | null;
  reservedUnits: number;
  statuses: Record<string, string>;
  sold: number;
}

const piecesWhere = (orders: Order[]) => (accept: (order: Order) => boolean) =>
  orders.filter(accept).reduce((sum, { lines }) => sum + (lines[0]?.quantity ?? 0), 0);

function statusOf(session: Stripe.Checkout.Session, { status }: Order): string {
  if (session.status === 'open') return 'pending';
  // Why it was closed Stripe does not know.
  if (session.status === 'expired') return status === 'canceled' ? 'canceled' : 'expired';
  const intent = session.payment_intent as Stripe.PaymentIntent;
  if (session.payment_status === 'unpaid')
    return intent.status === 'processing' ? 'processing' : 'failed';
  const { amount, amount_refunded: refunded } = intent.latest_charge as Stripe.Charge;
  if (refunded === 0) return 'paid';
  return refunded === amount ? 'refunded' : 'partially_refunded';
}

function arranged(events: Stripe.Event[], delivery: Delivery): Stripe.Event[] {
  if (delivery === 'ordered') return events;
  if (delivery === 'shuffled') return events.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  if (delivery === 'duplicated') return events.flatMap((event) => [event, event]);
  // Half of them now: the others come with what is heard later, or never.
  if (delivery === 'delayed') return events.filter((_, index) => index % 2 === 0);
  return [];
}

/** Has everything looked at that is open, as happens once an hour, and all done that is queued. */
export async function reconcileOrders(store: Store): Promise<void> {
  const due = await runInDurableObject(deps.project(store.shop.ref), (_, { storage }) =>
    storage.sql
      .exec<{ id: string }>(
        "SELECT id FROM outbox WHERE state = 'open' AND (tries > 0 OR kind <> 'stripe.sync')",
      )
      .toArray()
      .map(({ id }) => id),
  );
  await deliverJobs(deps, store.shop.ref, due);
  for (let run = 0; run < 2; run++) {
    await deps.directory.prepare('DELETE FROM reconciliation').run();
    await reconcileBilling(deps);
  }
}
