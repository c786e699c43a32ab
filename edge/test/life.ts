import { runInDurableObject } from 'cloudflare:test';
import type { Payment } from '@dream/contract/payments';
import type { Stripe } from 'stripe';
import { reconcileBilling } from '../src/billing/reconcile.job.ts';
import { deliverJobs } from '../src/outbox/deliver.job.ts';
import { SOLD_EVENTS } from '../src/providers/stripe/sold-events.ts';
import { control, deps, manage, Shop, whileStripeIsDown } from './billing-shop.ts';

/** What a person, Stripe and time may do to one subscription, in any order. */
export const STEPS = [
  'buy pro',
  'buy team',
  'buy with a card that fails later',
  'buy in two tabs',
  'buy with a trial',
  'buy with a card that disputes',
  'change to team',
  'change to pro',
  'change to a year of pro',
  'change to free',
  'leave a checkout until it expires',
  'cancel',
  'resume',
  'reach the end of the period',
  'pay what is open',
  'refund the last payment',
  'subscribe by hand at Stripe',
  'end it at Stripe',
  'delete the customer at Stripe',
  'hear events',
  'hear events while Stripe is down',
] as const;
export type Step = (typeof STEPS)[number];

/** The ways in which Stripe's events arrive. */
export const DELIVERIES = ['ordered', 'shuffled', 'duplicated', 'delayed', 'dropped'] as const;
export type Delivery = (typeof DELIVERIES)[number];

const GOOD_CARD = '4242424242424242';
const FAILING_CARD = '4000000000000341';
const DISPUTING_CARD = '4000000000000259';

let shop: Shop;

/** A shop of one's own, whose events are nobody else's. */
export async function openShop(): Promise<Shop> {
  await deps.directory.prepare('DELETE FROM stripe_account').run();
  shop = await Shop.open();
  await manage('PUT', `${shop.base}/tiers/trial`, {
    displayName: 'Trial',
    features: [{ kind: 'metered', name: 'requests', limitUnits: 500 }],
    prices: [{ priceMinor: 900, currency: 'usd', interval: 'month' }],
    trialDays: 14,
  });
  return shop;
}

/** One customer's life, and the events of it that were not heard yet. */
export class Life {
  readonly customer: string;
  readonly #delivery: Delivery;
  readonly #stripeCustomers = new Set<string>();
  readonly #heard = new Set<string>();
  /** How many subscriptions were made behind our back. */
  byHand = 0;

  constructor(customer: string, delivery: Delivery) {
    this.customer = customer;
    this.#delivery = delivery;
  }

  async live(step: Step): Promise<void> {
    if (step === 'hear events') return this.hear();
    if (step === 'hear events while Stripe is down') return whileStripeIsDown(() => this.hear());
    await this.#take(step);
    await this.#noteStripeCustomer();
  }

  async #take(step: Exclude<Step, 'hear events' | 'hear events while Stripe is down'>) {
    const tiers = await deps.project(shop.ref).catalog().tiers();
    const yearly = tiers.find(({ name }) => name === 'pro')?.prices[1]?.priceId;
    switch (step) {
      case 'buy pro':
        return this.#buy('pro', GOOD_CARD);
      case 'buy team':
        return this.#buy('team', GOOD_CARD);
      case 'buy with a card that fails later':
        return this.#buy('pro', FAILING_CARD);
      case 'buy with a trial':
        return this.#buy('trial', GOOD_CARD);
      case 'buy with a card that disputes':
        return this.#buy('pro', DISPUTING_CARD);
      case 'buy in two tabs':
        return void (await Promise.all([
          this.#buy('pro', GOOD_CARD),
          this.#buy('team', GOOD_CARD),
        ]));
      case 'change to team':
        return this.#ask('change', { tier: 'team' });
      case 'change to pro':
        return this.#ask('change', { tier: 'pro' });
      case 'change to a year of pro':
        return this.#ask('change', { tier: 'pro', priceId: yearly });
      case 'change to free':
        return this.#ask('change', { tier: 'free' });
      case 'leave a checkout until it expires':
        return this.#leaveCheckout();
      case 'cancel':
      case 'resume':
        return this.#ask(step, {});
      default:
        return this.#atStripe(step);
    }
  }

  async #atStripe(
    step:
      | 'reach the end of the period'
      | 'pay what is open'
      | 'refund the last payment'
      | 'subscribe by hand at Stripe'
      | 'end it at Stripe'
      | 'delete the customer at Stripe',
  ): Promise<void> {
    const { stripe, onAccount } = shop;
    const subscription = (await this.subscriptions()).find(({ status }) => status !== 'canceled');
    if (step === 'reach the end of the period' && subscription)
      await control(`subscriptions/${subscription.id}/period-end`, {});
    if (step === 'end it at Stripe' && subscription)
      await stripe.subscriptions.cancel(subscription.id, {}, onAccount);
    if (step === 'pay what is open') {
      const customer = [...this.#stripeCustomers].at(-1);
      const open = customer
        ? await stripe.invoices.list({ customer, status: 'open' }, onAccount)
        : { data: [] };
      // Its card may fail again, as in life.
      for (const { id } of open.data) await stripe.invoices.pay(id, {}, onAccount).catch(() => {});
    }
    if (step === 'refund the last payment') {
      const paid = (await this.charges()).find(
        ({ amount_refunded, status, disputed }) =>
          amount_refunded === 0 && status === 'succeeded' && !disputed,
      );
      if (paid) await stripe.refunds.create({ charge: paid.id }, onAccount);
    }
    if (step === 'subscribe by hand at Stripe') await this.#subscribeByHand();
    if (step === 'delete the customer at Stripe') {
      const customer = [...this.#stripeCustomers].at(-1);
      if (customer) await stripe.customers.del(customer, {}, onAccount).catch(() => {});
    }
  }

  /** What the developer may do in Stripe's own dashboard: a subscription that nobody asked us for. */
  async #subscribeByHand(): Promise<void> {
    const customer = [...this.#stripeCustomers].at(-1);
    const tiers = await deps.project(shop.ref).catalog().tiers();
    const price = tiers.find(({ name }) => name === 'team')?.prices[0]?.priceId;
    const [latest] = await this.subscriptions();
    if (!customer || !price || latest?.customer !== customer) return;
    const card = String(latest.default_payment_method);
    const made = await shop.stripe.subscriptions
      .create({ customer, items: [{ price }], default_payment_method: card }, shop.onAccount)
      // Without the customer, or when its card fails, there is none.
      .catch(() => null);
    if (made) this.byHand += 1;
  }

  async #buy(tier: string, card: string): Promise<void> {
    const { status, body } = await shop.checkout(this.customer, { tier });
    if (status >= 500) throw new Error(JSON.stringify(body));
    const checkoutId = /cs_\w+/.exec(body.url ?? '')?.[0];
    if (checkoutId) await control(`checkout/${checkoutId}/pay`, { card });
  }

  async #leaveCheckout(): Promise<void> {
    const { body } = await shop.checkout(this.customer, { tier: 'team' });
    const checkoutId = /cs_\w+/.exec(body.url ?? '')?.[0];
    // A subscriber gets none: that is a change of plan.
    if (checkoutId) await shop.stripe.checkout.sessions.expire(checkoutId, {}, shop.onAccount);
  }

  async #ask(verb: string, body: object): Promise<void> {
    const answer = await shop.bySecretKey('POST', `/api/subscription/${verb}`, body, this.customer);
    if (answer.status >= 500) throw new Error(JSON.stringify(answer.body));
  }

  /** Tells the edge what it was not told yet, in the way of this life. */
  async hear(): Promise<void> {
    const events = (await this.#events()).filter(({ id }) => !this.#heard.has(id));
    for (const { id } of events) this.#heard.add(id);
    for (const event of arranged(events, this.#delivery)) await this.#tell(event);
  }

  /**
   * Tells the edge everything once more: as it was, as a day later, and as one that it does not
   * remember, as weeks later.
   */
  async hearAgain(): Promise<void> {
    for (const event of await this.#events()) {
      await this.#tell(event);
      await this.#tell({ ...event, id: `${event.id}_again` });
    }
  }

  async #tell({ id, type, data }: Stripe.Event): Promise<void> {
    const { status } = await shop.hear(type, data.object, { id });
    if (status !== 200) throw new Error(`The webhook answered ${status}`);
  }

  async #events(): Promise<Stripe.Event[]> {
    const all = await shop.stripe.events
      .list({ types: SOLD_EVENTS, limit: 100 }, shop.onAccount)
      .autoPagingToArray({ limit: 2000 });
    // A dispute names its charge alone.
    const charges = (await this.charges()).map(({ id }) => id);
    const ids = [...this.#stripeCustomers, ...charges];
    return all
      .filter(({ data }) => ids.some((id) => JSON.stringify(data.object).includes(id)))
      .toReversed();
  }

  /** The types of what Stripe told of this life, oldest first. */
  async eventTypes(): Promise<string[]> {
    return (await this.#events()).map(({ type }) => type);
  }

  async #noteStripeCustomer(): Promise<void> {
    const facts = await deps.project(shop.ref).billing().checkouting(this.customer, Date.now());
    if (facts.ok && facts.value.stripeCustomerId)
      this.#stripeCustomers.add(facts.value.stripeCustomerId);
  }

  /** Every subscription Stripe ever made for this person, the newest first. */
  async subscriptions(): Promise<Stripe.Subscription[]> {
    const expand = ['data.schedule'];
    const lists = await Promise.all(
      [...this.#stripeCustomers].map((customer) =>
        shop.stripe.subscriptions.list({ customer, status: 'all', expand }, shop.onAccount),
      ),
    );
    return lists.flatMap(({ data }) => data);
  }

  async charges(): Promise<Stripe.Charge[]> {
    const lists = await Promise.all(
      [...this.#stripeCustomers].map((customer) =>
        shop.stripe.charges.list({ customer, limit: 100 }, shop.onAccount),
      ),
    );
    return lists
      .flatMap(({ data }) => data)
      .filter(({ customer }) => this.#stripeCustomers.has(String(customer)));
  }
}

function arranged(events: Stripe.Event[], delivery: Delivery): Stripe.Event[] {
  if (delivery === 'ordered') return events;
  if (delivery === 'shuffled') return events.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  if (delivery === 'duplicated') return events.flatMap((event) => [event, event]);
  // Half of them now: the others come with what is heard later, or never.
  if (delivery === 'delayed') return events.filter((_, index) => index % 2 === 0);
  return [];
}

const GIVING = new Set(['active', 'trialing', 'past_due']);

/** What can be compared of a life: the plan, and everything that was paid. */
export interface Account {
  plan: string;
  shardPlan: string;
  subscription: object | null;
  /** What was given back of each charge. */
  refunds: Record<string, number>;
  /** The charges that are disputed. */
  disputed: string[];
  /** Subscriptions told of as surplus although they run, or although nobody made them by hand. */
  madeUpSurplus: string[];
}

/** What Stripe says: the one subscription that gives a plan, in our words, and the charges. */
export async function accountAtStripe(life: Life): Promise<Account> {
  const [found, ...others] = (await life.subscriptions()).filter(({ status }) =>
    GIVING.has(status),
  );
  if (others.length > 0) throw new Error('Somebody has two subscriptions');
  const charges = await life.charges();
  const refunds = Object.fromEntries(
    charges.map(({ id, amount_refunded }) => [id, amount_refunded]),
  );
  const disputed = charges.flatMap(({ id, disputed: isDisputed }) => (isDisputed ? [id] : []));
  const subscription = found ? await inOurWords(found) : null;
  const plan = subscription?.plan ?? 'free';
  return {
    plan,
    shardPlan: plan,
    subscription,
    refunds,
    disputed: disputed.toSorted(),
    madeUpSurplus: [],
  };
}

async function inOurWords(found: Stripe.Subscription) {
  const tiers = await deps.project(shop.ref).catalog().tiers();
  const plans = new Map(
    tiers.flatMap(({ name, prices }) => prices.map(({ priceId }) => [priceId, name] as const)),
  );
  const [item] = found.items.data;
  const endsAt = found.cancel_at ?? (found.cancel_at_period_end ? item?.current_period_end : null);
  const schedule = typeof found.schedule === 'object' ? found.schedule : null;
  const next = schedule?.phases.find(
    ({ start_date }) => start_date === schedule.current_phase?.end_date,
  );
  const nextPrice = String(next?.items[0]?.price);
  return {
    plan: plans.get(item?.price.id ?? ''),
    status: found.status,
    priceId: item?.price.id,
    renewsAtMs: endsAt ? null : (item?.current_period_end ?? 0) * 1000,
    endsAtMs: endsAt ? endsAt * 1000 : null,
    next:
      next && !endsAt
        ? { plan: plans.get(nextPrice), priceId: nextPrice, atMs: next.start_date * 1000 }
        : null,
  };
}

/** The same as we know it. */
export async function accountHere(life: Life): Promise<Account> {
  const { plan, subscription } = await shop.customer(life.customer);
  const path = `/api/customers/${life.customer}/payments?limit=100`;
  const { payments } = (await shop.bySecretKey('GET', path)).body;
  return {
    plan,
    shardPlan: await shop.shardPlan(life.customer),
    subscription: subscription && {
      plan: subscription.plan,
      status: subscription.status,
      priceId: subscription.price?.priceId,
      renewsAtMs: subscription.renewsAtMs,
      endsAtMs: subscription.endsAtMs,
      next: subscription.next,
    },
    refunds: Object.fromEntries(
      payments.map(({ id, refundedMinor }: Payment) => [id, refundedMinor]),
    ),
    disputed: payments
      .flatMap(({ id, dispute }: Payment) => (dispute === null ? [] : [id]))
      .toSorted(),
    madeUpSurplus: await madeUpSurplus(life),
  };
}

async function madeUpSurplus(life: Life): Promise<string[]> {
  const { entries } = await manage('GET', `${shop.base}/audit`);
  const told = new Set(
    entries
      .filter(({ action }: { action: string }) => action === 'subscription.surplus')
      .map(({ subject }: { subject: string }) => subject),
  );
  return (await life.subscriptions())
    .filter(({ id, status }) => told.has(id) && (life.byHand === 0 || status !== 'canceled'))
    .map(({ id }) => id);
}

/** Has everything looked at that is sold, and read what was lost, as happens once an hour. */
export async function reconcile(): Promise<void> {
  for (let run = 0; run < 3; run++) {
    await deps.directory.prepare('DELETE FROM reconciliation').run();
    await reconcileBilling(deps);
  }
  await tryAgain();
}

/** Has everything tried again that failed while Stripe was down, without waiting for its time. */
async function tryAgain(): Promise<void> {
  const ids = await runInDurableObject(deps.project(shop.ref), (_, { storage }) =>
    storage.sql
      .exec<{ id: string }>("SELECT id FROM outbox WHERE state = 'open' AND tries > 0")
      .toArray()
      .map(({ id }) => id),
  );
  await deliverJobs(deps, shop.ref, ids);
}
