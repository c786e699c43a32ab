import type { Interval, Mode } from '@dream/contract/primitives';
import type { TaxBehavior } from '@dream/contract/price';
import { Stripe } from 'stripe';
import { PLATFORM_PROJECT } from '../../auth/keys.ts';
import type { EnvironmentRef } from '../../deps.ts';
import type { Config } from '../../env.ts';
import { Fail } from '../../http/fail.ts';
import { asked, isMissing, isRefusal } from './errors.ts';
import { PROJECT_HINT } from './events.ts';
import { hasUse, putMeter, reportUse } from './meter.ts';
import { type EventPage, type EventWindow, listEvents } from './missed-events.ts';
import {
  hasRefund,
  type NewOrderCheckout,
  type NewRefund,
  orderParams,
  refundPayment,
} from './orders.ts';
import { fetchPayment } from './payments.ts';
import { openPortal } from './portal.ts';
import { refundSubscription } from './refund.ts';
import { stripeSdk } from './sdk.ts';
import {
  accountState,
  type CheckoutState,
  checkoutState,
  type StripeState,
  WITH_PAYMENT,
} from './state.ts';
import {
  changeLater,
  changeNow,
  type ChangeNow,
  endWithPeriod,
  fetchSubscription,
  type InvoicePreview,
  keepGoing,
  type LineChange,
  previewChange,
} from './subscriptions.ts';
import { deleteCustomer, makeClock, moveClock } from './test-clock.ts';

/** A price as it is to be made. `rowId` finds it again, and makes the making safe to repeat. */
export interface NewPrice {
  rowId: string;
  productId: string;
  priceMinor: number;
  currency: string;
  /** Null: paid once. */
  interval: Interval | null;
  taxBehavior: TaxBehavior;
  /** Paid by use: what a meter counts, each begun `perUnits` of it. */
  metered?: { meterId: string; perUnits: number };
}

/** A checkout of one tier by one customer. */
export interface NewCheckout {
  customerId: string;
  stripeCustomerId: string;
  priceId: string;
  /** What bills use above limits, beside the price. */
  meteredPriceIds: readonly string[];
  trialDays: number;
  /** May hold `{CHECKOUT_SESSION_ID}`, which Stripe fills in. */
  successUrl: string;
  cancelUrl: string | null;
  /** Whether it is paid in the page, and not on Stripe's own. */
  embedded: boolean;
}

/** Use above a limit. `id` is the same however often it is reported. */
export interface MeteredUse {
  id: string;
  eventName: string;
  stripeCustomerId: string;
  units: number;
  atMs: number;
}

/** What we do at Stripe, for one environment. Every verb throws `Fail` and takes at most 10 s. */
export interface StripeClient {
  /** Makes the product with this id, or brings it up to date. */
  putProduct(product: {
    id: string;
    name: string;
    description: string;
    active: boolean;
    images?: string[];
    taxCode?: string | null;
    shippable?: boolean;
  }): Promise<string>;
  createPrice(price: NewPrice): Promise<string>;
  /** The meter that hears this event name; made if there is none. Safe to repeat, and at once. */
  putMeter(meter: { eventName: string; feature: string }): Promise<string>;
  /** The price made for a row, when it may have been made too long ago to be asked for again. */
  findPrice(productId: string, rowId: string): Promise<string | null>;
  /** Reports use to the meter. One id counts once within a day, however often it is reported. */
  reportUse(use: MeteredUse): Promise<void>;
  /** Whether use of this much arrived in its minute, when its id may be forgotten by now. */
  hasUse(use: MeteredUse): Promise<boolean>;
  archivePrice(priceId: string): Promise<void>;
  /** Makes a customer; with `clockMs` one that lives by a test clock of its own, which says that. */
  createCustomer(
    customer: {
      customerId: string;
      email: string | null;
      name: string | null;
      clockMs: number | null;
    },
    idempotencyKey: string,
  ): Promise<string>;
  /** Deletes a customer, its subscriptions and its test clock. One that is gone is a success. */
  deleteCustomer(stripeCustomerId: string): Promise<void>;
  /** Moves the test clock of a customer, and waits until it is there. Safe to repeat. */
  moveClock(move: {
    stripeCustomerId: string;
    targetMs: number;
    longestMoveMs: number;
  }): Promise<void>;
  startCheckout(checkout: NewCheckout, idempotencyKey: string): Promise<CheckoutState>;
  /** Opens the checkout of an order. The same order, sent again within a day, gets the same one. */
  openOrder(order: NewOrderCheckout): Promise<CheckoutState>;
  /** Gives a part of a payment back. Safe to repeat within a day; after that ask `hasRefund` first. */
  refundPayment(refund: NewRefund): Promise<void>;
  hasRefund(refund: Pick<NewRefund, 'refundId' | 'paymentIntentId'>): Promise<boolean>;
  /** Closes a checkout; answers what it is then, which is `complete` if it was paid first. */
  expireCheckout(checkoutId: string): Promise<CheckoutState | null>;
  /** Fetches whatever has this id: a subscription, checkout, payment, customer or account. */
  fetchObject(objectId: string): Promise<StripeState>;
  /**
   * Changes the lines of a subscription at once, and takes back that it was to end; a schedule is let
   * go of by `keepGoing`. Throws `payment_failed` when the payment it needs is declined; then nothing
   * is changed. Throws `payment_action_required` when the bank asks the owner of the card: then the
   * change is made when it is paid at the `url`, or given up within a day.
   */
  changeNow(change: ChangeNow, idempotencyKey: string): Promise<void>;
  /** Changes the lines when the running period ends. */
  changeLater(change: LineChange): Promise<void>;
  /** What changing the lines at once would be invoiced with. */
  previewChange(change: LineChange, prorationAtMs: number): Promise<InvoicePreview>;
  /** Has a subscription end with the period that is paid. */
  endWithPeriod(subscriptionId: string): Promise<void>;
  /** Takes back what was to end or change a subscription later. */
  keepGoing(subscriptionId: string): Promise<void>;
  cancelSubscription(subscriptionId: string): Promise<void>;
  /**
   * Gives back the whole of what a subscription paid last; false when it paid nothing. One payment
   * is given back once, however often this is called.
   */
  refundSubscription(subscriptionId: string): Promise<boolean>;
  /** The next events of a window, which may have been lost on their way, at most 100. */
  listEvents(window: EventWindow): Promise<EventPage>;
  /** The page where a customer changes the card, cancels or resumes. */
  openPortal(portal: { stripeCustomerId: string; returnUrl: string }): Promise<string>;
}

/**
 * The client of an environment. Without an account it is one of the platform's own, which only test
 * mode and the platform's own project may use. Throws `stripe_not_connected`.
 */
export type StripeFor = (ref: EnvironmentRef, stripeAccountId: string | null) => StripeClient;

/** Stripe as the deployment's settings reach it. */
export function createStripeAccess(config: Config['stripe']): StripeFor {
  const sdks: Record<Mode, Stripe> = {
    test: stripeSdk(config.test.secretKey, config.apiUrl),
    live: stripeSdk(config.live.secretKey, config.apiUrl),
  };
  return (ref, stripeAccountId) => {
    if (ref.projectId === PLATFORM_PROJECT) return stripeClient(sdks[ref.mode], {}, {});
    if (stripeAccountId !== null)
      return stripeClient(sdks[ref.mode], { stripeAccount: stripeAccountId }, {});
    if (ref.mode === 'live') throw new Fail('stripe_not_connected');
    return stripeClient(sdks.test, {}, { [PROJECT_HINT]: ref.projectId });
  };
}

type Account = { stripeAccount?: string };

/** `hint` goes into the metadata of what is made for a customer, to find the way back by. */
function stripeClient(stripe: Stripe, account: Account, hint: Stripe.MetadataParam): StripeClient {
  const keyed = (idempotencyKey: string) => ({ ...account, idempotencyKey });
  return {
    putProduct: (product) => asked(() => putProduct(stripe, account, product)),

    createPrice: (price) =>
      asked(async () => (await stripe.prices.create(priceParams(price), keyed(price.rowId))).id),

    putMeter: (meter) => asked(() => putMeter(stripe, account, meter)),

    reportUse: (use) => asked(() => reportUse(stripe, account, use)),

    hasUse: (use) => asked(() => hasUse(stripe, account, use)),

    findPrice: (productId, rowId) =>
      asked(async () => {
        const prices = await stripe.prices.list({ product: productId, limit: 100 }, account);
        return prices.data.find((price) => price.metadata.dream_price === rowId)?.id ?? null;
      }),

    archivePrice: (priceId) =>
      asked(async () => {
        await stripe.prices.update(priceId, { active: false }, account);
      }),

    createCustomer: ({ customerId, email, name, clockMs }, idempotencyKey) =>
      asked(async () => {
        const clock = { name: customerId, atMs: clockMs ?? 0 };
        const key = `${idempotencyKey}_clock`;
        const clockId = clockMs === null ? null : await makeClock(stripe, account, clock, key);
        const customer = await stripe.customers.create(
          {
            metadata: { dream_customer: customerId, ...hint },
            ...(email && { email }),
            ...(name && { name }),
            ...(clockId !== null && { test_clock: clockId }),
          },
          keyed(idempotencyKey),
        );
        return customer.id;
      }),

    deleteCustomer: (id) => asked(() => deleteCustomer(stripe, account, id)),

    moveClock: (move) => asked(() => moveClock(stripe, account, move)),

    startCheckout: (checkout, idempotencyKey) =>
      asked(async () =>
        checkoutState(
          await stripe.checkout.sessions.create(
            checkoutParams(checkout, hint),
            keyed(idempotencyKey),
          ),
        ),
      ),

    openOrder: (order) =>
      asked(async () =>
        checkoutState(
          await stripe.checkout.sessions.create(orderParams(order, hint), keyed(order.orderId)),
        ),
      ),

    refundPayment: (refund) => asked(() => refundPayment(stripe, account, refund)),

    hasRefund: (refund) => asked(() => hasRefund(stripe, account, refund)),

    expireCheckout: (checkoutId) => asked(() => expireCheckout(stripe, account, checkoutId)),

    fetchObject: (objectId) => asked(() => fetchObject(stripe, account, objectId)),

    changeNow: (change, key) => asked(() => changeNow(stripe, account, change, key)),

    changeLater: (change) => asked(() => changeLater(stripe, account, change)),

    previewChange: (change, atMs) => asked(() => previewChange(stripe, account, change, atMs)),

    endWithPeriod: (id) => asked(() => endWithPeriod(stripe, account, id)),

    keepGoing: (id) => asked(() => keepGoing(stripe, account, id)),

    cancelSubscription: (subscriptionId) =>
      asked(async () => {
        try {
          await stripe.subscriptions.cancel(subscriptionId, {}, account);
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
      }),

    refundSubscription: (subscriptionId) =>
      asked(() => refundSubscription(stripe, account, subscriptionId)),

    listEvents: (window) => asked(() => listEvents(stripe, account, window)),

    openPortal: (portal) => asked(() => openPortal(stripe, account, portal)),
  };
}

async function putProduct(
  stripe: Stripe,
  account: Account,
  { id, name, description, active, ...given }: Parameters<StripeClient['putProduct']>[0],
): Promise<string> {
  const { images, taxCode, shippable } = given;
  const sold = { name, active, ...(shippable !== undefined && { shippable }) };
  // An empty text takes back what was there; an empty list would not be sent.
  const emptied = {
    ...(images && { images: images.length > 0 ? images : ('' as const) }),
    ...(taxCode !== undefined && { tax_code: taxCode ?? ('' as const) }),
  };
  try {
    return (await stripe.products.update(id, { ...sold, ...emptied, description }, account)).id;
  } catch (error) {
    if (!isMissing(error) || isOfTaxCode(error)) throw error;
  }
  try {
    return (
      await stripe.products.create(
        {
          id,
          ...sold,
          ...(description && { description }),
          ...(images && { images }),
          ...(taxCode && { tax_code: taxCode }),
        },
        account,
      )
    ).id;
  } catch (error) {
    if (isRefusal(error) && error.code === 'resource_already_exists') return id;
    throw error;
  }
}

/** Whether it is not the product that Stripe does not know. */
const isOfTaxCode = (error: unknown): boolean => isRefusal(error) && error.param === 'tax_code';

function priceParams(price: NewPrice): Stripe.PriceCreateParams {
  const { rowId, productId, priceMinor, currency, interval, taxBehavior, metered } = price;
  return {
    product: productId,
    unit_amount: priceMinor,
    currency,
    // What is unspecified follows the account, also when its owner changes it there.
    ...(taxBehavior !== 'unspecified' && { tax_behavior: taxBehavior }),
    ...(interval && {
      recurring: metered
        ? { interval, usage_type: 'metered', meter: metered.meterId }
        : { interval },
    }),
    ...(metered &&
      metered.perUnits > 1 && {
        transform_quantity: { divide_by: metered.perUnits, round: 'up' },
      }),
    metadata: { dream_price: rowId },
  };
}

function checkoutParams(
  {
    customerId,
    stripeCustomerId,
    priceId,
    meteredPriceIds,
    trialDays,
    successUrl,
    cancelUrl,
    embedded,
  }: NewCheckout,
  hint: Stripe.MetadataParam,
): Stripe.Checkout.SessionCreateParams {
  const metadata = { dream_customer: customerId, ...hint };
  return {
    mode: 'subscription',
    customer: stripeCustomerId,
    client_reference_id: customerId,
    line_items: [{ price: priceId, quantity: 1 }, ...meteredPriceIds.map((price) => ({ price }))],
    ...(embedded
      ? {
          ui_mode: 'embedded_page' as const,
          return_url: successUrl,
          // A card is paid without leaving the page; a bank's own page leads back to it.
          redirect_on_completion: 'if_required' as const,
        }
      : { success_url: successUrl, ...(cancelUrl !== null && { cancel_url: cancelUrl }) }),
    subscription_data: { metadata, ...(trialDays > 0 && { trial_period_days: trialDays }) },
    metadata,
  };
}

async function expireCheckout(
  stripe: Stripe,
  account: Account,
  checkoutId: string,
): Promise<CheckoutState | null> {
  try {
    return checkoutState(await stripe.checkout.sessions.expire(checkoutId, WITH_PAYMENT, account));
  } catch (error) {
    if (isMissing(error)) return null;
    // Only an open one can be expired; one that is not says itself what became of it.
    if (isRefusal(error))
      return checkoutState(
        await stripe.checkout.sessions.retrieve(checkoutId, WITH_PAYMENT, account),
      );
    throw error;
  }
}

async function fetchObject(stripe: Stripe, account: Account, id: string): Promise<StripeState> {
  const gone: StripeState = { kind: 'gone', id };
  try {
    if (id.startsWith('sub_')) return await fetchSubscription(stripe, account, id);
    if (id.startsWith('cs_'))
      return checkoutState(await stripe.checkout.sessions.retrieve(id, WITH_PAYMENT, account));
    if (id.startsWith('ch_') || id.startsWith('py_'))
      return await fetchPayment(stripe, account, id);
    if (id.startsWith('cus_')) {
      const customer = await stripe.customers.retrieve(id, {}, account);
      return customer.deleted ? gone : { kind: 'customer', id };
    }
    if (id.startsWith('acct_')) return await fetchAccount(stripe, id);
  } catch (error) {
    if (isMissing(error)) return gone;
    throw error;
  }
  return gone;
}

async function fetchAccount(stripe: Stripe, id: string): Promise<StripeState> {
  try {
    // As the account itself, so that it is refused once the permission was taken back.
    return accountState(await stripe.accounts.retrieveCurrent({}, { stripeAccount: id }));
  } catch (error) {
    if (error instanceof Stripe.errors.StripePermissionError) return { kind: 'gone', id };
    throw error;
  }
}
