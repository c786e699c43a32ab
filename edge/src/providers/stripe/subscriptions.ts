import type { TaxBehavior } from '@dream/contract/price';
import { Stripe } from 'stripe';
import { Fail } from '../../http/fail.ts';
import { isRefusal } from './errors.ts';
import { asksOwner, confirmationOf, dropPending, isPending } from './pending.ts';
import { idOf, type SubscriptionState, subscriptionState } from './state.ts';

type Account = { stripeAccount?: string };

/** What a subscription is fetched with, to know the whole of it. */
export const WHOLE = { expand: ['schedule', 'latest_invoice'] };

/** A line as Stripe is asked to have it. */
export type ItemChange =
  | { id: string; price: string }
  | { id: string; deleted: true }
  | { price: string };

/** A change of a subscription's lines. */
export interface LineChange {
  subscriptionId: string;
  items: ItemChange[];
}

/** A change made at once. `prorationAtMs` is the instant that a preview was made for. */
export interface ChangeNow extends LineChange {
  isProrated: boolean;
  prorationAtMs: number | null;
}

/** What a change at once would be invoiced with, in the currency's minor unit. */
export interface InvoicePreview {
  currency: string;
  dueMinor: number;
  taxMinor: number;
  taxBehavior: TaxBehavior;
  /** What stays as a credit for coming invoices. */
  creditMinor: number;
  lines: { description: string; amountMinor: number }[];
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** Fetches a subscription, the whole of it. */
export async function fetchSubscription(
  stripe: Stripe,
  account: Account,
  id: string,
): Promise<SubscriptionState> {
  return subscriptionState(await stripe.subscriptions.retrieve(id, WHOLE, account));
}

/**
 * Changes the lines at once; declined, nothing is changed. Where no schedule says otherwise it takes
 * back what was to end it. Throws `payment_action_required` when the bank asks the owner of the card:
 * then the change waits at Stripe to be paid, and what asks for the same gets the same page.
 */
export async function changeNow(
  stripe: Stripe,
  account: Account,
  { subscriptionId, items, isProrated, prorationAtMs }: ChangeNow,
  idempotencyKey: string,
): Promise<void> {
  const invoiced = { expand: ['latest_invoice'] };
  const now = await stripe.subscriptions.retrieve(subscriptionId, invoiced, account);
  const after = linesAfter(now.items.data, items).map(({ price }) => price);
  if (isPending(now, after)) throw confirmationOf(now.latest_invoice);
  await dropPending(stripe, account, now);
  const goesOn = now.schedule === null ? uncancelled(now) : {};
  const change: Stripe.SubscriptionUpdateParams = {
    items,
    proration_behavior: isProrated ? 'always_invoice' : 'none',
    ...(isProrated && prorationAtMs !== null && { proration_date: seconds(prorationAtMs) }),
  };
  try {
    await stripe.subscriptions.update(
      subscriptionId,
      { ...change, ...goesOn, payment_behavior: 'error_if_incomplete' },
      // A repeat that finds the cancellation taken back already asks for something else.
      { ...account, idempotencyKey: `${idempotencyKey}_${Object.keys(goesOn).join()}` },
    );
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeCardError)) throw error;
    if (!asksOwner(error))
      throw new Fail('payment_failed', { reason: error.decline_code || error.code || 'declined' });
    const put = await stripe.subscriptions.update(
      subscriptionId,
      { ...change, ...invoiced, payment_behavior: 'pending_if_incomplete' },
      { ...account, idempotencyKey: `${idempotencyKey}_pending` },
    );
    if (put.pending_update !== null) throw confirmationOf(put.latest_invoice);
  }
}

/**
 * Has the lines changed when the running period ends, and nothing else: quantities, lines of others
 * and discounts stay. A schedule that is there already, whoever made it, is taken over. Safe to
 * repeat, also after a crash half-way: a subscription has one schedule at most.
 */
export async function changeLater(
  stripe: Stripe,
  account: Account,
  { subscriptionId, items }: LineChange,
): Promise<void> {
  const now = await stripe.subscriptions.retrieve(subscriptionId, {}, account);
  await dropPending(stripe, account, now);
  if (now.schedule === null) await uncancel(stripe, account, now);
  const schedule = await scheduleOf(stripe, account, now);
  const running = schedule.phases.find(
    ({ start_date }) => start_date === schedule.current_phase?.start_date,
  );
  if (!running) throw new Error(`Schedule ${schedule.id} has no running phase`);
  const kept = keptOf(running);
  await stripe.subscriptionSchedules.update(
    schedule.id,
    {
      end_behavior: 'release',
      proration_behavior: 'none',
      phases: [
        {
          ...kept,
          items: running.items.map(({ price, quantity }) => line(idOf(price), quantity)),
          start_date: running.start_date,
          end_date: running.end_date,
        },
        { ...kept, items: linesAfter(now.items.data, items), start_date: running.end_date },
      ],
    },
    account,
  );
}

/** The schedule of a subscription, made when there is none. */
async function scheduleOf(
  stripe: Stripe,
  account: Account,
  { id, schedule }: Stripe.Subscription,
): Promise<Stripe.SubscriptionSchedule> {
  if (schedule !== null) return stripe.subscriptionSchedules.retrieve(idOf(schedule), {}, account);
  try {
    // Without a key of ours: the same one would bring back a schedule that was let go of since.
    return await stripe.subscriptionSchedules.create({ from_subscription: id }, account);
  } catch (error) {
    const now = await stripe.subscriptions.retrieve(id, {}, account);
    if (!isRefusal(error) || now.schedule === null) throw error;
    return stripe.subscriptionSchedules.retrieve(idOf(now.schedule), {}, account);
  }
}

/** What a phase has beside its lines; what an update does not repeat, Stripe drops. */
function keptOf({ discounts, default_tax_rates }: Stripe.SubscriptionSchedule.Phase) {
  const taxRates = default_tax_rates ?? [];
  return {
    ...(discounts.length > 0 && {
      discounts: discounts.map(({ coupon, discount }) =>
        discount === null ? { coupon: idOf(coupon ?? '') } : { discount: idOf(discount) },
      ),
    }),
    ...(taxRates.length > 0 && { default_tax_rates: taxRates.map(idOf) }),
  };
}

const line = (price: string, quantity: number | undefined) => ({
  price,
  ...(quantity !== undefined && { quantity }),
});

/** The lines a subscription has after a change. */
function linesAfter(now: Stripe.SubscriptionItem[], changes: readonly ItemChange[]) {
  const changeOf = (id: string) => changes.find((change) => 'id' in change && change.id === id);
  const kept = now.flatMap(({ id, price, quantity }) => {
    const change = changeOf(id);
    if (change === undefined) return [line(price.id, quantity)];
    return 'price' in change ? [line(change.price, quantity)] : [];
  });
  const added = changes.flatMap((change) =>
    'id' in change ? [] : [line(change.price, undefined)],
  );
  return [...kept, ...added];
}

/** Has it end with the period that is paid. */
export async function endWithPeriod(stripe: Stripe, account: Account, id: string): Promise<void> {
  const now = await stripe.subscriptions.retrieve(id, {}, account);
  await dropPending(stripe, account, now);
  if (now.schedule !== null) await release(stripe, account, now.schedule);
  await stripe.subscriptions.update(id, { cancel_at_period_end: true }, account);
}

/** Takes back what was to end or change it later. */
export async function keepGoing(stripe: Stripe, account: Account, id: string): Promise<void> {
  const now = await stripe.subscriptions.retrieve(id, {}, account);
  if (now.schedule !== null) await release(stripe, account, now.schedule);
  await uncancel(stripe, account, now);
}

async function uncancel(stripe: Stripe, account: Account, now: Stripe.Subscription): Promise<void> {
  const goesOn = uncancelled(now);
  if (Object.keys(goesOn).length > 0) await stripe.subscriptions.update(now.id, goesOn, account);
}

/** What takes back a cancellation. Flexible billing says `cancel_at`, classic billing the other. */
function uncancelled(now: Stripe.Subscription): Stripe.SubscriptionUpdateParams {
  if (now.cancel_at_period_end) return { cancel_at_period_end: false };
  return now.cancel_at === null ? {} : { cancel_at: '' };
}

/** Lets go of a schedule; the subscription goes on as it is. One that is over is a success. */
async function release(
  stripe: Stripe,
  account: Account,
  schedule: string | Stripe.SubscriptionSchedule,
): Promise<void> {
  try {
    await stripe.subscriptionSchedules.release(idOf(schedule), {}, account);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { status } = await stripe.subscriptionSchedules.retrieve(idOf(schedule), {}, account);
    if (status === 'active' || status === 'not_started') throw error;
  }
}

/** What a change at once would be invoiced with, as Stripe computes it. */
export async function previewChange(
  stripe: Stripe,
  account: Account,
  { subscriptionId, items }: LineChange,
  prorationAtMs: number,
): Promise<InvoicePreview> {
  const invoice = await stripe.invoices.createPreview(
    {
      subscription: subscriptionId,
      subscription_details: {
        items,
        proration_behavior: 'always_invoice',
        proration_date: seconds(prorationAtMs),
      },
    },
    account,
  );
  const taxes = invoice.total_taxes ?? [];
  return {
    currency: invoice.currency,
    dueMinor: invoice.amount_due,
    taxMinor: taxes.reduce((sum, { amount }) => sum + amount, 0),
    taxBehavior: taxBehaviorOf(taxes),
    creditMinor: Math.max(0, -invoice.total),
    lines: invoice.lines.data.map(({ description, amount }) => ({
      description: description ?? '',
      amountMinor: amount,
    })),
  };
}

/** Whether the taxes of an invoice are inside its lines. An account has them all of one kind. */
function taxBehaviorOf(taxes: readonly Stripe.Invoice.TotalTax[]): TaxBehavior {
  const due = taxes.find(({ amount }) => amount !== 0)?.tax_behavior;
  return (['inclusive', 'exclusive'] as const).find((known) => known === due) ?? 'unspecified';
}
